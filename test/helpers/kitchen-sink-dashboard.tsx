/**
 * Every dashboard screen with made-up data, to be looked at.
 *
 *     node --import=tsx test/helpers/kitchen-sink-dashboard.tsx download 80x24
 *     node --import=tsx test/helpers/kitchen-sink-dashboard.tsx download-5 140x40 --live
 *
 * Without `--live` one frame is printed; with it the app itself opens and the numbers move.
 */
import type {Snapshot} from '../../source/model/snapshot.ts';
import {dashboardEngine} from './dashboard-engine.ts';
import {jobSnapshot} from './dashboard-snapshots.ts';
import {fakeRemembered, type FakeEngineClient} from './fake-engine.ts';

type Scene = {
	readonly screen: string;
	readonly client: () => FakeEngineClient;
	readonly props?: unknown;
	readonly keys?: readonly string[];
};

const rollCall = jobSnapshot('ready').rollCall;
const ready: Partial<Snapshot> = {
	problems: [],
	disk: {free: 961 * 1024 ** 3, total: 1.8 * 1024 ** 4},
};

const scenes: Readonly<Record<string, Scene>> = {
	reading: {
		screen: 'analysis',
		client: () =>
			dashboardEngine('listing', {
				change: {
					...ready,
					rollCall: {...rollCall, keysListed: 61_000, listed: false, seconds: 14, rowsChecked: 0},
				},
			}),
	},
	matching: {
		screen: 'analysis',
		client: () =>
			dashboardEngine('matching', {
				change: {...ready, rollCall: {...rollCall, rowsChecked: 5540, seconds: 38}},
			}),
	},
	analysis: {screen: 'analysis', client: () => dashboardEngine('ready', {change: ready})},
	'analysis-tight': {
		screen: 'analysis',
		client: () =>
			dashboardEngine('ready', {
				change: {...ready, disk: {free: 391 * 1024 ** 3, total: 1.8 * 1024 ** 4}},
			}),
	},
	'analysis-full': {
		screen: 'analysis',
		client: () =>
			dashboardEngine('ready', {
				change: {
					...ready,
					rollCall: {...rollCall, excluded: 1200, duplicate: 310},
					disk: {free: 120 * 1024 ** 3, total: 1.8 * 1024 ** 4},
				},
			}),
	},
	'analysis-none': {
		screen: 'analysis',
		client: () =>
			dashboardEngine('ready', {
				change: {
					...ready,
					rollCall: {...rollCall, found: 0, local: 0, missing: 12_310, ambiguous: 0, bytes: 0},
				},
			}),
	},
	'analysis-local': {
		screen: 'analysis',
		client: () =>
			dashboardEngine('ready', {
				change: {
					...ready,
					rollCall: {
						...rollCall,
						found: 12_310,
						local: 12_310,
						missing: 0,
						ambiguous: 0,
						bytes: 0,
					},
				},
			}),
	},
	ambiguous: {
		screen: 'analysis',
		client: () => dashboardEngine('ready', {change: ready}),
		keys: ['a'],
	},
	'group-ready': {
		screen: 'group',
		props: {id: 1, name: 'dalia_r'},
		client: () => dashboardEngine('ready', {change: ready}),
	},
	download: {screen: 'download', client: () => dashboardEngine('downloading')},
	'download-5': {screen: 'download', client: () => dashboardEngine('downloading', {groups: 5})},
	'download-12': {screen: 'download', client: () => dashboardEngine('downloading', {groups: 12})},
	'download-50': {screen: 'download', client: () => dashboardEngine('downloading', {groups: 50})},
	'download-1200': {
		screen: 'download',
		client: () => dashboardEngine('downloading', {groups: 1200}),
	},
	'download-list': {
		screen: 'download',
		client: () => dashboardEngine('downloading'),
		keys: ['v'],
	},
	'download-down': {
		screen: 'download',
		client: () => dashboardEngine('downloading'),
		keys: ['down', 'down', 'pagedown'],
	},
	paused: {screen: 'download', client: () => dashboardEngine('paused')},
	'paused-credentials': {
		screen: 'download',
		client: () => dashboardEngine('paused', {pauseReason: 'credentials'}),
	},
	'paused-disk': {
		screen: 'download',
		client: () => dashboardEngine('paused', {pauseReason: 'disk'}),
	},
	quiet: {
		screen: 'download',
		client: () =>
			dashboardEngine('downloading', {
				change: {
					totals: {...jobSnapshot('downloading').totals, quietSeconds: 7, bytesPerSecond: 0},
				},
			}),
	},
	group: {
		screen: 'group',
		props: {id: 18, name: 'kofi_b'},
		client: () => dashboardEngine('downloading', {groups: 50}),
	},
	problems: {screen: 'problems', client: () => dashboardEngine('downloading')},
	jobs: {screen: 'jobs', client: () => dashboardEngine('downloading')},
	summary: {screen: 'summary', client: () => dashboardEngine('finished')},
	'summary-stopped': {screen: 'summary', client: () => dashboardEngine('stopped')},
};

const remembered = fakeRemembered({
	buckets: {'studio-voice-takes': {usedAt: 1, speed: 118 * 1024 ** 2}},
});

async function print(scene: Scene, columns: number, rows: number): Promise<void> {
	const {openTerminal} = await import('./ink-terminal.tsx');
	const terminal = await openTerminal({
		client: scene.client(),
		screen: scene.screen,
		props: scene.props,
		columns,
		rows,
		unicode: !process.argv.includes('--ascii'),
		options: {remembered},
	});
	await terminal.settle(60);
	await terminal.press(...(scene.keys ?? []));
	console.log(terminal.lines().join('\n'));
	await terminal.close();
}

async function live(scene: Scene): Promise<void> {
	const client = scene.client();
	const {phase, groups} = client.getSnapshot();
	let tick = 0;
	const timer = setInterval(() => {
		tick++;
		if (phase === 'downloading') {
			const next = jobSnapshot(phase, {groups: groups.total, tick});
			client.set({...next});
		}
	}, 500);
	const {runApp} = await import('../../source/ui/render.tsx');
	const result = await runApp({
		client,
		start: scene.screen === 'analysis' ? 'analysis' : 'download',
		exitWhenDone: false,
		workingFolder: process.cwd(),
		home: process.env['HOME'] ?? '/',
		remembered,
		onHangup: 'background',
		inline: false,
		bell: false,
		color: true,
		version: '0.1.0',
	});
	clearInterval(timer);
	console.log(result.lines.join('\n'));
}

const [name = 'download', size = '80x24'] = process.argv
	.slice(2)
	.filter((word) => !word.startsWith('--'));
const [columns = 80, rows = 24] = size.split('x').map(Number);
const scene = scenes[name];
if (scene === undefined) {
	console.error(`Scenes: ${Object.keys(scenes).join(' ')}`);
	process.exitCode = 2;
} else if (process.argv.includes('--live')) await live(scene);
else await print(scene, columns, rows);
