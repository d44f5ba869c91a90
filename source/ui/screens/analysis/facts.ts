import {formatBytes, formatCount, formatRate, plural} from '../../../model/format.ts';
import type {Snapshot} from '../../../model/snapshot.ts';
import {clock, formatLeft, formatSum, readyCount} from '../../components/counts.ts';
import {textWidth} from '../../text/line.ts';

/** What a roll call that stands means for the download. */
export type Verdict =
	/** `d` starts at once */
	| {readonly kind: 'clear'}
	/** a second thought: Enter starts anyway */
	| {readonly kind: 'warning'; readonly text: string; readonly keys: string}
	/** cannot start */
	| {readonly kind: 'blocked'; readonly text: string; readonly keys: string}
	/** nothing exists; `name` was looked for first, '' when that is not known */
	| {readonly kind: 'nothing'; readonly text: string; readonly name: string; readonly keys: string}
	/** nothing is left to do */
	| {readonly kind: 'local'; readonly text: string; readonly keys: string};

/** Seconds that the download would take at a remembered speed; null without one. */
export function estimate(bytes: number, speed: number | undefined): number | null {
	return speed === undefined || speed <= 0 ? null : bytes / speed;
}

/** Under this share of the disk left over, a person is asked (UX.md, Analysis warns). */
const tightShare = 0.05;

function diskVerdict({rollCall, disk, spec}: Snapshot): Verdict | undefined {
	if (disk === null || rollCall.bytes === 0) return undefined;
	const left = disk.free - rollCall.bytes;
	const sums = `${formatSum(rollCall.bytes)} to get, ${formatSum(disk.free)} free`;
	if (left < 0) {
		return {
			kind: 'blocked',
			text: `${sums}: ${formatSum(-left)} too little in ${spec?.folder ?? 'the folder'}.`,
			keys: 'f other folder; r looks at the disk again',
		};
	}
	if (left >= disk.total * tightShare) return undefined;
	return {
		kind: 'warning',
		text: `${sums}: ${formatSum(left)} would be left.`,
		keys: 'f other folder; d, then Enter start anyway',
	};
}

function signInVerdict({identity, at}: Snapshot, seconds: number | null): Verdict | undefined {
	const ends = identity?.personNeededAt;
	if (ends === undefined || seconds === null) return undefined;
	if (ends > at + seconds * 1000) return undefined;
	return {
		kind: 'warning',
		text: `Your sign-in ends at ${clock(ends)}, this job needs about ${formatLeft(seconds)}.`,
		keys: 'i renews it; d, then Enter start anyway',
	};
}

/** What to say and to allow before the yes. `firstMissing` is the first key that was looked for. */
export function verdict(
	snapshot: Snapshot,
	speed: number | undefined,
	firstMissing: string | null,
): Verdict {
	const {rollCall, spec} = snapshot;
	const ready = readyCount(rollCall);
	const {wanted, local, found, missing, excluded} = rollCall;
	if (excluded > 0 && found === 0) {
		return {
			kind: 'nothing',
			text: `Nothing is left to get: filters or marks leave out ${plural(excluded, 'file')}.`,
			name: '',
			keys: 'p changes the folder and its marks; x shows why',
		};
	}
	if (wanted > 0 && found === 0 && missing > 0) {
		return {
			kind: 'nothing',
			text: `None of ${plural(wanted, 'row')} exists.`,
			name: firstMissing ?? '',
			keys: 'p change prefix; m looser match; o show in full',
		};
	}
	if (ready === 0 && local > 0) {
		const all = local === wanted ? 'All ' : '';
		return {
			kind: 'local',
			text: `${all}${plural(local, 'file')} ${local === 1 ? 'is' : 'are'} already in ${spec?.folder ?? 'the folder'}, same size.`,
			keys: 'Enter done; v check every checksum',
		};
	}
	if (ready === 0 && rollCall.archived !== undefined) {
		return {
			kind: 'nothing',
			text: `All that is left is archived: ${plural(rollCall.archived, 'file')} must be restored first.`,
			name: '',
			keys: 'r analyses again, when they are restored',
		};
	}
	if (ready === 0)
		return {kind: 'nothing', text: 'There is nothing to download.', name: '', keys: 'x shows why'};
	const seconds = estimate(rollCall.bytes, speed);
	return diskVerdict(snapshot) ?? signInVerdict(snapshot, seconds) ?? {kind: 'clear'};
}

/** `386.4 GiB to get · 961 GiB free, 575 GiB afterwards · about 56 m at 118 MiB/s`, in `width`. */
export function bytesWords(
	{rollCall, disk, spec}: Snapshot,
	speed: number | undefined,
	width: number,
): string {
	const seconds = rollCall.bytes === 0 ? null : estimate(rollCall.bytes, speed);
	const folder = spec?.folder ?? 'the folder';
	const get = `${formatSum(rollCall.bytes)} to get`;
	const time =
		seconds === null ? '' : ` · about ${formatLeft(seconds)} at ${formatRate(speed ?? 0)}`;
	const left = formatBytes(Math.max(0, (disk?.free ?? 0) - rollCall.bytes));
	const free = disk === null ? '' : formatBytes(disk.free);
	const whole = time === '' ? '' : `${time}, the mean of the last job`;
	const choices =
		disk === null
			? [get + whole, get + time]
			: [
					`${get} · ${folder} has ${free} free, ${left} left afterwards${whole}`,
					`${get} · ${free} free in ${folder}, ${left} afterwards${time}`,
					`${get} · ${free} free, ${left} afterwards${time}`,
					`${get} · ${free} free, ${left} left${time}`,
					`${get} · ${free} free${time}`,
					`${get} · ${free} free, ${left} left`,
				];
	return choices.find((text) => textWidth(text) <= width) ?? get;
}

/** The counts that add up to the rows, those that are nearly always 0 only when they are not. */
export function countWords(
	snapshot: Snapshot,
	wide: boolean,
	noun: {readonly one: string; readonly many: string},
): readonly string[] {
	const {rollCall} = snapshot;
	const within = (groups: number) =>
		wide && groups > 0 ? ` in ${plural(groups, noun.one, noun.many)}` : '';
	return [
		`${formatCount(readyCount(rollCall))} ready`,
		`${formatCount(rollCall.missing)} missing${within(rollCall.groupsMissing)}`,
		`${formatCount(rollCall.ambiguous)} ambiguous${within(rollCall.groupsAmbiguous)}`,
		`${formatCount(rollCall.local)} already local${wide ? ', same size and checksum' : ''}`,
		...(rollCall.archived === undefined ? [] : [`${formatCount(rollCall.archived)} archived`]),
		...(rollCall.excluded > 0 ? [`${formatCount(rollCall.excluded)} excluded`] : []),
		...(rollCall.duplicate > 0 ? [`${formatCount(rollCall.duplicate)} duplicate`] : []),
	];
}
