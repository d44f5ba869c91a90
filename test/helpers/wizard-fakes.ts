import type {BrowseEntry, JobRecord, ManifestPreview} from '../../source/job/link/messages.ts';
import {jobId} from '../../source/model/brand.ts';
import {MusterError} from '../../source/model/error.ts';
import {jobSpecDefaults, type JobSpec} from '../../source/model/job-spec.ts';
import type {Answers} from './fake-engine.ts';

/** The world of the mock-ups: profiles, buckets, folders and a table that the wizard walks through. */
export const mockSpec: JobSpec = {
	...jobSpecDefaults,
	store: {provider: 's3', region: 'eu-west-1'},
	credentials: {kind: 'profile', profile: 'train-sso'},
	bucket: 'studio-voice-takes',
	prefix: 'sessions/2025/',
	manifest: {
		kind: 'csv',
		file: '/home/kim/work/takes_2025.csv',
		column: 'take_file',
		groupBy: 'actor',
	},
	folder: '/data/takes',
};

const hour = 3_600_000;

export function mockJob(change: Partial<JobRecord> = {}): JobRecord {
	return {
		id: jobId(11),
		folder: '/data/takes',
		title: 'takes_2025.csv',
		started: Date.now() - 26 * hour,
		updated: Date.now() - 25 * hour,
		state: 'finished',
		files: 11_842,
		filesDone: 11_840,
		bytes: 414_893_840_794,
		bytesDone: 414_800_000_000,
		failed: 2,
		missing: 214,
		socket: null,
		pid: null,
		spec: mockSpec,
		speed: 123_000_000,
		...change,
	};
}

const bucketNames = [
	['studio-voice-takes', 'eu-west-1', '2023-04-18'],
	['studio-voice-takes-archive', 'eu-west-1', '2021-11-02'],
	['studio-voice-masters', 'us-east-1', '2022-07-30'],
	['voice-bench-public', 'eu-west-1', '2020-02-11'],
	['voice-consent-forms', 'eu-central-1', '2024-01-09'],
	['voice-demo-reels', 'eu-west-1', '2019-06-25'],
	['voice-labels-v3', 'eu-west-1', '2025-03-03'],
	['voice-noise-profiles', 'eu-west-1', '2022-09-14'],
	['voice-qa-scratch', 'eu-west-1', '2025-08-21'],
] as const;

const actorNames = [
	'amara_o',
	'bjorn_h',
	'chen_w',
	'dalia_r',
	'emeka_n',
	'farah_s',
	'goran_p',
	'hana_k',
	'ivo_t',
	'jun_a',
	'kofi_b',
	'lena_m',
	'mateo_v',
	'nadia_z',
	'omar_f',
	'priya_d',
	'quinn_e',
	'rosa_l',
];

function folders(prefix: string): BrowseEntry[] {
	return Array.from({length: 287}, (_, index) => {
		const base = actorNames[index % actorNames.length] ?? 'actor';
		const name = `${base}${index < actorNames.length ? '' : Math.floor(index / actorNames.length)}/`;
		return {kind: 'folder', name, prefix: prefix + name};
	});
}

function file(prefix: string, name: string, size: number): BrowseEntry {
	return {
		kind: 'file',
		name,
		key: prefix + name,
		size,
		modified: Date.UTC(2025, 10, 19, 12),
		storageClass: null,
	};
}

export const mockPreview: ManifestPreview = {
	file: '/home/kim/work/takes_2025.csv',
	kind: 'csv',
	description: '7 columns, comma, UTF-8',
	rows: 12_310,
	columns: [
		['actor', 'amara_o', 0.1, 287],
		['take_id', 'T-0412', 0.3, 12_310],
		['take_file', 'amara_o/take_0412.wav', 0.98, 12_310],
		['secs', '41.2', 0, 4000],
		['clip_url', 'https://cdn.example/t/0412', 0.4, 12_310],
		['room', 'booth-2', 0, 4],
		['date', '2025-11-17', 0, 90],
	].map(([name, sample, nameScore, distinct], index) => ({
		number: index + 1,
		name: String(name),
		samples: [String(sample)],
		nameScore: Number(nameScore),
		distinct: Number(distinct),
		distinctCapped: false,
	})),
	preview: Array.from({length: 14}, (_, index) => [
		actorNames[index % actorNames.length] ?? '',
		`T-0${412 + index}`,
		`${actorNames[index % actorNames.length] ?? ''}/take_0${412 + index}.wav`,
		'41.2',
		`https://cdn.example/t/0${412 + index}`,
		`booth-${(index % 4) + 1}`,
		'2025-11-17',
	]),
	header: true,
	delimiter: ',',
	nameColumn: 3,
	groupColumn: 1,
	badRows: [
		{line: 4071, message: '8 fields, the header has 7', text: 'omar_f,T-1,x.wav,1,2,3,4,5'},
		{line: 9355, message: 'a quote is not closed', text: 'rosa_l,"T-2'},
	],
	badRowCount: 2,
	fingerprint: 'actor,take_id,take_file',
};

