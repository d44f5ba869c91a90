import {formatCount, formatRate, plural} from '../../../model/format.ts';
import type {GroupRow, Snapshot} from '../../../model/snapshot.ts';
import {clock, groupName, groupNoun, tableCount} from '../../components/counts.ts';
import {buckets, speedChart} from '../../components/speed-chart.ts';
import {accent, blank, bold, left, line, right, textWidth, type Line} from '../../text/line.ts';
import type {Glyphs} from '../../theme.ts';

/** Speed over time, one mark a minute. */
export function chartLines(snapshot: Snapshot, width: number, glyphs: Glyphs): Line[] {
	const {speeds, bestSpeed, startedAt, finishedAt} = snapshot;
	if (speeds.length < 2) return [];
	const best = formatRate(bestSpeed);
	const chart = speedChart(speeds, bestSpeed, width - textWidth(best) - 2, glyphs);
	const marks = buckets(speeds, width - textWidth(best) - 2).length;
	const from = startedAt === null ? '' : clock(startedAt);
	const to = finishedAt === null ? '' : clock(finishedAt);
	const times = marks >= 12 ? from + ' '.repeat(marks - 10) + to : from;
	return [
		line(bold('Speed over time')),
		line(`${best} `, accent(chart)),
		line(`${' '.repeat(textWidth(best))} ${times}`),
		blank,
	];
}

/** Groups that a person may want to look at. */
export function troubledLines(
	rows: readonly GroupRow[],
	total: number,
	width: number,
	most: number,
	snapshot: Snapshot,
	glyphs: Glyphs,
): Line[] {
	if (rows.length === 0) return [];
	const count = 8;
	const name = Math.max(8, width - count * 4 - 2);
	const title = `${groupNoun(snapshot.spec).many} with something to look at`;
	const heading = title.charAt(0).toUpperCase() + title.slice(1);
	const shown = rows.slice(0, Math.max(1, most));
	const rest = total - shown.length;
	return [
		line(bold(heading)),
		line(
			' '.repeat(name + 2),
			right('Got', count),
			right('Failed', count),
			right('Missing', count),
			right('Ambig', count),
		),
		...shown.map((row) =>
			line(
				'  ',
				left(groupName(row.name), name),
				tableCount(row.filesDone, count, glyphs),
				tableCount(row.failed, count, glyphs),
				tableCount(row.missing, count, glyphs),
				tableCount(row.ambiguous, count, glyphs),
			),
		),
		...(rest > 0 ? [line(`  ↓ ${formatCount(rest)} more`)] : []),
		blank,
	];
}

/** How the network behaved. */
export function factLines({totals}: Snapshot): Line[] {
	return [
		line(
			left('Retries', 14),
			`${plural(totals.retries, 'request')}, ${plural(totals.slowDowns, 'slow-down')} from S3`,
		),
		line(left('Connections', 14), `${formatCount(totals.connections)} at the end`),
	];
}
