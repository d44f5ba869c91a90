import {formatCount, plural} from '../../../model/format.ts';
import type {SignInState, Snapshot} from '../../../model/snapshot.ts';
import {clock, formatSum} from '../../components/counts.ts';
import {addressLines, codeRows, withCode, wordsWidth} from '../../components/device-code.ts';
import type {Layout} from '../../layout.ts';
import {
	accent,
	bad,
	blank,
	bold,
	good,
	left,
	line,
	textWidth,
	warn,
	wrap,
	type Line,
} from '../../text/line.ts';

export type Choice = 'code' | 'paste' | 'profile' | 'later';

/** What a person can do, in the order of their numbers, which must not change under the finger. */
export function choicesOf(
	state: SignInState | null,
	hasJob: boolean,
	hasNoSession: boolean,
): readonly Choice[] {
	const own: readonly Choice[] = hasJob ? ['paste', 'profile', 'later'] : ['paste', 'later'];
	// With nothing refused yet, whether there is a session is being asked.
	const hasSession = state === null ? !hasNoSession : state.profile !== null;
	return hasSession ? ['code', ...own] : own;
}

/** A profile that could take over, and whether it can read the job's bucket. */
export type OtherProfile = {
	readonly name: string;
	readonly account: string;
	readonly answer: 'asking' | 'yes' | 'no' | 'sign-in needed too' | '';
};

export type SignInInput = {
	readonly snapshot: Snapshot;
	readonly layout: Layout;
	readonly choices: readonly Choice[];
	readonly choice: number;
	/** lines of the QR code; undefined where it is hidden or has no room */
	readonly qr: readonly string[] | undefined;
	readonly swapped: boolean;
	readonly view:
		| {readonly kind: 'menu'}
		/** characters and lines that were pasted so far, and the last four of them */
		| {readonly kind: 'paste'; readonly size: number; readonly lines: number; readonly end: string}
		| {readonly kind: 'profiles'; readonly rows: readonly OtherProfile[]; readonly index: number};
	/** in the wizard: the profile's name */
	readonly name: string;
	/** the newest answer to what was tried here */
	readonly trouble: string;
};

/** What ended, and what that means for the job. */
export function headWords({snapshot, name}: Pick<SignInInput, 'snapshot' | 'name'>): string[] {
	const {signIn, job, totals, identity, phase} = snapshot;
	const refused = signIn?.refused ?? null;
	if (job === null || (refused === null && phase === 'idle'))
		return [`Signing in as ${name}. Nothing is changed on this machine but the sign-in itself.`];
	if (refused === null) {
		const until = identity?.personNeededAt ?? identity?.expires;
		const lasts = until === undefined ? '' : ` lasts until ${clock(until)}`;
		return [`Your sign-in${lasts}. A new one takes its place; the download goes on meanwhile.`];
	}
	const ended =
		refused.error.code === 'no-credentials'
			? refused.error.message
			: `Your AWS sign-in ended at ${clock(refused.at)}.`;
	if (totals.files === 0) return [ended, 'The roll call waits; what was found is kept.'];
	const done = `${formatCount(totals.filesDone)} ${totals.filesDone === 1 ? 'file is' : 'files are'} done`;
	const open = totals.files - totals.filesDone - totals.filesFailed;
	return [ended, `Nothing is lost. ${done}, ${formatCount(open)} wait and will go on.`];
}

const titles: Readonly<Record<Choice, string>> = {
	code: 'Sign in at the address above,',
	paste: 'Paste new credentials',
	profile: 'Use another profile',
	later: 'Finish later',
};

function choiceLines(input: SignInInput, width: number): Line[] {
	const {snapshot, layout, choice} = input;
	const {signIn, job, at} = snapshot;
	const roomy = layout.wide && !layout.short;
	const lines: Line[] = [];
	for (const [index, kind] of input.choices.entries()) {
		const selected = index === choice;
		const start = [selected ? accent(' > ') : '   ', accent(String(index + 1)), ' '] as const;
		const title = kind === 'later' && job !== null ? `Finish later, keep job ${job}` : titles[kind];
		if (kind !== 'code') {
			lines.push(line(...start, selected ? bold(title) : title));
			if (roomy) lines.push(line(`     ${details(kind, job)}`), blank);
			continue;
		}
		const long = `${title} on this or any other device`;
		if (textWidth(long) + 5 <= width) lines.push(line(...start, selected ? bold(long) : long));
		else {
			lines.push(line(...start, selected ? bold(title) : title));
			lines.push(line('     on this or any other device'));
		}
		if (roomy) lines.push(blank);
		for (const [label, value] of codeRows(signIn?.flow ?? null, at, roomy))
			lines.push(line(`       ${left(label, 8)}`, value));
		lines.push(blank);
	}
	return lines;
}

