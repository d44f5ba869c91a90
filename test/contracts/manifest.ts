import assert from 'node:assert/strict';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {suite, test} from 'node:test';
import {MusterError} from '../../source/model/error.ts';
import type {ManifestSpec} from '../../source/model/job-spec.ts';
import type {ManifestProblem, WantedItem} from '../../source/model/wanted.ts';
import {
	detectManifest,
	readManifest,
	understandManifest,
	type ManifestKind,
} from '../../source/manifests/index.ts';

/** Everything a manifest yields, split by kind. */
export async function collect(
	spec: ManifestSpec,
): Promise<{items: WantedItem[]; problems: ManifestProblem[]}> {
	const items: WantedItem[] = [];
	const problems: ManifestProblem[] = [];
	for await (const entry of readManifest(spec)) {
		if (entry.type === 'wanted') items.push(entry.item);
		else problems.push(entry.problem);
	}

	return {items, problems};
}

/** Runs with a folder of the given files; it is removed afterwards. Names may have folders in them. */
export async function withFiles<Result>(
	files: Readonly<Record<string, string | Uint8Array>>,
	run: (folder: string) => Promise<Result>,
): Promise<Result> {
	const folder = await mkdtemp(join(tmpdir(), 'muster-manifest-'));
	try {
		for (const [name, content] of Object.entries(files)) {
			await mkdir(dirname(join(folder, name)), {recursive: true});
			await writeFile(join(folder, name), content);
		}

		return await run(folder);
	} finally {
		await rm(folder, {recursive: true, force: true});
	}
}

/** Asserts a MusterError that names the file, and returns it. */
export async function manifestFailure(
	work: () => Promise<unknown>,
	expected: RegExp,
	code = 'manifest',
): Promise<MusterError> {
	let failure: unknown;
	try {
		await work();
	} catch (error) {
		failure = error;
	}

	assert.ok(failure instanceof MusterError, `a MusterError, not ${String(failure)}`);
	assert.equal(failure.code, code);
	assert.match(failure.message, expected);
	assert.ok((failure.hint ?? '').length > 10, 'it says what to do');
	return failure;
}

export type ManifestContract = {
	readonly kind: ManifestKind;
	/** name of the manifest file, as users call it */
	readonly name: string;
	/** the manifest file and what lies beside it, for these wanted texts (plain file names) */
	readonly write: (texts: readonly string[]) => Readonly<Record<string, string | Uint8Array>>;
	readonly spec: (file: string) => ManifestSpec;
};

const texts = ['a/one.png', 'b/two.png', 'b/three é 東.png', 'four.png'];
const urls = (names: readonly string[]) => names.map((name) => `s3://bucket/${name}`);

/**
 * What every manifest format keeps to: order, row numbers that rise, BOM and CRLF and UTF-16, bad
 * files refused with the file's name and advice, an abort that ends the stream. A new format runs
 * its samples through this.
 */
export function manifestContract(contract: ManifestContract): void {
	const {kind, name, write, spec} = contract;
	const encoded = (encode: (text: string) => Uint8Array) => {
		const files = write(urls(texts));
		return Object.fromEntries(
			Object.entries(files).map(([file, content]) => [
				file,
				encode(typeof content === 'string' ? content : Buffer.from(content).toString('utf8')),
			]),
		);
	};

	const sameEverywhere = async (files: Readonly<Record<string, string | Uint8Array>>) =>
		withFiles(files, async (folder) => {
			const {items, problems} = await collect(spec(join(folder, name)));
			assert.deepEqual(problems, []);
			assert.deepEqual(
				items.map((item) => item.address.kind === 'object' && item.address.ref.key),
				texts,
			);
			assert.deepEqual(
				items.map((item) => item.text),
				urls(texts),
			);
		});

	suite(`${kind} keeps the manifest contract`, () => {
		test('items come in manifest order with rising rows', () =>
			withFiles(write(urls(texts)), async (folder) => {
				const {items} = await collect(spec(join(folder, name)));
				assert.equal(items.length, texts.length);
				for (const [index, item] of items.entries()) {
					assert.ok(item.row > (items[index - 1]?.row ?? 0));
				}
			}));

		const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');
		test('plain UTF-8', () => sameEverywhere(write(urls(texts))));
		test('byte order mark', () => sameEverywhere(encoded((text) => Buffer.from(`\uFEFF${text}`))));
		test('CRLF', () =>
			sameEverywhere(encoded((text) => Buffer.from(text.replaceAll('\n', '\r\n')))));
		test('UTF-16 LE', () => sameEverywhere(encoded(utf16)));
		test('UTF-16 BE', () => sameEverywhere(encoded((text) => utf16(text).swap16())));

		test('it is detected', () =>
			withFiles(write(urls(texts)), async (folder) => {
				assert.equal((await detectManifest(join(folder, name)))?.kind, kind);
			}));

		test('understanding it settles the spec: reading the settled one gives the same', () =>
			withFiles(write(urls(texts)), async (folder) => {
				const open = spec(join(folder, name));
				const reading = await understandManifest(open);
				assert.ok(reading.description.length > 5);
				assert.deepEqual(await collect(reading.spec), await collect(open));
				assert.deepEqual(
					await understandManifest(reading.spec).then((again) => again.spec),
					reading.spec,
				);
			}));

		test('a signature is never kept', () =>
			withFiles(
				write([
					'https://bucket.s3.amazonaws.com/a.png?X-Amz-Credential=AKIA&X-Amz-Signature=SECRET',
				]),
				async (folder) => {
					const read = JSON.stringify(await collect(spec(join(folder, name))));
					assert.ok(read.includes('a.png'));
					assert.ok(!read.includes('SECRET') && !read.includes('AKIA'));
				},
			));

		test('an abort ends the stream with its reason', () =>
			withFiles(write(urls(texts)), async (folder) => {
				const reason = new Error('enough');
				await assert.rejects(async () => {
					for await (const entry of readManifest(
						spec(join(folder, name)),
						AbortSignal.abort(reason),
					)) {
						assert.fail(`nothing may come: ${JSON.stringify(entry)}`);
					}
				}, reason);
			}));

		const refused = (files: Record<string, string | Uint8Array>, message: RegExp) =>
			withFiles(files, async (folder) => {
				await manifestFailure(() => collect(spec(join(folder, name))), message);
				await manifestFailure(() => understandManifest(spec(join(folder, name))), message);
			});
		const named = name.replaceAll('.', String.raw`\.`);
		test('no such file', () => refused({}, new RegExp(`no file .*${named}`)));
		test('a folder', () => refused({[`${name}/x`]: ''}, new RegExp(`${named} is a folder`)));
		test('an empty file', () => refused({[name]: ''}, new RegExp(`${named} .*empty`)));
		test('a file of blank lines', () =>
			refused({[name]: '\n\n\n'}, new RegExp(`${named} .*empty`)));
		test('an image', () =>
			refused(
				{[name]: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')},
				new RegExp(`${named} is a PNG image`),
			));
	});
}
