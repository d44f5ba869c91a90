import {formatCount, formatDuration, formatRate, plural} from '../../../model/format.ts';
import type {Snapshot} from '../../../model/snapshot.ts';
import {accountRows, rowsLabel, type AccountRow} from '../../../model/summary-lines.ts';
import {formatSum, readyCount} from '../../components/counts.ts';
import type {Layout} from '../../layout.ts';
import {
	bad,
	good,
	left,
	line,
	right,
	textWidth,
	warn,
	type Line,
	type Span,
} from '../../text/line.ts';

/** ` 11,840 of 11,842 files      386.3 GiB      56 m 12 s      117 MiB/s mean`. */
export function headLine(snapshot: Snapshot, layout: Layout): Line {
	const {rollCall, totals, summary} = snapshot;
	const files = summary?.downloaded ?? totals.filesDone;
	const bytes = summary?.bytes ?? totals.bytesDone;
	const seconds = summary?.seconds ?? totals.seconds;
	const all = Math.max(readyCount(rollCall), files);
	const pause =
		layout.wide && totals.pausedSeconds >= 1
			? `, without ${formatDuration(totals.pausedSeconds)} of waiting`
			: '';
	const best =
		layout.wide && snapshot.bestSpeed > 0 ? `, ${formatRate(snapshot.bestSpeed)} best` : '';
	const parts = [
		`${formatCount(files)} of ${plural(all, 'file')}`,
		formatSum(bytes),
		`${formatDuration(seconds)}${pause}`,
		...(seconds > 0 && files > 0
			? [
					`${formatRate(bytes / seconds)} mean${best}`,
					`${files / seconds >= 100 ? formatCount(files / seconds) : (files / seconds).toFixed(1)} files/s`,
				]
			: []),
	];
	for (const gap of [6, 4, 2]) {
		const text = parts.join(' '.repeat(gap));
		if (textWidth(text) + 2 <= layout.columns) return line(` ${text}`);
	}
	return line(` ${parts.slice(0, 3).join('  ')}`);
}

/** What stands behind a count: bytes and a word of advice. */
function rowWords(id: AccountRow['id'], snapshot: Snapshot): {bytes: number; words: string} {
	const {summary, totals, spec} = snapshot;
	switch (id) {
		case 'downloaded': {
			const how = spec?.verify === 'size' ? 'every size is right' : 'every checksum matched';
			return {bytes: summary?.bytes ?? totals.bytesDone, words: how};
		}
		case 'local':
			return {bytes: 0, words: 'left alone'};
		case 'failed':
			return {bytes: 0, words: 'r tries again'};
		case 'left':
			return {bytes: Math.max(0, totals.bytes - totals.bytesDone), words: 'r goes on'};
		case 'missing':
			return {bytes: 0, words: 'e writes missing.csv'};
		case 'ambiguous':
			return {bytes: 0, words: 'e writes resolved.csv'};
		case 'excluded':
			return {bytes: 0, words: 'by your filters'};
		case 'duplicate':
			return {bytes: 0, words: 'the same file, fetched once'};
		case 'rows':
			return {bytes: 0, words: ''};
		default:
			return id satisfies never;
	}
}

function countSpan(row: AccountRow, text: string): Span | string {
	if (row.count === 0 || row.id === 'rows') return text;
	if (row.id === 'downloaded' || row.id === 'local') return good(text);
	return row.id === 'failed'
		? bad(text)
		: row.id === 'excluded' || row.id === 'duplicate'
			? text
			: warn(text);
}

/** The account: rows that add up to the manifest. */
export function accountLines(snapshot: Snapshot, layout: Layout): Line[] {
	return accountRows(snapshot).map((row) => {
		const {bytes, words} = rowWords(row.id, snapshot);
		const label = row.id === 'rows' ? rowsLabel(snapshot) : row.label;
		const size = layout.narrow ? '' : right(bytes > 0 ? formatSum(bytes) : '', 12);
		const advice = row.count > 0 ? `   ${words}` : '';
		return line(
			'   ',
			left(label, 19),
			countSpan(row, right(formatCount(row.count), 9)),
			size,
			advice,
		);
	});
}
