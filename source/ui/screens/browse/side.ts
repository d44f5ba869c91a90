import type {BrowseEntry, BrowsePage} from '../../../job/link/messages.ts';
import {formatBytes, formatCount, plural} from '../../../model/format.ts';
import type {CallState} from '../../hooks/use-call.ts';
import {clock, isoDay} from '../../text/dates.ts';
import {blank, bold, keyValues, left, line, right, wrap, type Line} from '../../text/line.ts';
import type {Count} from './rows.ts';

type FileEntry = BrowseEntry & {kind: 'file'};

function extension(name: string): string {
	const dot = name.lastIndexOf('.');
	return dot > 0 ? name.slice(dot).toLowerCase() : 'no ending';
}

function kinds(files: readonly FileEntry[]): string {
	const counts = new Map<string, number>();
	for (const {name} of files) counts.set(extension(name), (counts.get(extension(name)) ?? 0) + 1);
	return [...counts]
		.toSorted((a, b) => b[1] - a[1])
		.slice(0, 4)
		.map(([ending, count]) => `${ending} ${formatCount(count)}`)
		.join('   ');
}

function fileSide(entry: FileEntry, width: number): Line[] {
	return [
		line(bold(left(entry.name, width))),
		blank,
		...keyValues(
			[
				['Size', `${formatBytes(entry.size)} (${formatCount(entry.size)} bytes)`],
				[
					'Changed',
					entry.modified === null ? '-' : `${isoDay(entry.modified)} ${clock(entry.modified)}`,
				],
				['Storage', entry.storageClass ?? 'STANDARD'],
			],
			10,
		),
		blank,
		...wrap(entry.key, width - 1).map((text) => line(` ${text}`)),
	];
}

/** The second pane: the file under the cursor, or what the folder under it begins with. */
export function browseSide(
	entry: BrowseEntry | undefined,
	page: CallState<BrowsePage>,
	count: Count | undefined,
	marked: string,
	width: number,
): Line[] {
	const marks = marked === '' ? [] : [blank, ...keyValues([['Marked', marked]], 10)];
	if (entry === undefined) return marks;
	if (entry.kind === 'file') return [...fileSide(entry, width), ...marks];
	const words =
		count === undefined
			? 'not counted yet'
			: `${plural(count.files, 'file')}, ${formatBytes(count.bytes)}${count.partial ? ' and more' : ''}`;
	const head = line(bold(left(entry.name, Math.max(8, width - words.length - 2))), ` ${words}`);
	if (page.status !== 'done')
		return [
			head,
			blank,
			line(page.status === 'failed' ? ` ${page.error.message}` : ' reading'),
			...marks,
		];
	const {entries, continuation} = page.value;
	const files = entries.filter((one): one is FileEntry => one.kind === 'file');
	const folders = entries.filter((one) => one.kind === 'folder');
	const largest = files.toSorted((a, b) => b.size - a.size)[0];
	return [
		head,
		blank,
		...folders.slice(0, 6).map((folder) => line(`  ${left(folder.name, width - 2)}`)),
		...(folders.length > 6 ? [line(`  ${formatCount(folders.length - 6)} more folders`)] : []),
		...files
			.slice(0, 6)
			.map((file) =>
				line(
					`  ${left(file.name, Math.max(8, width - 30))} ${right(formatBytes(file.size), 9)}  ${file.modified === null ? '' : `${isoDay(file.modified)} ${clock(file.modified)}`}`,
				),
			),
		...(files.length > 6 ? [line(`  ${formatCount(files.length - 6)} more files`)] : []),
		...(continuation === null ? [] : [line('  and more: this is the first page')]),
		blank,
		...keyValues(
			files.length === 0
				? []
				: [
						['Kinds', kinds(files)],
						...(largest === undefined
							? []
							: [['Largest', `${largest.name}   ${formatBytes(largest.size)}`] as const]),
					],
			10,
		),
		...marks,
	];
}
