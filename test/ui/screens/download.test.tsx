import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {GroupRow} from '../../../source/model/snapshot.ts';
import {nextConnections} from '../../../source/ui/screens/download/download.tsx';
import {answerGroups, dashboardEngine} from '../../helpers/dashboard-engine.ts';
import {allGroups, group, jobSnapshot} from '../../helpers/dashboard-snapshots.ts';
import {frameFaults, openTerminal, type InkTerminal} from '../../helpers/ink-terminal.tsx';

const sizes = [
	[80, 24],
	[140, 40],
	[56, 15],
	[109, 30],
	[200, 50],
	[60, 16],
] as const;

test('every size and number of groups fills the window exactly', async () => {
	for (const groups of [1, 5, 12, 13, 50, 287, 1200]) {
		for (const [columns, rows] of sizes) {
			const client = dashboardEngine('downloading', {groups});
			await using terminal = await openTerminal({client, screen: 'download', columns, rows});
			await terminal.settle(20);
			assert.deepEqual(frameFaults(terminal), [], `${groups} groups at ${columns}x${rows}`);
			assert.match(terminal.screen(), /35 %/);
			assert.equal(terminal.screen().includes('│'), columns >= 110, `${groups} at ${columns}`);
		}
	}
});

test('80x24: the numbers of the mock-up', async () => {
	const client = dashboardEngine('downloading');
	await using terminal = await openTerminal({client, screen: 'download'});
	const lines = terminal.lines();
	assert.match(
		lines[0] ?? '',
		/^ muster {2}Downloading · job 12 +train-sso, signed in for 5 h 40 m$/,
	);
	assert.match(lines[2] ?? '', /^ ━+─+ {2}35 %$/);
	assert.match(
		lines[3] ?? '',
		/^ 137\.2 of 386\.4 GiB {3}4,206 of 11,842 files +118 MiB\/s {3}36 m left$/,
	);
	assert.match(lines[5] ?? '', /^ 287 actors {4}96 done {4}8 active {4}181 waiting {4}2 need you$/);
	const cells = lines.slice(6, 10).join('').replaceAll(' ', '');
	assert.equal(cells.length, 287);
	assert.match(terminal.screen(), /! dalia_r {2}take_0433\.wav: checksum differed twice/);
});

test('56x15: everything that counts is there, and no number is cut', async () => {
	const client = dashboardEngine('downloading');
	await using terminal = await openTerminal({client, screen: 'download', columns: 56, rows: 15});
	const screen = terminal.screen();
	assert.match(screen, /137\.2 of 386\.4 GiB {3}118 MiB\/s {3}36 m left/);
	assert.match(screen, /96 done {2}8 active {2}181 waiting {2}2 need you/);
	assert.match(screen, / > kofi_b +7 of 36 {2}━+─+ +19 % +1 m 20 s/);
	assert.ok(!screen.includes('…'));
});

