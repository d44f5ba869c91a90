import {
	formatBytes,
	formatCount,
	formatDuration,
	formatRate,
	plural,
} from '../../../model/format.ts';
import type {Snapshot} from '../../../model/snapshot.ts';
import {bar, clock, formatLeft, formatOf, percent, shareDone} from '../../components/counts.ts';
import type {Layout} from '../../layout.ts';
import {
	bad,
	blank,
	cutEnd,
	cutMiddle,
	ends,
	left,
	line,
	right,
	textWidth,
	warn,
	type Line,
} from '../../text/line.ts';
import type {Glyphs} from '../../theme.ts';

/** The overall bar with its percentage. */
export function overallBar(snapshot: Snapshot, width: number, glyphs: Glyphs): Line {
	const share = shareDone(snapshot.totals);
	return line(' ', bar(share, width - 8, glyphs), right(percent(share), 6));
}

/** Parts joined until the width is used up; the first ones are the more important. */
function joined(parts: readonly string[], gap: string, width: number): string {
	let text = '';
	for (const part of parts.filter((value) => value !== '')) {
		const next = text === '' ? part : text + gap + part;
		if (textWidth(next) > width) break;
		text = next;
	}
	return text;
}

const mean = (values: readonly number[]) =>
	values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

function timeLeft({totals, at}: Snapshot, wide: boolean): string {
	if (totals.etaSeconds === null) return '';
	const left = `${formatLeft(totals.etaSeconds)} left`;
	const end =
		wide && totals.etaSeconds > 60 ? `, about ${clock(at + totals.etaSeconds * 1000)}` : '';
	return left + end;
}

/** `137.2 of 386.4 GiB   4,206 of 11,842 files         118 MiB/s   36 m left`. */
export function sumsLine(snapshot: Snapshot, layout: Layout): Line {
	const {totals, phase} = snapshot;
	const moving = phase === 'downloading' || phase === 'stopping';
	const {wide, narrow, columns} = layout;
	const files = `${formatCount(totals.filesDone)} of ${formatCount(totals.files)} files`;
	const soFar = `${formatDuration(totals.seconds)} so far, ${formatRate(mean(snapshot.speeds))} mean`;
	const manySmall = totals.filesPerSecond >= 5;
	const pace = `${formatCount(totals.filesPerSecond)} files/s`;
	const now = moving ? formatRate(totals.bytesPerSecond) + (wide ? ' now' : '') : '';
	const left = moving ? timeLeft(snapshot, wide) : '';
	if (narrow) {
		const sums = formatOf(totals.bytesDone, totals.bytes);
		return line(` ${joined([sums, now, left], '   ', columns - 2)}`);
	}
	const start = joined(
		[formatOf(totals.bytesDone, totals.bytes), files, ...(wide ? [soFar] : [])],
		wide ? '     ' : '   ',
		columns - 2,
	);
	const room = columns - 2 - textWidth(start) - 2;
	const full = [now, ...(manySmall && moving ? [pace] : []), left].filter((part) => part !== '');
	const text = full.join('   ');
	const end = textWidth(text) <= room ? text : [now, left].filter(Boolean).join('   ');
	return ends(line(` ${start}`), line(`${end} `), columns);
}

/** What happened, and the keys that help: those are left out where there is no room for them. */
type State = readonly [words: string, keys: string];

function pausedState({pauseReason, spec, signIn, totals, notice}: Snapshot): State {
	switch (pauseReason) {
		case 'disk':
			return [
				// with the amount that is missing
				notice?.text.startsWith('The disk') === true
					? notice.text
					: `The disk with ${spec?.folder ?? 'the folder'} is full. Paused; open files are kept.`,
				'p go on when there is room; f other folder for the rest',
			];
		case 'credentials': {
			const refused = signIn?.refused ?? null;
			const ended = refused === null ? '' : ` at ${clock(refused.at)}`;
			return [`Your AWS sign-in ended${ended}. The job waits, nothing is lost.`, 'i sign in again'];
		}
		case 'throttled':
			return [
				`S3 asked us to slow down. Using ${totals.connections} connections for now.`,
				'It climbs back by itself',
			];
		case 'network':
			return [notice?.text ?? 'No connection to S3.', 'p try now'];
		default:
			return ['Paused. Open files are kept.', 'p go on'];
	}
}

