import type {BucketRow} from '../../../job/link/messages.ts';
import type {RememberedChoices} from '../../../model/remembered.ts';
import type {Layout} from '../../layout.ts';
import {isoDay, since} from '../../text/dates.ts';
import {accent, bold, left, line, type Line} from '../../text/line.ts';

/** A bucket that may be opened; `typed` is the row that asks for a name. */
export type Bucket = {
	readonly name: string;
	readonly region: string | null;
	readonly created: number | null;
	readonly usedAt: number | null;
	readonly prefix: string | null;
	readonly typed: boolean;
};

export type BucketSort = 'used' | 'name';

/** Listed buckets and remembered ones in one list. When listing is not allowed, remembered ones and a row to type a name. */
export function bucketRows(
	listed: readonly BucketRow[] | null,
	remembered: RememberedChoices['buckets'],
	sort: BucketSort,
): Bucket[] {
	const rows = new Map<string, Bucket>();
	for (const {name, region, created} of listed ?? []) {
		rows.set(name, {name, region, created, usedAt: null, prefix: null, typed: false});
	}

	for (const [name, known] of Object.entries(remembered)) {
		const row = rows.get(name);
		// A remembered bucket of another account is no use while the list is known.
		if (row === undefined && listed !== null) continue;
		rows.set(name, {
			name,
			region: row?.region ?? known.region ?? null,
			created: row?.created ?? null,
			usedAt: known.usedAt,
			prefix: known.prefix ?? null,
			typed: false,
		});
	}

	const sorted = [...rows.values()].toSorted((a, b) =>
		sort === 'used'
			? (b.usedAt ?? 0) - (a.usedAt ?? 0) || a.name.localeCompare(b.name)
			: a.name.localeCompare(b.name),
	);
	return listed === null
		? [
				...sorted,
				{
					name: 'type a bucket name',
					region: null,
					created: null,
					usedAt: null,
					prefix: null,
					typed: true,
				},
			]
		: sorted;
}

/** Widths of the columns after the name; 0 leaves one out. */
function widths({mainWidth, narrow}: Layout) {
	const used = 15;
	const region = narrow ? 0 : 14;
	const created = mainWidth < 70 ? 0 : 13;
	return {used, region, created, name: mainWidth - 4 - used - region - created};
}

export function bucketHead(layout: Layout): Line {
	const {name, region, created} = widths(layout);
	return line(
		bold(
			`   ${left('Bucket', name)}${region > 0 ? left('Region', region) : ''}${created > 0 ? left('Created', created) : ''}Last used here`,
		),
	);
}

export function bucketLine(row: Bucket, selected: boolean, layout: Layout, now: number): Line {
	const {name, region, created} = widths(layout);
	const text = `${left(row.name, name - 1)} `;
	return line(
		selected ? accent(' > ') : '   ',
		selected ? bold(text) : text,
		row.typed || region === 0 ? '' : left(row.region ?? '-', region),
		row.typed || created === 0 ? '' : left(isoDay(row.created), created),
		row.typed ? '' : row.usedAt === null ? '-' : since(row.usedAt, now),
	);
}

/** The known name nearest to a mistyped one: a letter or two off, or one that starts alike. */
export function nearestName(typed: string, names: readonly string[]): string | null {
	let best: {name: string; distance: number} | null = null;
	for (const name of names) {
		const distance = name.startsWith(typed) ? 1 : editDistance(typed, name);
		if (distance <= 2 && (best === null || distance < best.distance)) best = {name, distance};
	}

	return best?.name ?? null;
}

function editDistance(a: string, b: string): number {
	if (Math.abs(a.length - b.length) > 2) return 3;
	let previous = Array.from({length: b.length + 1}, (_, index) => index);
	for (const [row, letter] of Array.from(a).entries()) {
		const current = [row + 1];
		for (const [column, other] of Array.from(b).entries()) {
			current.push(
				Math.min(
					(previous[column + 1] ?? 0) + 1,
					(current[column] ?? 0) + 1,
					(previous[column] ?? 0) + (letter === other ? 0 : 1),
				),
			);
		}

		previous = current;
	}

	return previous.at(-1) ?? 3;
}
