import {listProfiles} from '../credentials/index.ts';
import {
	detectManifest,
	findManifests,
	inspectTable,
	understandManifest,
} from '../manifests/index.ts';
import {MusterError} from '../model/error.ts';
import type {ManifestSpec} from '../model/job-spec.ts';
import {safeText} from '../model/safe-text.ts';
import type {AccessCache} from './access.ts';
import {TrialListing} from './column-trial.ts';
import type {BrowsePage, LinkParams, LinkResult, ManifestPreview} from './link/messages.ts';

/** Answers the wizard's questions: everything a person looks at before there is a job. Texts are safe to show, keys exact. */
export class WizardService {
	readonly #access: AccessCache;
	#listing: {id: string; listing: Promise<TrialListing>} | undefined;

	constructor(access: AccessCache) {
		this.#access = access;
	}

	async profiles(): Promise<LinkResult<'profiles'>> {
		return listProfiles();
	}

	async identify(params: LinkParams<'identify'>): Promise<LinkResult<'identify'>> {
		const {credentials} = await this.#access.get(params);
		credentials.dropKeys();
		credentials.reset();
		const identity = await credentials.identity();
		return {...identity, region: params.store.region ?? identity.region};
	}

	async buckets(params: LinkParams<'buckets'>): Promise<LinkResult<'buckets'>> {
		const {store} = await this.#access.get(params);
		const buckets = await store.listBuckets();
		return buckets.map(({name, region, created}) => ({
			name,
			region: region ?? null,
			created: created ?? null,
		}));
	}

	async probeBucket(params: LinkParams<'probeBucket'>): Promise<LinkResult<'probeBucket'>> {
		const {store} = await this.#access.get(params);
		const {region, canList, error} = await store.probeBucket(params.bucket);
		return {region: region ?? null, canList, error: error ?? null};
	}

	async browse(params: LinkParams<'browse'>): Promise<BrowsePage> {
		const {store} = await this.#access.get(params);
		const page = await store.list({
			bucket: params.bucket,
			prefix: params.prefix,
			delimiter: '/',
			...(params.continuation === undefined ? {} : {continuation: params.continuation}),
		});
		const below = (key: string): string => safeText(key.slice(params.prefix.length));
		return {
			entries: [
				...page.folders.map((prefix) => ({kind: 'folder' as const, name: below(prefix), prefix})),
				...page.objects
					.filter((object) => object.key !== params.prefix)
					.map((object) => ({
						kind: 'file' as const,
						name: below(object.key),
						key: object.key,
						size: object.size,
						modified: object.modified ?? null,
						storageClass: object.storageClass ?? null,
					})),
			],
			continuation: page.continuation ?? null,
		};
	}

	async countPrefix(params: LinkParams<'countPrefix'>): Promise<LinkResult<'countPrefix'>> {
		const {store} = await this.#access.get(params);
		let files = 0;
		let bytes = 0;
		let continuation: string | undefined;
		do {
			const page = await store.list({
				bucket: params.bucket,
				prefix: params.prefix,
				...(continuation === undefined ? {} : {continuation}),
			});
			files += page.objects.length;
			for (const object of page.objects) bytes += object.size;
			continuation = page.continuation;
		} while (continuation !== undefined && files < params.limit);
		return {files, bytes, partial: continuation !== undefined};
	}

	async manifests(params: LinkParams<'manifests'>): Promise<LinkResult<'manifests'>> {
		return findManifests(params.folder);
	}

	async inspectManifest(params: LinkParams<'inspectManifest'>): Promise<ManifestPreview> {
		const {file} = params;
		const detected = await detectManifest(file);
		if (detected === undefined) {
			throw new MusterError(
				'manifest',
				`${file} is no table, actor list or key list that muster can read.`,
				{
					hint: 'Choose a CSV, an actorsData.json or a file with one key a line.',
				},
			);
		}
		const spec = manifestSpec(detected.kind, params);
		if (detected.kind === 'csv') return previewTable(params);
		const {description} = await understandManifest(spec);
		return {
			file,
			kind: detected.kind,
			description: safeText(description),
			rows: 0,
			columns: [],
			preview: [],
			header: false,
			delimiter: '',
			nameColumn: null,
			groupColumn: null,
			badRows: [],
			badRowCount: 0,
			fingerprint: '',
		};
	}

	async tryColumns(params: LinkParams<'tryColumns'>): Promise<LinkResult<'tryColumns'>> {
		const {store} = await this.#access.get(params);
		const id = JSON.stringify([params.store, params.credentials, params.bucket, params.prefix]);
		if (this.#listing?.id !== id) {
			const listing = new TrialListing(params.bucket, params.prefix);
			const reading = listing.read(store).then(() => listing);
			this.#listing = {id, listing: reading};
			reading.catch(() => (this.#listing = undefined));
		}
		const [listing, table] = await Promise.all([
			this.#listing.listing,
			inspectTable(params.file, {header: params.header, delimiter: params.delimiter}),
		]);
		const {trials, examples} = listing.try(table, {
			ending: params.ending,
			match: params.match,
			endpoint: params.store.endpoint,
		});
		return {trials, examples, keysListed: listing.keysListed};
	}
}

function manifestSpec(
	kind: 'csv' | 'actors' | 'keys',
	{file, header, delimiter}: LinkParams<'inspectManifest'>,
): ManifestSpec {
	return kind === 'csv' ? {kind, file, header, delimiter} : {kind, file};
}

async function previewTable({
	file,
	header,
	delimiter,
}: LinkParams<'inspectManifest'>): Promise<ManifestPreview> {
	const table = await inspectTable(file, {header, delimiter});
	const {description} = describeTable(table);
	return {
		file,
		kind: 'csv',
		description,
		rows: table.rows,
		columns: table.columns.map((column) => ({
			number: column.number,
			name: safeText(column.name),
			samples: column.samples.map((sample) => safeText(sample)),
			nameScore: column.nameScore,
			distinct: column.distinct,
			distinctCapped: column.distinctCapped,
		})),
		preview: table.preview.map((row) => row.map((cell) => safeText(cell))),
		header: table.header,
		delimiter: table.delimiter,
		nameColumn: table.nameColumn ?? null,
		groupColumn: table.groupColumn ?? null,
		badRows: table.badRows.map(({line, message, text}) => ({
			line,
			message: safeText(message),
			text: safeText(text),
		})),
		badRowCount: table.badRowCount,
		fingerprint: table.fingerprint,
	};
}

const delimiterWords: Record<string, string> = {
	',': 'comma',
	';': 'semicolon',
	'\t': 'tab',
	'|': 'bar',
};

function describeTable(table: Awaited<ReturnType<typeof inspectTable>>): {description: string} {
	const parts = [
		`${table.rows.toLocaleString('en-US')} rows, ${table.columns.length} columns`,
		delimiterWords[table.delimiter] ?? 'one column',
		table.encoding.toUpperCase(),
		table.header ? 'header row' : 'no header row',
	];
	if (table.badRowCount > 0) parts.push(`${table.badRowCount} bad rows skipped (b)`);
	return {description: parts.join(' · ')};
}
