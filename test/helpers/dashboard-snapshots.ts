import {emptySnapshot} from '../../source/model/empty-snapshot.ts';
import {jobId, objectKey} from '../../source/model/brand.ts';
import {jobSpecDefaults, type JobSpec} from '../../source/model/job-spec.ts';
import type {
	Candidate,
	GroupRow,
	GroupState,
	Phase,
	Problem,
	Snapshot,
	WantedRow,
} from '../../source/model/snapshot.ts';

/**
 * Made-up snapshots of one job, the one of the mock-ups: 287 actors, 12,310 rows, 386 GiB. The
 * number of groups and the tick can be chosen; everything is told by index, nothing by chance.
 */
const gib = 1024 ** 3;
const mib = 1024 ** 2;

export const takesSpec: JobSpec = {
	...jobSpecDefaults,
	store: {provider: 's3'},
	credentials: {kind: 'profile', profile: 'train-sso'},
	bucket: 'studio-voice-takes',
	prefix: 'sessions/2025/',
	manifest: {kind: 'csv', file: 'takes_2025.csv', column: 'take_id', groupBy: 'actor'},
	folder: '/data/takes',
};

export const startedAt = Date.UTC(2025, 10, 19, 13, 31, 0);

export const idleSnapshot: Snapshot = {...emptySnapshot, at: startedAt};

export const readyRollCall: Snapshot['rollCall'] = {
	wanted: 12_310,
	found: 12_000,
	missing: 214,
	ambiguous: 96,
	local: 158,
	excluded: 0,
	duplicate: 0,
	bytes: 386.4 * gib,
	rowsRead: 12_310,
	rowsChecked: 12_310,
	keysListed: 148_211,
	rowsSkipped: 0,
	listed: true,
	seconds: 41,
	groups: 287,
	groupsMissing: 31,
	groupsAmbiguous: 12,
	sureGuesses: 61,
	choices: 0,
};

const names = (
	'kofi_b lena_m mateo_v nadia_z omar_f priya_d quinn_e rosa_l sana_u theo_i uma_c viktor_p ' +
	'wren_s xiu_l yusuf_a zoe_k'
).split(' ');

export const groupName = (index: number): string =>
	`${names[index % names.length] ?? ''}${index < names.length ? '' : String(index)}`;

/** Group `index`; active ones move with `tick`. */
export function group(index: number, state: GroupState, tick = 0): GroupRow {
	const files = 36 + (index % 8);
	const share =
		state === 'active'
			? Math.min(0.99, 0.2 + ((index * 13) % 60) / 100 + tick * 0.002)
			: state === 'waiting'
				? 0
				: 1;
	const bytes = files * 33 * mib;
	const failed = state === 'problem' ? 1 : 0;
	const first = 412 + index * 31;
	return {
		id: index + 1,
		name: groupName(index),
		state,
		wanted: files + 2,
		found: files,
		missing: failed,
		ambiguous: 0,
		local: 0,
		excluded: 0,
		duplicate: 0,
		files,
		filesDone: Math.max(0, Math.floor(files * share) - failed),
		failed,
		bytes,
		bytesDone: Math.floor(bytes * share),
		bytesPerSecond: state === 'active' ? (13 + (index % 4) + (tick % 7) * 0.2) * mib : 0,
		etaSeconds: state === 'active' ? Math.max(5, Math.round(((1 - share) * 100) / 5) * 5) : null,
		seconds: state === 'done' ? 70 : null,
		openFiles:
			state === 'active'
				? Array.from({length: 4}, (_, file) => ({
						name: `take_${String(first + file).padStart(4, '0')}.wav`,
						bytes: ((tick * 2 + file * 9 + index * 5) % 30) * mib,
						size: (30 + ((file + index) % 8)) * mib,
					}))
				: [],
	};
}

export function problem(
	index: number,
	name: string,
	file: string,
	message = 'checksum differed twice',
	code: Problem['error']['code'] = 'checksum',
): Problem {
	return {
		wantedId: 1000 + index,
		groupId: index + 1,
		group: name,
		name: file,
		error: {code, message, hint: 'r tries again'},
	};
}

/** Oldest first, as the engine has them. */
export const twoProblems: readonly Problem[] = [
	problem(1, 'yara_m', 'take_0077.wav', 'access denied (403)', 'denied'),
	problem(0, 'dalia_r', 'take_0433.wav'),
];

