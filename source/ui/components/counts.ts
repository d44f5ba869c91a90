import {formatCount, formatDuration, plural} from '../../model/format.ts';
import type {JobSpec} from '../../model/job-spec.ts';
import type {DownloadTotals, GroupRow, Snapshot} from '../../model/snapshot.ts';
import {accent, dim, line, right, textWidth, type Line} from '../text/line.ts';
import type {Glyphs} from '../theme.ts';

/**
 * What one file weighs beside its bytes: a request's latency in bytes at usual speeds. It keeps the
 * bar moving through thousands of small files and honest at the end (UX.md, download numbers).
 */
const fileWeight = 384 * 1024;

/** Share of the work that is done, 0 to 1, bytes and files weighed together. */
export function shareDone(
	counts: Pick<DownloadTotals, 'bytes' | 'bytesDone' | 'files' | 'filesDone'>,
): number {
	const all = counts.bytes + counts.files * fileWeight;
	if (all <= 0) return 0;
	return Math.min(1, Math.max(0, (counts.bytesDone + counts.filesDone * fileWeight) / all));
}

/** `73 %`: rounded down, so that 100 means all of it. */
export function percent(share: number): string {
	return `${Math.floor(Math.min(1, Math.max(0, share)) * 100 + 1e-9)} %`;
}

/** A bar of exactly `width` columns. It is full only when the share is 1. */
export function bar(share: number, width: number, glyphs: Glyphs): Line {
	const room = Math.max(0, width);
	const rounded = Math.round(share * room);
	const full = Math.max(0, share >= 1 ? room : Math.min(room - 1, rounded));
	return line(
		full > 0 && accent(glyphs.barFull.repeat(full)),
		room > full && dim(glyphs.barEmpty.repeat(room - full)),
	);
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

function unitOf(bytes: number): number {
	let unit = 0;
	for (let value = bytes; value >= 999.5 && unit < units.length - 1; value /= 1024) unit++;
	return unit;
}

function inUnit(bytes: number, unit: number): string {
	const value = bytes / 1024 ** unit;
	return unit === 0 ? formatCount(value) : value.toFixed(1);
}

/** `386.4 GiB`: one digit behind the point, for totals. */
export function formatSum(bytes: number): string {
	const unit = unitOf(bytes);
	return `${inUnit(bytes, unit)} ${units[unit] ?? 'B'}`;
}

/** `137.2 of 386.4 GiB`: both in the unit of the larger. */
export function formatOf(done: number, all: number): string {
	const unit = unitOf(Math.max(done, all));
	return `${inUnit(Math.min(done, all), unit)} of ${inUnit(all, unit)} ${units[unit] ?? 'B'}`;
}

/** Time left or taken in at most 9 columns: `20 s`, `5 m 50 s`, `36 m`, `5 h 02 m`, `over 99 h`. */
export function formatLeft(seconds: number | null): string {
	if (seconds === null || !Number.isFinite(seconds)) return '-';
	if (seconds >= 99.5 * 3600) return 'over 99 h';
	// From ten minutes on seconds are noise.
	return formatDuration(seconds >= 600 ? Math.round(seconds / 60) * 60 : seconds);
}

/** A count in a table; zero is a mere mark, so that what is there stands out. */
export function tableCount(count: number, width: number, glyphs: Glyphs): string {
	return right(count === 0 ? glyphs.zero : formatCount(count), width);
}

/** `14:27` in the person's time zone. */
export function clock(at: number): string {
	const date = new Date(at);
	return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}

/** What the groups of a job are called: `actor` and `actors`. */
export type Noun = {readonly one: string; readonly many: string; readonly title: string};

/** The word for groups: the CSV's own column name where it reads as a word. */
export function groupNoun(spec: JobSpec | null): Noun {
	const one = nounOf(spec);
	const many = /[^aeiou]y$/.test(one)
		? `${one.slice(0, -1)}ies`
		: /(?:s|x|ch|sh)$/.test(one)
			? `${one}es`
			: `${one}s`;
	return {one, many, title: one.charAt(0).toUpperCase() + one.slice(1)};
}

function nounOf(spec: JobSpec | null): string {
	if (spec === null) return 'group';
	switch (spec.manifest.kind) {
		case 'actors':
			return 'actor';
		case 'prefix':
			return 'folder';
		case 'csv': {
			const column = spec.manifest.groupBy?.toLowerCase().replace(/[_ -]?(?:id|name)$/, '') ?? '';
			return /^[a-z]{3,10}$/.test(column) ? column : 'group';
		}
		default:
			return 'group';
	}
}

/** A group's name; files without a group need a word too. */
export function groupName(name: string): string {
	return name === '' ? '(no group)' : name;
}

/** A group without anything to fetch: a bar at 100 % would claim a download that never was. */
export function hasNothing({state, files}: Pick<GroupRow, 'state' | 'files'>): boolean {
	return state === 'done' && files === 0;
}

/** Objects to download after the roll call. */
export function readyCount({
	found,
	local,
	archived = 0,
}: Pick<GroupRow, 'found' | 'local'> & {readonly archived?: number}): number {
	return Math.max(0, found - local - archived);
}

/** `287 actors    96 done    8 active    181 waiting    2 need you    12 nothing to fetch`, tighter when it must. */
export function groupCounts(snapshot: Snapshot, width: number, withTotal = true): Line {
	const {groups} = snapshot;
	const noun = groupNoun(snapshot.spec);
	const needs = `${formatCount(groups.problem)} ${groups.problem === 1 ? 'needs' : 'need'} you`;
	const parts = [
		...(withTotal ? [plural(groups.total, noun.one, noun.many)] : []),
		`${formatCount(groups.done - groups.nothing)} done`,
		`${formatCount(groups.active)} active`,
		`${formatCount(groups.waiting)} waiting`,
		...(groups.problem > 0 ? [needs] : []),
		...(groups.nothing > 0 ? [`${formatCount(groups.nothing)} nothing to fetch`] : []),
	];
	const gap = ['      ', '    ', '  '].find(
		(space) => textWidth(parts.join(space)) + 1 <= width && (space.length < 6 || width >= 110),
	);
	if (gap === undefined && withTotal) return groupCounts(snapshot, width, false);
	return line(
		' ',
		...parts.map((part, index) =>
			line(index === 0 ? '' : (gap ?? ' '), part === needs ? {text: part, style: 'warn'} : part),
		),
	);
}

/** Parts of a title row's right end, joined as far as they fit beside its left one. */
export function titleEnd(parts: readonly string[], start: string, columns: number): string {
	const room = columns - ' muster  '.length - textWidth(start) - 3;
	let text = '';
	for (const part of parts.filter((value) => value !== '')) {
		const next = text === '' ? part : `${text} · ${part}`;
		if (textWidth(next) > room) break;
		text = next;
	}
	return text;
}