test('without UTF-8 no byte is above 0x7F', async () => {
	const client = dashboardEngine('downloading');
	await using terminal = await openTerminal({client, screen: 'download', unicode: false});
	await terminal.press('down', 'v', 'v', 'x', 'escape');
	assert.match(terminal.screen(), /#+!##!#+/);
	assert.ok(!/[^\u0000-\u007F]/.test(terminal.raw));
});

test('keys call the engine', async () => {
	const client = dashboardEngine('downloading');
	await using terminal = await openTerminal({client, screen: 'download'});
	await terminal.press('p', 'r', '+', '-');
	assert.deepEqual(client.asked('pause'), [{}]);
	assert.deepEqual(client.asked('retryFailed'), [{}]);
	assert.deepEqual(client.asked('setConnections'), [{connections: 48}, {connections: 24}]);
	client.set(jobSnapshot('paused'));
	await terminal.until(/Paused\. Open files are kept\. p go on/);
	assert.match(terminal.lines().at(-1) ?? '', /^ p go on/);
	await terminal.press('p');
	assert.equal(client.asked('proceed').length, 1);
	assert.equal(client.asked('pause').length, 1);
	await terminal.press('b');
	await terminal.when(() => terminal.result?.reason === 'background');
	assert.equal(client.asked('detach').length, 1);
});

test('Enter opens the group under the cursor, x the problems, Esc the jobs; the download goes on', async () => {
	const client = dashboardEngine('downloading');
	await using terminal = await openTerminal({client, screen: 'download'});
	await terminal.press('down', 'enter');
	await terminal.until(/^ muster {2}lena_m/);
	await terminal.press('escape');
	await terminal.until(/ > lena_m/);
	await terminal.press('x');
	await terminal.until(/2 files need you/);
	await terminal.press('escape', 'escape');
	await terminal.until(/^ muster {2}Jobs/);
	await terminal.press('escape', 'escape', 'escape', 'escape');
	assert.equal(client.asked('stop').length + client.asked('pause').length, 0);
	assert.equal(terminal.result, undefined);
});

test('finding narrows by asking the engine, Esc shows all', async () => {
	const client = dashboardEngine('downloading', {groups: 1200});
	await using terminal = await openTerminal({client, screen: 'download'});
	await terminal.press('/', ...Array.from('zoe_k111'));
	await terminal.until((screen) => screen.includes('> zoe_k111') && !screen.includes('kofi_b'));
	assert.equal(client.asked('groups').at(-1)?.find, 'zoe_k111');
	await terminal.press('escape');
	await terminal.until(/kofi_b/);
});

test('lists are asked for by window: a list of 1,200 is never held whole', async () => {
	const client = dashboardEngine('downloading', {groups: 1200});
	await using terminal = await openTerminal({client, screen: 'download'});
	await terminal.press('G');
	await terminal.until(/ > /);
	await terminal.press('pageup', 'g', 's', 'pagedown');
	const limits = client.asked('groups').map(({limit}) => limit);
	assert.ok(limits.length >= 3);
	for (const limit of limits) assert.ok(limit <= 3 * 24, String(limit));
});

/** An engine whose groups can be given a new order. */
function movingEngine() {
	let rows: readonly GroupRow[] = allGroups(50);
	const client = dashboardEngine('downloading', {
		groups: 50,
		answers: {groups: (query) => answerGroups(rows, query)},
	});
	const change = (next: readonly GroupRow[], done: number) => {
		rows = next;
		const {groups} = client.getSnapshot();
		client.set({
			groups: {...groups, done},
			shown: next.filter(({state}) => state !== 'done').slice(0, 64),
		});
	};
	return {client, change};
}

const listed = (terminal: InkTerminal) =>
	terminal
		.lines()
		.slice(9, 19)
		.map((text) => text.slice(3).split(' ')[0] ?? '');

test('rows are re-ordered only when a group changes state, at most once in 5 s, never under the cursor', async (t) => {
	const {client, change} = movingEngine();
	await using terminal = await openTerminal({client, screen: 'download'});
	await terminal.press('down', 'down');
	const before = listed(terminal);
	const asked = () => client.asked('groups').length;
	const first = asked();
	// numbers move: nothing is asked, nothing changes places
	for (const tick of [1, 2, 3]) {
		const next = jobSnapshot('downloading', {groups: 50, tick});
		client.set({totals: next.totals, shown: next.shown});
		await terminal.settle(20);
	}
	assert.equal(asked(), first);
	assert.deepEqual(listed(terminal), before);

	// the groups of the first two rows end: one question at once …
	const rows = allGroups(50);
	const ended = (count: number) =>
		rows.map((row) => {
			const place = before.indexOf(row.name);
			return place >= 0 && place < count ? {...group(row.id - 1, 'done'), name: row.name} : row;
		});
	change(ended(2), 18);
	await terminal.when(() => asked() === first + 1, 'the first new order');
	await terminal.settle(30);
	const after = listed(terminal);
	// … the row under the cursor is where it was, whatever happened around it
	assert.equal(after[2], before[2]);
	assert.ok(!after.includes(before[0] ?? ''));
	// and a second change within five seconds waits
	change(ended(4), 20);
	await terminal.settle(300);
	assert.equal(asked(), first + 1);
	assert.equal(listed(terminal)[2], before[2]);
	t.diagnostic(`cursor row ${after[2] ?? ''}`);
});

test('a pause says why, and hides speed and time left', async () => {
	const gone = /The disk with \/data\/takes is full\. Paused; open files are kept\./;
	for (const [reason, words] of [
		['user', /Paused\. Open files are kept\. p go on/],
		['disk', gone],
		['credentials', /Your AWS sign-in ended at \d\d:\d\d\. The job waits, nothing is lost\./],
		['throttled', /S3 asked us to slow down\. Using 32 connections for now\./],
	] as const) {
		const client = dashboardEngine('paused', {pauseReason: reason});
		await using terminal = await openTerminal({client, screen: 'download'});
		// over this one another screen opens by itself
		if (reason === 'credentials') await terminal.press('escape');
		assert.match(terminal.screen(), words);
		assert.ok(!/ left$/m.test(terminal.lines()[3] ?? ''), terminal.lines()[3]);
		assert.deepEqual(frameFaults(terminal), []);
	}
});

test('numbers that stand still for five seconds are explained', async () => {
	const client = dashboardEngine('downloading');
	await using terminal = await openTerminal({client, screen: 'download'});
	const {totals} = client.getSnapshot();
	client.set({totals: {...totals, quietSeconds: 4.9}});
	await terminal.settle(30);
	assert.ok(!terminal.screen().includes('waiting 4'));
	client.set({totals: {...totals, quietSeconds: 7.4}});
	await terminal.until(/waiting 7 s for S3/);
});

test('20 ticks at 80x24 send fewer bytes than a slow line carries, and nothing when nothing changed', async (t) => {
	for (const [columns, rows, budget] of [
		[80, 24, 1200],
		[140, 40, 4000],
	] as const) {
		const client = dashboardEngine('downloading');
		await using terminal = await openTerminal({client, screen: 'download', columns, rows});
		await terminal.settle(60);
		const start = terminal.raw.length;
		client.set({});
		await terminal.settle(60);
		assert.equal(terminal.raw.length - start, 0, 'an unchanged snapshot draws nothing');
		let worst = 0;
		for (let tick = 1; tick <= 20; tick++) {
			const before = terminal.raw.length;
			const {totals, shown} = jobSnapshot('downloading', {tick});
			client.set({totals, shown});
			await terminal.settle(30);
			worst = Math.max(worst, Buffer.byteLength(terminal.raw.slice(before)));
		}
		const mean = Buffer.byteLength(terminal.raw.slice(start)) / 20;
		t.diagnostic(`${columns}x${rows}: ${Math.round(mean)} bytes a tick, worst ${worst}`);
		assert.ok(mean <= budget * 0.9, `${mean} bytes a tick`);
		assert.ok(worst <= budget * 1.25, `${worst} bytes in the worst tick`);
		assert.ok(!/\u001B\[[23]J/.test(terminal.raw));
	}
});

test('the end leads to the summary', async () => {
	const client = dashboardEngine('downloading');
	await using terminal = await openTerminal({client, screen: 'download'});
	client.set(jobSnapshot('finished'));
	await terminal.until(/^ muster {2}Job 12 finished · 2 files need you/);
});

test('connections go up and down by sensible steps', () => {
	assert.equal(nextConnections(32, 1), 48);
	assert.equal(nextConnections(32, -1), 24);
	assert.equal(nextConnections(1, -1), 1);
	assert.equal(nextConnections(300, 1), 256);
	assert.equal(nextConnections(5, 1), 8);
});