/** States in manifest order: done ones with the problems among them, then active, then waiting. */
function statesOf(total: number): {cells: string; active: number; done: number; problems: number} {
	const active = Math.min(8, Math.max(1, total - 1));
	const done = total <= 5 ? 1 : Math.floor(total * 0.335);
	const problems = total <= 5 ? 0 : 2;
	const marks = Array.from({length: total}, (_, index) => {
		if (index < done + problems) return problems > 0 && (index === 6 || index === 9) ? '!' : 'd';
		return index < done + problems + active ? 'a' : 'w';
	});
	return {cells: marks.join(''), active, done, problems};
}

const stateOf = {d: 'done', a: 'active', w: 'waiting', '!': 'problem'} as const;

/** Every group of the job, in manifest order. */
export function allGroups(total: number, tick = 0): readonly GroupRow[] {
	const {cells} = statesOf(total);
	const offset = cells.indexOf('a');
	return Array.from(cells, (mark, index) =>
		group((index - offset + total) % total, stateOf[mark as keyof typeof stateOf], tick),
	);
}

export type SnapshotChoices = {
	readonly groups?: number;
	readonly tick?: number;
	readonly pauseReason?: Snapshot['pauseReason'];
};

const totalsAt = (tick: number): Snapshot['totals'] => ({
	files: 11_842,
	filesDone: 4_206 + tick,
	filesFailed: 2,
	bytes: 386.4 * gib,
	bytesDone: 137.2 * gib + tick * 30 * mib,
	bytesPerSecond: (118 + (tick % 5) * 0.4) * mib,
	filesPerSecond: 3.6,
	etaSeconds: Math.max(60, 36 * 60 - Math.floor(tick / 20) * 60),
	seconds: 19 * 60 + 51,
	pausedSeconds: 0,
	openFiles: 32,
	connections: 32,
	retries: 3,
	slowDowns: 0,
	quietSeconds: 0,
});

function finishedParts(): Partial<Snapshot> {
	const bytes = 386.3 * gib;
	return {
		totals: {
			...totalsAt(0),
			filesDone: 11_840,
			bytesDone: bytes,
			seconds: 3372,
			pausedSeconds: 185,
			bytesPerSecond: 0,
			etaSeconds: null,
			openFiles: 0,
		},
		groups: {total: 287, done: 285, nothing: 0, active: 0, waiting: 0, problem: 2},
		shown: [group(40, 'problem'), group(41, 'problem')].map((row, index) => ({
			...row,
			name: twoProblems[index]?.group ?? '',
		})),
		finishedAt: startedAt + (3372 + 185) * 1000,
		summary: {
			type: 'summary',
			job: jobId(12),
			wanted: 12_310,
			found: 12_000,
			missing: 214,
			ambiguous: 96,
			excluded: 0,
			duplicate: 0,
			downloaded: 11_840,
			local: 158,
			failed: 2,
			bytes,
			seconds: 3372,
			files_per_second: 3.5,
			bytes_per_second: bytes / 3372,
			exit_code: 1,
		},
	};
}

/** A sign-in that ended, with a code that waits for a person. */
const endedSignIn: Snapshot['signIn'] = {
	refused: {
		at: startedAt + 19 * 60 * 1000,
		error: {
			code: 'expired-credentials',
			message: 'The sign-in of profile "train-sso" has expired.',
		},
	},
	profile: 'train-sso',
	flow: {
		kind: 'waiting',
		url: 'https://device.sso.eu-west-1.amazonaws.com/',
		completeUrl: 'https://device.sso.eu-west-1.amazonaws.com/?user_code=HJRZ-HIWR',
		code: 'HJRZ-HIWR',
		codeExpires: startedAt + (19 * 60 + 51 + 580) * 1000,
		askedAt: startedAt + (19 * 60 + 48) * 1000,
	},
};

/** The whole snapshot of the job in a phase. */
export function jobSnapshot(phase: Phase, choices: SnapshotChoices = {}): Snapshot {
	const {groups: total = 287, tick = 0, pauseReason = null} = choices;
	const {cells, active, done, problems} = statesOf(total);
	const rows = allGroups(total, tick);
	const ended = phase === 'finished' || phase === 'failed' || phase === 'stopped';
	return {
		...idleSnapshot,
		serial: tick + 1,
		at: startedAt + (19 * 60 + 51) * 1000 + tick * 500,
		phase,
		job: jobId(12),
		spec: takesSpec,
		identity: {
			label: 'train-sso',
			account: '123456789012',
			personNeededAt: startedAt + 6 * 3600 * 1000,
		},
		signIn: phase === 'paused' && pauseReason === 'credentials' ? endedSignIn : null,
		pauseReason: phase === 'paused' ? (pauseReason ?? 'user') : null,
		rollCall: {...readyRollCall, groups: total},
		totals: totalsAt(tick),
		groups: {
			total,
			done,
			nothing: 0,
			active,
			waiting: total - done - active - problems,
			problem: problems,
		},
		cells,
		shown: [
			...rows.filter(({state}) => state === 'active'),
			...rows.filter(({state}) => state === 'problem'),
			...rows.filter(({state}) => state === 'waiting'),
		].slice(0, 64),
		problems: twoProblems.slice(0, problems),
		disk: {free: 824 * gib, total: 1.8 * 1024 * gib},
		speeds: Array.from({length: 60}, (_, index) => (100 + ((index * 7) % 31)) * mib),
		bestSpeed: 131 * mib,
		startedAt,
		reports: {
			folder: '/data/takes/.muster/reports',
			log: '/data/takes/.muster/logs/20251119_133100.log',
		},
		...(phase === 'finished' ? finishedParts() : {}),
		...(ended && phase !== 'finished' ? {finishedAt: startedAt + 20 * 60 * 1000} : {}),
	};
}