function details(kind: Choice, job: Snapshot['job']): string {
	switch (kind) {
		case 'paste':
			return 'export lines, a [profile] block, or JSON; kept in memory only';
		case 'profile':
			return 'one that can read this bucket';
		case 'later':
			return job === null
				? 'back to the choice of sign-ins'
				: `job ${job} stays on disk; muster resume ${job} goes on`;
		default:
			return '';
	}
}

const pasteWords = [
	'export lines, a [profile] block, or JSON,',
	'as the AWS access portal copies them.',
	'They stay in memory, for this run only.',
];

function pasteLines(
	view: SignInInput['view'] & {kind: 'paste'},
	trouble: string,
	width: number,
): Line[] {
	const held =
		view.size === 0
			? 'nothing pasted yet'
			: `${plural(view.lines, 'line')}, ${plural(view.size, 'character')}, ****${view.end}`;
	return [
		line(bold(' Paste new credentials')),
		blank,
		...(trouble === ''
			? pasteWords.map((text) => line(` ${text}`))
			: wrap(trouble, width - 2).map((text) => line(' ', bad(text)))),
		blank,
		line(' ', accent('>'), ` ${held}`),
		blank,
		line(' Enter tries them, Ctrl+U starts over.'),
	];
}

function profileLines(
	{rows, index}: SignInInput['view'] & {kind: 'profiles'},
	room: number,
): Line[] {
	const width = Math.min(24, Math.max(8, ...rows.map(({name}) => textWidth(name))));
	const first = Math.max(0, Math.min(index - room + 4, rows.length - room + 3));
	return [
		line(bold(' Another profile'), '   can it read this bucket?'),
		blank,
		...rows.slice(first, first + room - 3).map(({name, account, answer}, number) => {
			const selected = first + number === index;
			const words = answer === 'yes' ? good(answer) : answer === 'no' ? bad(answer) : answer;
			return line(
				selected ? accent(' > ') : '   ',
				selected ? bold(left(name, width)) : left(name, width),
				account === '' ? null : `  ${left(account, 14)}`,
				'  ',
				words === 'asking' ? 'asking' : words,
			);
		}),
		...(rows.length === 0 ? [line(' There is no other profile on this machine.')] : []),
	];
}

function waitingLines({snapshot}: SignInInput): Line[] {
	const {totals, job} = snapshot;
	if (job === null || totals.files === 0) return [];
	const open = totals.files - totals.filesDone - totals.filesFailed;
	const row = (files: string, bytes: string): Line => line(`   ${left(files, 34)}`, bytes);
	return [
		line(` Waiting in job ${job}`),
		row(
			`${formatCount(totals.filesDone)} of ${plural(totals.files, 'file')} done`,
			`${formatSum(totals.bytesDone)} of ${formatSum(totals.bytes)}`,
		),
		row(`${plural(open, 'file')} to go`, formatSum(Math.max(0, totals.bytes - totals.bytesDone))),
	];
}

/** The whole body in exactly the rows that the layout gives it. */
export function signInBody(input: SignInInput): Line[] {
	const {layout, qr, view, swapped, trouble} = input;
	const top = addressLines(input.snapshot.signIn?.flow ?? null, layout);
	const width = wordsWidth(qr, layout);
	const room = layout.bodyRows - top.length - 1;
	const head = headWords(input).flatMap((text, index) =>
		wrap(text, width - 2).map((row) => line(' ', index === 0 ? warn(row) : row)),
	);
	const menu =
		view.kind === 'menu'
			? choiceLines(input, width)
			: view.kind === 'paste'
				? pasteLines(view, trouble, width)
				: profileLines(view, Math.max(5, room - head.length - 1));
	const same =
		view.kind === 'menu' && input.snapshot.signIn?.flow?.kind === 'waiting'
			? [blank, line(' The code on the page must be the same.')]
			: [];
	const answers =
		trouble === '' || view.kind === 'paste'
			? []
			: [blank, ...wrap(trouble, width - 2).map((row) => line(' ', bad(row)))];
	const wide = layout.wide && !layout.short ? [blank, ...waitingLines(input)] : [];
	const short = layout.short ? [] : [blank];
	const words = [...head, ...short, ...menu, ...answers, ...(wide.length > 1 ? wide : same)];
	return withCode(top, words, qr, swapped, layout);
}
