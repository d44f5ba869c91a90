import type {DiskInfo, LinkResult, ProfileInfo} from '../../../job/link/messages.ts';
import {formatBytes, plural} from '../../../model/format.ts';
import type {CallState} from '../../hooks/use-call.ts';
import type {Layout} from '../../layout.ts';
import {bad, dim, good, left, line, warn, type Line} from '../../text/line.ts';
import type {Theme} from '../../theme.ts';

export type Check = {
	readonly label: string;
	readonly state: 'reading' | 'ok' | 'note' | 'failed' | 'skipped';
	readonly words: string;
};

type Inputs = {
	readonly layout: Layout;
	readonly theme: Theme;
	readonly profiles: CallState<readonly ProfileInfo[]>;
	readonly identity: CallState<LinkResult<'identify'>>;
	readonly disk: CallState<DiskInfo>;
	readonly folder: string;
};

function awsCheck(profiles: Inputs['profiles']): Check {
	const label = 'AWS sign-in';
	if (profiles.status === 'failed') return {label, state: 'failed', words: profiles.error.message};
	if (profiles.status !== 'done') return {label, state: 'reading', words: ''};
	const named = profiles.value.filter((profile) => profile.kind !== 'anonymous');
	const count = (state: ProfileInfo['state']) =>
		named.filter((profile) => profile.state === state).length;
	if (named.length === 0) {
		return {label, state: 'note', words: 'none found; public buckets work without'};
	}

	const live = count('signed-in');
	// Plain keys say nothing about themselves until they are used.
	const unasked = live === 0 && count('unknown') > 0;
	return {
		label,
		state: live > 0 || unasked ? 'ok' : 'note',
		words: `${plural(named.length, 'profile')}, ${unasked ? 'asked when used' : `${live === 0 ? 'none' : live} signed in`}`,
	};
}

function storeChecks(identity: Inputs['identity']): Check[] {
	const clock = 'Clock';
	const reach = 'S3';
	switch (identity.status) {
		case 'loading':
			return [
				{label: clock, state: 'reading', words: ''},
				{label: reach, state: 'reading', words: ''},
			];
		case 'done':
			return [
				{label: clock, state: 'ok', words: 'right, within 5 minutes'},
				{label: reach, state: 'ok', words: `answers as ${identity.value.label}`},
			];
		case 'failed': {
			const {code, message} = identity.error;
			return [
				code === 'clock-skew'
					? {label: clock, state: 'failed', words: message}
					: {label: clock, state: 'skipped', words: 'asked with the first sign-in'},
				code === 'network'
					? {label: reach, state: 'failed', words: message}
					: {label: reach, state: code === 'clock-skew' ? 'ok' : 'note', words: message},
			];
		}

		default:
			return [
				{label: clock, state: 'skipped', words: 'asked with the first sign-in'},
				{label: reach, state: 'skipped', words: 'asked with the first sign-in'},
			];
	}
}

function diskCheck(disk: Inputs['disk']): Check {
	const label = 'Disk';
	if (disk.status === 'failed') return {label, state: 'failed', words: disk.error.message};
	if (disk.status !== 'done') return {label, state: 'reading', words: ''};
	const {free, folder, problem} = disk.value;
	return problem === null
		? {label, state: 'ok', words: `${formatBytes(free)} free in ${folder}`}
		: {label, state: 'note', words: problem};
}

/** The six checks of the first screen, in the state that is known so far. */
export function checkList(inputs: Inputs): Check[] {
	const {layout, theme} = inputs;
	return [
		{
			label: 'Terminal',
			state: 'ok',
			words: `${layout.columns}x${layout.rows}, ${theme.color ? 'colours' : 'no colours'}`,
		},
		{
			label: 'Characters',
			state: 'ok',
			words: theme.unicode ? 'UTF-8' : 'ASCII, the locale is not UTF-8',
		},
		...storeChecks(inputs.identity).slice(0, 1),
		awsCheck(inputs.profiles),
		...storeChecks(inputs.identity).slice(1),
		diskCheck(inputs.disk),
	];
}

const marks = {reading: '..', ok: 'ok', note: '!', failed: 'x', skipped: '-'} as const;

/** A check as a line: mark, label, words. */
export function checkLine({label, state, words}: Check): Line {
	const mark = left(marks[state], 3);
	const shown =
		state === 'ok'
			? good(mark)
			: state === 'note'
				? warn(mark)
				: state === 'failed'
					? bad(mark)
					: dim(mark);
	return line('   ', shown, left(label, 14), state === 'reading' ? dim('reading') : words);
}

/** All read, and nothing to look at. */
export function allFine(checks: readonly Check[]): boolean {
	return checks.every(({state}) => state === 'ok');
}