/** Why nothing moves, or what else a person should know of the job's state; '' when all is well. */
export function stateOf(snapshot: Snapshot): State {
	const {phase, totals, pauseReason} = snapshot;
	if (phase === 'paused' || pauseReason === 'throttled') return pausedState(snapshot);
	if (phase === 'stopping') {
		return [`Stopping: ${plural(totals.openFiles, 'file')} open.`, 'p goes on'];
	}
	if (phase === 'downloading' && totals.quietSeconds >= 5) {
		return [`waiting ${formatDuration(Math.floor(totals.quietSeconds))} for S3`, ''];
	}
	return signInEnds(snapshot);
}

/** A sign-in that ends before the job does, and that nothing renews but a person. */
function signInEnds({identity, totals, at}: Snapshot): State {
	const ends = identity?.personNeededAt;
	if (ends === undefined) return ['', ''];
	const seconds = (ends - at) / 1000;
	const isSooner = totals.etaSeconds !== null && seconds < totals.etaSeconds;
	if (!isSooner && seconds > soon) return ['', ''];
	const left =
		seconds < 60 ? 'in under 1 m' : `in ${formatDuration(Math.floor(seconds / 60) * 60)}`;
	const words = isSooner
		? `Your sign-in ends ${left}, before the job does.`
		: `Your sign-in ends ${left}.`;
	return [words, 'i renews it now'];
}

/** seconds before its end at which a sign-in is spoken of in any case */
const soon = 10 * 60;

/** A long folder gives way before the words around it do. */
function shorterPath(words: string, folder: string | undefined, room: number): string {
	const over = textWidth(words) - room;
	if (folder === undefined || over <= 0) return words;
	return words.replace(folder, () => cutMiddle(folder, Math.max(8, textWidth(folder) - over)));
}

export function stateLine(snapshot: Snapshot, width: number): Line {
	const [words, keys] = stateOf(snapshot);
	if (words === '') return blank;
	const room = width - 2;
	return textWidth(words) + 1 + textWidth(keys) <= room
		? line(' ', warn(words), ` ${keys}`)
		: line(' ', warn(cutEnd(shorterPath(words, snapshot.spec?.folder, room), room)));
}

/** The newest problems, one line each, with the keys that help. */
export function problemLines(
	snapshot: Snapshot,
	most: number,
	nameWidth: number,
	layout: Layout,
): Line[] {
	const {problems, totals, groups} = snapshot;
	const count = Math.max(totals.filesFailed, problems.length, groups.problem);
	return problems
		.slice(-most)
		.toReversed()
		.map((problem, index) => {
			const keys =
				index > 0 || layout.narrow
					? ''
					: count > most
						? ` · x all ${formatCount(count)}, r again`
						: ' · x looks, r tries again';
			const file = problem.name.split('/').at(-1) ?? problem.name;
			const name = left(problem.group, nameWidth);
			const words = `${name}  ${file}: ${problem.error.message}`;
			return line(' ', bad('!'), ' ', cutEnd(words, layout.columns - 4 - textWidth(keys)), keys);
		});
}

/** `/data/takes 824 GiB free · 32 connections · 3 retries · job log: 12.log`. */
export function footLine(snapshot: Snapshot, layout: Layout): Line {
	const {totals, disk, spec, reports} = snapshot;
	const after = disk === null ? 0 : disk.free - (totals.bytes - totals.bytesDone);
	const free =
		disk === null
			? ''
			: layout.wide
				? `${formatBytes(disk.free)} free of ${formatBytes(disk.total)}, ${formatBytes(Math.max(0, after))} at the end`
				: `${formatBytes(disk.free)} free`;
	const folder = cutMiddle(spec?.folder ?? '', Math.floor(layout.columns / 3));
	const retries = `${formatCount(totals.retries)} ${totals.retries === 1 ? 'retry' : 'retries'}`;
	const slow = layout.wide || totals.slowDowns > 0;
	const parts = [
		`${folder} ${free}`.trim(),
		`${formatCount(totals.connections)} connections`,
		retries,
		slow ? `${formatCount(totals.slowDowns)} slow-downs` : '',
	];
	const room = layout.columns - 2;
	const start = joined(parts, ' · ', room);
	const log = reports?.log ?? '';
	const name = log.split('/').at(-1) ?? log;
	const end = [` · job log: ${log}`, ` · job log: ${name}`, ` · log ${name}`].find(
		(text) => log !== '' && textWidth(start + text) <= room,
	);
	return line(` ${start}${end ?? ''}`);
}