const candidate = (
	objectId: number,
	key: string,
	size: number,
	reason: Candidate['reason'],
	sure = true,
): Candidate => ({
	objectId,
	key: objectKey(key),
	size,
	modified: Date.UTC(2025, 10, 17 + (objectId % 3)),
	reason,
	sure,
});

const wanted = (id: number, text: string, state: WantedRow['state']): WantedRow => ({
	id,
	groupId: 1,
	group: 'dalia_r',
	text,
	row: id,
	state,
	rule: null,
	key: null,
	path: null,
	size: 0,
	candidates: [],
	error: null,
});

/** The rows that need a person in the group `dalia_r` of the mock-up. */
export const openRows: readonly WantedRow[] = [
	{
		...wanted(1, 'take_418.wav', 'missing'),
		candidates: [candidate(11, 'sessions/2025/dalia_r/take_0418.wav', 31.8 * mib, 'leading-zeros')],
	},
	{
		...wanted(2, 'take_0417.wav', 'missing'),
		candidates: [
			candidate(12, 'sessions/2025/dalia_r/retake/take_0417.wav', 33 * mib, 'other-folder'),
		],
	},
	{
		...wanted(3, 'take_0419.WAV', 'missing'),
		candidates: [candidate(13, 'sessions/2025/dalia_r/take_0419.wav', 35.2 * mib, 'letter-case')],
	},
	{
		...wanted(4, 'tke_0421.wav', 'missing'),
		candidates: [
			candidate(14, 'sessions/2025/dalia_r/take_0421.wav', 32.1 * mib, 'one-letter-off'),
		],
	},
	...[420, 422, 423, 424, 425].map((number, index) =>
		wanted(5 + index, `take_0${number}.wav`, 'missing'),
	),
	...[430, 431, 432].map((number, index): WantedRow => ({
		...wanted(10 + index, `take_0${number}.wav`, 'ambiguous'),
		candidates: [
			candidate(
				20 + index * 2,
				`sessions/2025/dalia_r/take_0${number}.wav`,
				12.1 * mib,
				null,
				false,
			),
			candidate(
				21 + index * 2,
				`sessions/2025/dalia_r/alt/take_0${number}.wav`,
				12.4 * mib,
				null,
				false,
			),
		],
	})),
];

/** Groups of the analysis mock-up, those with problems first. */
export function analysisGroups(total = 287): readonly GroupRow[] {
	const numbers: Readonly<Record<string, readonly [number, number, number, number, number]>> = {
		dalia_r: [43, 31, 9, 3, 0],
		omar_f: [44, 36, 8, 0, 0],
		amara_o: [43, 37, 6, 0, 0],
		tariq_y: [42, 37, 0, 5, 0],
		jun_a: [41, 36, 3, 2, 0],
		hana_k: [43, 39, 4, 0, 0],
		lena_m: [43, 41, 2, 0, 0],
		sven_g: [42, 40, 0, 2, 0],
		bjorn_h: [43, 0, 0, 0, 43],
	};
	const known = Object.entries(numbers);
	return Array.from({length: total}, (_, index) => {
		const base = group(index, 'waiting');
		const entry = known[index];
		const [rows, ready, missing, ambiguous, local] = entry?.[1] ?? [43, 43, 0, 0, 0];
		return {
			...base,
			id: index + 1,
			name: entry?.[0] ?? `actor_${String(index).padStart(3, '0')}`,
			state: missing + ambiguous > 0 ? 'problem' : 'waiting',
			wanted: rows,
			found: ready + local,
			missing,
			ambiguous,
			local,
			files: ready,
			filesDone: 0,
			failed: 0,
			bytes: ready * 33.36 * mib,
			bytesDone: 0,
		};
	});
}
