import type {GroupQuery, JobRecord, RowQuery} from '../../source/job/link/messages.ts';
import {jobId} from '../../source/model/brand.ts';
import type {GroupRow, Phase, Problem, Snapshot, WantedRow} from '../../source/model/snapshot.ts';
import {
	allGroups,
	analysisGroups,
	jobSnapshot,
	openRows,
	problem,
	startedAt,
	takesSpec,
	type SnapshotChoices,
} from './dashboard-snapshots.ts';
import {FakeEngineClient, type Answers} from './fake-engine.ts';

const rank = {active: 0, problem: 1, waiting: 2, done: 3} as const;

const orders: Readonly<Record<GroupQuery['sort'], (a: GroupRow, b: GroupRow) => number>> = {
	problems: (a, b) => b.missing + b.ambiguous + b.failed - (a.missing + a.ambiguous + a.failed),
	name: (a, b) => (a.name < b.name ? -1 : 1),
	size: (a, b) => b.bytes - a.bytes,
	state: (a, b) => rank[a.state] - rank[b.state],
	left: (a, b) => (a.etaSeconds ?? Infinity) - (b.etaSeconds ?? Infinity),
	speed: (a, b) => b.bytesPerSecond - a.bytesPerSecond,
};

/** The window of a list that a ledger would answer. */
export function answerGroups(
	rows: readonly GroupRow[],
	{offset, limit, sort, find, problemsOnly}: GroupQuery,
): {total: number; rows: readonly GroupRow[]} {
	const found = rows
		.filter((row) => find === undefined || row.name.includes(find))
		.filter((row) => problemsOnly !== true || row.missing + row.ambiguous + row.failed > 0)
		.toSorted(orders[sort]);
	return {total: found.length, rows: found.slice(offset, offset + limit)};
}

/** Files of a group of the running job, made up by their number. */
export function fileRow(index: number, groupId: number): WantedRow {
	const states = ['downloaded', 'downloaded', 'downloaded', 'waiting', 'failed'] as const;
	const state = states[index % states.length] ?? 'waiting';
	const name = `take_${String(400 + index).padStart(4, '0')}.wav`;
	return {
		id: groupId * 1000 + index,
		groupId,
		group: 'kofi_b',
		text: name,
		row: index + 1,
		state,
		rule: 'name',
		key: `sessions/2025/kofi_b/${name}`,
		path: `kofi_b/${name}`,
		size: (30 + (index % 9)) * 1024 ** 2,
		candidates: [],
		error:
			state === 'failed'
				? {code: 'checksum', message: 'checksum differed twice', hint: 'r tries again'}
				: null,
	};
}

function answerRows(rows: readonly WantedRow[], query: RowQuery) {
	const {states, find, offset, limit} = query;
	const found = rows
		.filter((row) => states === undefined || states.includes(row.state))
		.filter((row) => find === undefined || row.text.includes(find));
	return {total: found.length, rows: found.slice(offset, offset + limit)};
}

export const fakeJobs: readonly JobRecord[] = (
	['running', 'finished', 'stopped', 'failed', 'paused', 'interrupted'] as const
).map((state, index) => ({
	id: jobId(12 - index),
	folder: '/data/takes',
	title: 'takes_2025.csv from studio-voice-takes',
	started: startedAt - index * 86_400_000,
	updated: startedAt - index * 86_400_000 + 3_600_000,
	state,
	files: 11_842,
	filesDone: state === 'finished' ? 11_842 : 4206,
	bytes: 414_893_840_794,
	bytesDone: state === 'finished' ? 414_893_840_794 : 147_317_378_253,
	failed: index,
	missing: 214,
	socket: state === 'running' ? '/run/muster.sock' : null,
	pid: state === 'running' ? 4711 : null,
	spec: takesSpec,
	speed: index === 1 ? 123_731_968 : null,
}));

export function manyProblems(total: number): readonly Problem[] {
	return Array.from({length: total}, (_, index) =>
		problem(index, `actor_${index % 40}`, `take_${String(index).padStart(4, '0')}.wav`),
	);
}

function finishedGroups(total: number): readonly GroupRow[] {
	return analysisGroups(total).map((row, index) => {
		const failed = index === 0 || index === 40 ? 1 : 0;
		return {
			...row,
			name: index === 40 ? 'yara_m' : row.name,
			state: failed > 0 ? 'problem' : 'done',
			failed,
			filesDone: row.files - failed,
		};
	});
}

const callingPhases: ReadonlySet<Phase> = new Set([
	'reading',
	'listing',
	'matching',
	'ready',
	'idle',
]);

/** A fake engine that holds the job of the mock-ups and answers every list by window. */
export function dashboardEngine(
	phase: Phase,
	choices: SnapshotChoices & {
		readonly change?: Partial<Snapshot>;
		readonly answers?: Answers;
		readonly problems?: readonly Problem[];
	} = {},
): FakeEngineClient {
	const {change, answers, problems, ...rest} = choices;
	const snapshot = jobSnapshot(phase, rest);
	const total = rest.groups ?? 287;
	let tick = rest.tick ?? 0;
	const groups = (): readonly GroupRow[] => {
		if (phase === 'finished') return finishedGroups(total);
		return callingPhases.has(phase) ? analysisGroups(total) : allGroups(total, tick);
	};
	const client: FakeEngineClient = new FakeEngineClient(
		{
			groups: (query) => {
				tick = client.getSnapshot().serial;
				return answerGroups(groups(), query);
			},
			rows: (query) =>
				answerRows(
					callingPhases.has(phase)
						? openRows.map((row) => ({...row, groupId: query.groupId ?? row.groupId}))
						: Array.from({length: 42}, (_, index) => fileRow(index, query.groupId ?? 1)),
					query,
				),
			problems: ({offset, limit}) => {
				const all = (problems ?? client.getSnapshot().problems).toSorted(
					(a, b) => a.wantedId - b.wantedId,
				);
				return {total: all.length, rows: all.slice(offset, offset + limit)};
			},
			jobs: fakeJobs,
			disk: ({folder}) => ({
				folder,
				exists: true,
				writable: true,
				problem: null,
				free: 1e12,
				total: 2e12,
				unfinishedJob: null,
				alternative: null,
			}),
			profiles: [],
			buckets: [],
			manifests: [],
			retryFailed: {files: 2},
			setConnections: ({connections}) => ({connections: connections === 'auto' ? 32 : connections}),
			exportReports: {folder: '/data/takes/.muster/reports', files: ['missing.csv', 'failed.csv']},
			tryOne: {
				path: 'dalia_r/take_0418.wav',
				bytes: 33_344_716,
				verified: 'crc64nvme',
				seconds: 0.4,
			},
			useSureGuesses: {rows: 61},
			resolveAmbiguous: {rows: 96},
			verifyLocal: {files: 11_842, bad: 0},
			resumeJob: {job: jobId(12)},
			prepare: {job: jobId(12)},
			...answers,
		},
		{...snapshot, ...change},
	);
	return client;
}
