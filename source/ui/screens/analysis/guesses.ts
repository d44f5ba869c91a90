import {formatBytes, formatCount} from '../../../model/format.ts';
import type {Candidate, GroupRow, WantedRow} from '../../../model/snapshot.ts';
import {belowPrefix, candidateWords, wantedName} from '../../components/candidates.ts';
import {groupName} from '../../components/counts.ts';
import {accent, bold, cutMiddle, left, line, right, textWidth, type Line} from '../../text/line.ts';

/** What a number key does: this key for that row. */
export type Choice = {readonly wantedId: number; readonly objectId: number; readonly key: string};

/** A group's open questions as lines, and the choices that the numbers in them stand for. */
export type Guesses = {readonly lines: readonly Line[]; readonly choices: readonly Choice[]};

class Numbers {
	readonly choices: Choice[] = [];
	take(row: WantedRow, {objectId, key}: Candidate): string {
		if (this.choices.length >= 9) return ' ';
		this.choices.push({wantedId: row.id, objectId, key});
		return String(this.choices.length);
	}
}

function nothingClose(keysListed: number): string {
	return `nothing close in ${formatCount(keysListed)} keys`;
}

type Context = {readonly width: number; readonly prefix: string; readonly keysListed: number};

/** One line for a guess: `1 take_418.wav     did you mean take_0418.wav (31.8 MiB)? leading zero`. */
function shortLines(row: WantedRow, numbers: Numbers, context: Context, nameWidth: number): Line[] {
	const {width, prefix, keysListed} = context;
	const name = left(wantedName(row.text), nameWidth);
	const first = row.candidates[0];
	if (first === undefined) {
		const words = nothingClose(keysListed);
		const room = width - 5 - textWidth(words);
		const whole = left(wantedName(row.text), Math.min(room, Math.max(nameWidth, 40)));
		return [line(`   ${nameWidth < textWidth(wantedName(row.text)) ? whole : name}  ${words}`)];
	}
	if (row.state === 'missing') {
		const number = numbers.take(row, first);
		const size = ` (${formatBytes(first.size)})? ${candidateWords(first)}`;
		const room = width - 4 - nameWidth - 2 - textWidth(size);
		const key = belowPrefix(first.key, prefix);
		const asked = `did you mean ${key}`;
		const words = textWidth(asked) <= room ? asked : cutMiddle(key, Math.max(12, room));
		return [line(' ', accent(number), ` ${name}  ${words}${size}`)];
	}
	const which = `${formatCount(row.candidates.length)} keys, pick one or leave it out`;
	return [
		line(`   ${name}  ${which}`),
		...row.candidates
			.slice(0, 3)
			.map((candidate) => candidateLine(row, candidate, numbers, context)),
	];
}

function candidateLine(
	row: WantedRow,
	candidate: Candidate,
	numbers: Numbers,
	{width, prefix}: Context,
): Line {
	const number = numbers.take(row, candidate);
	const end = `${right(formatBytes(candidate.size), 10)}  ${left(candidateWords(candidate), 13)}`;
	const room = Math.max(8, width - 5 - textWidth(end));
	return line(' ', accent(number), ' = ', left(belowPrefix(candidate.key, prefix), room), end);
}

function longLines(row: WantedRow, numbers: Numbers, context: Context): Line[] {
	const name = wantedName(row.text);
	const text = cutMiddle(name, context.width - 4);
	if (row.candidates.length === 0) {
		const words = `   ${name}   ${nothingClose(context.keysListed)}`;
		const short = `   ${cutMiddle(name, context.width - 19)}   nothing close`;
		return [line(textWidth(words) <= context.width ? words : short)];
	}
	return [
		line(`   ${text}${row.state === 'ambiguous' ? `   ${row.candidates.length} keys` : ''}`),
		...row.candidates
			.slice(0, 3)
			.map((candidate) => candidateLine(row, candidate, numbers, context)),
	];
}

/** Whole rows only: a question without its choices helps nobody. */
function gather(
	rows: readonly WantedRow[],
	height: number,
	build: (row: WantedRow, numbers: Numbers) => Line[],
): {lines: Line[]; numbers: Numbers; shown: number} {
	const numbers = new Numbers();
	const lines: Line[] = [];
	let shown = 0;
	for (const row of rows) {
		const before = numbers.choices.length;
		const next = build(row, numbers);
		if (lines.length + next.length > height) {
			numbers.choices.length = before;
			if (lines.length > 0 || height < 1) break;
			const part = build(row, numbers).slice(0, height);
			lines.push(...part);
			shown++;
			break;
		}
		lines.push(...next);
		shown++;
	}
	return {lines, numbers, shown};
}

/** The block under the table at 80 columns, in at most `height` lines. */
export function guessBlock(
	group: GroupRow,
	rows: readonly WantedRow[],
	total: number,
	context: Context & {readonly height: number},
): Guesses {
	const parts = [
		...(group.missing > 0 ? [`${formatCount(group.missing)} missing`] : []),
		...(group.ambiguous > 0 ? [`${formatCount(group.ambiguous)} ambiguous`] : []),
	];
	const nameWidth = Math.min(
		Math.floor(context.width / 3),
		Math.max(8, ...rows.slice(0, context.height).map(({text}) => textWidth(wantedName(text)))),
	);
	const {lines, numbers, shown} = gather(rows, context.height - 1, (row, taken) =>
		shortLines(row, taken, context, nameWidth),
	);
	const rest = total - shown;
	const more = rest > 0 ? ` · ↓ ${formatCount(rest)} more, Enter shows all` : '';
	const words = parts.length === 0 ? 'nothing to look at' : parts.join(', ');
	return {
		lines: [line(' ', bold(groupName(group.name)), ` · ${words}${more}`), ...lines],
		choices: numbers.choices,
	};
}

/** The pane at the right of a wide screen. */
export function guessPane(
	group: GroupRow,
	rows: readonly WantedRow[],
	total: number,
	sure: number,
	context: Context & {readonly height: number},
): Guesses {
	const {height} = context;
	const counts = [
		`${formatCount(Math.max(0, group.found - group.local))} ready`,
		...(group.missing > 0 ? [`${formatCount(group.missing)} missing`] : []),
		...(group.ambiguous > 0 ? [`${formatCount(group.ambiguous)} ambiguous`] : []),
		...(group.local > 0 ? [`${formatCount(group.local)} local`] : []),
	].join('   ');
	const missing = rows.filter((row) => row.state === 'missing');
	const rest = rows.filter((row) => row.state !== 'missing');
	const ends =
		sure > 0
			? [
					line(),
					line('u uses all sure guesses: exactly one key fits.'),
					line(`Sure guesses in all: ${formatCount(sure)}. Nothing is taken`),
					line('without your key press.'),
				]
			: [];
	const room = height - 2 - ends.length - 2;
	const titled = new Set([missing[0]?.id, rest[0]?.id]);
	const {lines, numbers, shown} = gather([...missing, ...rest], room, (row, taken) => [
		...(titled.has(row.id)
			? [
					line(),
					line(
						bold(
							row.state === 'missing'
								? 'Missing, with the closest keys'
								: 'Ambiguous, pick one or leave it out',
						),
					),
				]
			: []),
		...longLines(row, taken, context),
	]);
	const more = total - shown;
	const nothing = total === 0 ? [line(), line('Nothing to look at here.')] : [];
	return {
		lines: [
			line(bold(groupName(group.name)), `   ${counts}`),
			...lines,
			...nothing,
			...(more > 0 ? [line(`   ↓ ${formatCount(more)} more, Enter shows all`)] : []),
			...ends,
		],
		choices: numbers.choices,
	};
}