/** Answers for every question of the wizard. */
export function wizardAnswers(change: Answers = {}): Answers {
	return {
		profiles: [
			{
				name: 'train-sso',
				kind: 'sso',
				account: '441722039915',
				region: 'eu-west-1',
				state: 'signed-in',
				expires: Date.now() + 5 * hour,
			},
			{name: 'studio-admin', kind: 'role', account: '441722039915', state: 'unknown'},
			{name: 'work-sso', kind: 'sso', account: '515100002222', state: 'expired'},
		],
		identify: {label: 'train-sso', account: '441722039915', region: 'eu-west-1'},
		jobs: [mockJob()],
		disk: ({folder}) => ({
			folder,
			exists: false,
			writable: true,
			problem: null,
			free: 1_031_865_892_864,
			total: 2_199_023_255_552,
			unfinishedJob: null,
			alternative: null,
		}),
		buckets: bucketNames.map(([name, region, created]) => ({
			name,
			region,
			created: Date.parse(created),
		})),
		probeBucket: ({bucket}) => {
			const known = bucketNames.find(([name]) => name === bucket);
			return known === undefined
				? {
						region: null,
						canList: false,
						error: {code: 'no-such-bucket', message: `There is no bucket "${bucket}".`},
					}
				: {region: known[1], canList: true, error: null};
		},
		browse: ({prefix}) => ({
			entries:
				prefix === ''
					? ['archive/', 'consent/', 'labels/', 'sessions/', 'tools/'].map((name) => ({
							kind: 'folder' as const,
							name,
							prefix: name,
						}))
					: prefix === 'sessions/2025/'
						? [
								...folders(prefix),
								file(prefix, 'manifest_2025.csv', 1_992_294),
								file(prefix, 'notes_from_the_studio_about_all_the_days_final.txt', 14_336),
							]
						: Array.from({length: 43}, (_, index) =>
								file(prefix, `take_0${301 + index}.wav`, 33_000_000 + index * 100_000),
							),
			continuation: null,
		}),
		countPrefix: {files: 43, bytes: 1_524_713_390, partial: false},
		manifests: [
			['takes_2025.csv', 'csv', 1_200_000],
			['actorsData.json', 'actors', 48_000],
			['wanted.txt', 'keys', 3_100],
		].map(([name, kind, size], index) => ({
			file: `/home/kim/work/${String(name)}`,
			name: String(name),
			kind: kind as 'csv' | 'actors' | 'keys',
			size: Number(size),
			modified: Date.now() - index * 30 * hour,
		})),
		inspectManifest: ({file}) =>
			file.endsWith('.csv')
				? {...mockPreview, file}
				: file.endsWith('.json')
					? {
							...mockPreview,
							file,
							kind: 'actors',
							description: '12 actors',
							columns: [],
							preview: [['amara_o']],
						}
					: Promise.reject(
							new MusterError('manifest', `There is no file ${file}.`, {
								hint: 'n types another path.',
							}),
						),
		tryColumns: ({prefix, match}) => ({
			trials:
				prefix === 'sessions/2025/' || match === 'loose'
					? [
							{column: 3, tried: 200, found: 198, unclear: 1, partial: false},
							{column: 2, tried: 200, found: 61, unclear: 88, partial: false},
							{column: 5, tried: 200, found: 0, unclear: 0, partial: false},
						]
					: [
							{column: 2, tried: 200, found: 60, unclear: 0, partial: false},
							{column: 3, tried: 200, found: 0, unclear: 0, partial: false},
						],
			examples: [
				[2, 'amara_o/take_0412.wav', 'found'],
				[3, 'amara_o/take_0413.wav', 'found'],
				[4, 'dalia_r/take_418.wav', 'missing'],
			].map(([row, text, state]) => ({
				column: 3,
				row: Number(row),
				text: String(text),
				key: `${prefix}${String(text)}`,
				state: state as 'found' | 'missing',
			})),
			keysListed: 148_211,
		}),
		prepare: {job: jobId(12)},
		groups: {total: 0, rows: []},
		rows: {total: 0, rows: []},
		problems: {total: 0, rows: []},
		...change,
	};
}
