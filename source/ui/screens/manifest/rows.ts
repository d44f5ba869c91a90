import type {ManifestFile} from '../../../job/link/messages.ts';
import {formatBytes, plural} from '../../../model/format.ts';
import type {Layout} from '../../layout.ts';
import {since} from '../../text/dates.ts';
import {accent, bold, left, line, right, type Line} from '../../text/line.ts';

/** What may be wanted: a whole prefix, a file that says so, or a path that is typed. */
export type ManifestRow =
	| {readonly kind: 'prefix'; readonly words: string; readonly detail: string}
	| {readonly kind: 'file'; readonly file: ManifestFile}
	| {readonly kind: 'type'; readonly words: string; readonly detail: string};

export const kindWords: Readonly<Record<ManifestFile['kind'], string>> = {
	csv: 'table',
	actors: 'actor list',
	keys: 'key list',
};

/** The whole folder first, then the files found (newest first), then typing a path. */
export function manifestRows(
	files: readonly ManifestFile[],
	source: {readonly prefix: string; readonly include: readonly string[]},
): ManifestRow[] {
	const where = source.prefix === '' ? 'the bucket' : source.prefix;
	const whole: ManifestRow =
		source.include.length === 0
			? {
					kind: 'prefix',
					words: `Everything under ${where}`,
					detail: 'Every file below this folder, grouped by its folders.',
				}
			: {
					kind: 'prefix',
					words: `The ${plural(source.include.length, 'marked row')} of ${where}`,
					detail: 'Every file in what you marked, grouped by its folders.',
				};
	return [
		whole,
		...files
			.toSorted((a, b) => b.modified - a.modified)
			.map((file) => ({kind: 'file' as const, file})),
		{
			kind: 'type',
			words: 'Type the path of a file',
			detail: 'CSV or TSV with file names, actorsData.json, or one key a line.',
		},
	];
}

export function manifestKey(row: ManifestRow): string {
	return row.kind === 'file' ? row.file.file : row.kind;
}

export function manifestText(row: ManifestRow): string {
	return row.kind === 'file' ? `${row.file.name} ${kindWords[row.file.kind]}` : row.words;
}

export function manifestLine(
	row: ManifestRow,
	selected: boolean,
	layout: Layout,
	now: number,
): Line {
	const mark = selected ? accent(' > ') : '   ';
	if (row.kind !== 'file') return line(mark, selected ? bold(row.words) : row.words);
	const {file} = row;
	const name = left(file.name, Math.max(12, layout.mainWidth - (layout.narrow ? 16 : 48)));
	return line(
		mark,
		selected ? bold(name) : name,
		'  ',
		left(kindWords[file.kind], 11),
		layout.narrow ? '' : right(formatBytes(file.size), 9),
		layout.narrow ? '' : `   ${since(file.modified, now)}`,
	);
}
