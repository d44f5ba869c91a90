import type {BrowseEntry} from '../../../job/link/messages.ts';
import {formatBytes, formatCount, plural} from '../../../model/format.ts';
import type {Layout} from '../../layout.ts';
import {isoDay} from '../../text/dates.ts';
import {accent, bold, left, line, right, type Line} from '../../text/line.ts';

/** What a count below a folder has found; `partial` when it stopped at its limit. */
export type Count = {readonly files: number; readonly bytes: number; readonly partial: boolean};
export type Counts = Readonly<Record<string, Count>>;
export type BrowseSort = 'name' | 'size' | 'date';

/** The key or prefix: what identifies an entry. */
export function entryKey(entry: BrowseEntry): string {
	return entry.kind === 'folder' ? entry.prefix : entry.key;
}

/** Folders first by name; `size` and `date` put the largest and newest first. */
export function sortEntries(
	entries: readonly BrowseEntry[],
	sort: BrowseSort,
	counts: Counts,
): BrowseEntry[] {
	const size = (entry: BrowseEntry) =>
		entry.kind === 'file' ? entry.size : (counts[entry.prefix]?.bytes ?? -1);
	const date = (entry: BrowseEntry) => (entry.kind === 'file' ? (entry.modified ?? 0) : 0);
	const byName = (a: BrowseEntry, b: BrowseEntry) =>
		Number(a.kind === 'file') - Number(b.kind === 'file') || (a.name < b.name ? -1 : 1);
	return entries.toSorted((a, b) =>
		sort === 'size'
			? size(b) - size(a) || byName(a, b)
			: sort === 'date'
				? date(b) - date(a) || byName(a, b)
				: byName(a, b),
	);
}

function widths({mainWidth, narrow}: Layout) {
	const size = 11;
	const files = narrow ? 0 : 9;
	const changed = narrow ? 0 : 13;
	return {size, files, changed, name: Math.max(10, mainWidth - 8 - size - files - changed)};
}

export function browseHead(layout: Layout): Line {
	const {name, size, files, changed} = widths(layout);
	return line(
		bold(
			`       ${left('Name', name)}${files > 0 ? right('Files', files) : ''}${right('Size', size)}${changed > 0 ? '   Changed' : ''}`,
		),
	);
}

export function browseLine(
	entry: BrowseEntry,
	state: {readonly selected: boolean; readonly marked: boolean; readonly count: Count | undefined},
	layout: Layout,
): Line {
	const {name, size, files, changed} = widths(layout);
	const {count} = state;
	const known = entry.kind === 'file' ? {files: 1, bytes: entry.size, partial: false} : count;
	const least = known?.partial === true ? '+' : '';
	const text = left(entry.name, name);
	return line(
		state.selected ? accent(' > ') : '   ',
		state.marked ? accent('[x]') : '[ ]',
		' ',
		state.selected ? bold(text) : text,
		files > 0 ? right(known === undefined ? '?' : formatCount(known.files) + least, files) : '',
		right(known === undefined ? '?' : formatBytes(known.bytes) + least, size),
		changed > 0 ? `   ${entry.kind === 'file' ? isoDay(entry.modified) : '-'}` : '',
	);
}

/** `Marked  2 folders · 86 files · 2.82 GiB`; says `at least` while a folder is not counted. */
export function markedWords(marked: readonly BrowseEntry[], counts: Counts): string {
	const folders = marked.filter((entry) => entry.kind === 'folder');
	let files = 0;
	let bytes = 0;
	let uncounted = false;
	for (const entry of marked) {
		if (entry.kind === 'file') {
			files++;
			bytes += entry.size;
			continue;
		}

		const count = counts[entry.prefix];
		if (count === undefined || count.partial) uncounted = true;
		files += count?.files ?? 0;
		bytes += count?.bytes ?? 0;
	}

	if (uncounted && files === 0) return `${plural(folders.length, 'folder')} · not counted yet`;
	const least = uncounted ? 'at least ' : '';
	return `${plural(folders.length, 'folder')} · ${least}${plural(files, 'file')} · ${formatBytes(bytes)}`;
}

/** Where a prefix ends when one folder is left: `a/b/` to `a/`, the top stays the top. */
export function parentPrefix(prefix: string): string {
	const cut = prefix.replace(/\/$/, '').lastIndexOf('/');
	return cut === -1 ? '' : prefix.slice(0, cut + 1);
}
