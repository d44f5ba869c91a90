import {extname} from 'node:path';
import {formatCount, plural} from '../model/format.ts';
import {wantedAddress, wantedText} from './address.ts';
import {cellKind} from './cell-kinds.ts';
import {textLines, type TextLine} from './lines.ts';
import {encodingNames, manifestError, readHead, textForm, type TextForm} from './text.ts';
import type {ManifestEntry, ManifestFormat, ReadOptions, SpecOf} from './types.ts';

type KeysSpec = SpecOf<'keys'>;

/**
 * Key lists: one key, path or URL a line. Blank lines are skipped; there are no comments, because a
 * key may begin with `#`. A file with zero bytes in it is taken as zero-terminated (`find -print0`):
 * then names are exact, white space and line ends included.
 */
export const keysFormat: ManifestFormat<'keys'> = {
	kind: 'keys',
	patterns: ['*.txt', '*.list', '*.lst', '*.keys'],
	detect(file, head) {
		const named = /^\.(?:list|lst|keys)$/i.test(extname(file)) ? 0.2 : 0;
		return Math.min(0.8, shareOfNames(head) * 0.8 + named);
	},
	async understand(spec, options) {
		const form = await keysForm(spec, options);
		const count = await countNames(spec, form, options);
		const ends = form.zeroBytes ? 'zero-terminated' : 'one a line';
		const note =
			form.badLine === undefined ? '' : ` (line ${formatCount(form.badLine)} is not UTF-8)`;
		return {
			spec,
			description: `${plural(count, 'name')} · key list, ${ends} · ${encodingNames[form.encoding]}${note}`,
		};
	},
	read: readKeys,
};

const keysForm = (spec: KeysSpec, options: ReadOptions): Promise<TextForm> =>
	textForm(spec.file, {zeroBytes: true, signal: options.signal});

async function* readKeys(spec: KeysSpec, options: ReadOptions): AsyncGenerator<ManifestEntry> {
	const form = await keysForm(spec, options);
	let any = false;
	for await (const lines of linesOf(spec, form, options)) {
		for (const line of lines) {
			const entry = entryOf(line, spec, form, options);
			if (entry === undefined) continue;
			any = true;
			yield entry;
		}
	}

	if (!any) throw emptyError(spec.file);
}

async function* linesOf(spec: KeysSpec, form: TextForm, {signal}: ReadOptions) {
	yield* textLines(spec.file, form, {newline: await newlineOf(spec.file, form), signal});
}

async function countNames(spec: KeysSpec, form: TextForm, options: ReadOptions): Promise<number> {
	let count = 0;
	for await (const lines of linesOf(spec, form, options)) {
		for (const {text} of lines) if (text.trim() !== '') count++;
	}

	if (count === 0) throw emptyError(spec.file);
	return count;
}

const emptyError = (file: string) =>
	manifestError(
		file,
		' is empty: no line of it names a file.',
		'Write one key, path or URL a line.',
	);

function entryOf(
	{line, text, cut}: TextLine,
	spec: KeysSpec,
	form: TextForm,
	options: ReadOptions,
): ManifestEntry | undefined {
	if (text.trim() === '') return undefined;
	if (cut) {
		const message = `Line ${formatCount(line)} is too long to be a key or a URL.`;
		const shown = wantedText(text).slice(0, 200);
		return {
			type: 'problem',
			problem: {
				group: '',
				text: shown,
				file: spec.file,
				line,
				row: line,
				kind: 'skipped-row',
				message,
			},
		};
	}

	const exact = form.zeroBytes ? text : text.trim();
	return {
		type: 'wanted',
		item: {
			group: '',
			text: wantedText(text),
			address: wantedAddress(exact, {endpoint: options.endpoint}),
			row: line,
		},
	};
}

/** Old Mac files end lines with CR alone. */
async function newlineOf(file: string, form: TextForm): Promise<'\n' | '\r'> {
	if (form.encoding.startsWith('utf-16')) return '\n';
	const head = await readHead(file);
	return head.includes(13) && !head.includes(10) ? '\r' : '\n';
}

/** The share of the first lines that look like names, keys or URLs and not like prose. */
function shareOfNames(head: Uint8Array): number {
	const lines = new TextDecoder()
		.decode(head.subarray(0, 16_384))
		.split(/\r?\n|\r|\0/)
		.filter((line) => line.trim() !== '')
		.slice(0, 50);
	if (lines.length === 0) return 0;
	const names = lines.filter((line) => ['file', 'object', 'path', 'url'].includes(cellKind(line)));
	return names.length / lines.length;
}
