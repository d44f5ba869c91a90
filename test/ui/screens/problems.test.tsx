import assert from 'node:assert/strict';
import {test} from 'node:test';
import {dashboardEngine, manyProblems} from '../../helpers/dashboard-engine.ts';
import {problem} from '../../helpers/dashboard-snapshots.ts';
import {frameFaults, openTerminal} from '../../helpers/ink-terminal.tsx';

test('every failed file by window, with its reason and what helps', async () => {
	const problems = manyProblems(5000);
	for (const [columns, rows] of [
		[80, 24],
		[140, 40],
		[56, 15],
	] as const) {
		const client = dashboardEngine('downloading', {
			problems,
			change: {problems: problems.slice(0, 100)},
		});
		await using terminal = await openTerminal({client, screen: 'problems', columns, rows});
		await terminal.until(/5,000 files need you/);
		assert.deepEqual(frameFaults(terminal), []);
		await terminal.press('G');
		await terminal.until(/ > actor_39\/take_4999\.wav +checksum/);
		if (rows > 16) assert.match(terminal.screen(), /r tries again/);
		for (const {limit} of client.asked('problems')) assert.ok(limit <= rows * 3);
	}
});

test('r tries one, a tries all, e writes the lists, o shows everything with its code', async () => {
	const client = dashboardEngine('downloading');
	await using terminal = await openTerminal({client, screen: 'problems'});
	await terminal.press('down', 'r');
	assert.deepEqual(client.asked('retryFailed'), [{wantedId: 1001}]);
	await terminal.press('a', 'e');
	assert.deepEqual(client.asked('retryFailed').at(-1), {});
	assert.equal(client.asked('exportReports').length, 1);
	await terminal.press('o');
	await terminal.until(/take_0077\.wav access denied \(403\) r tries again code=denied/);
});

test('nothing failed is said, and hostile names are harmless', async () => {
	const client = dashboardEngine('downloading', {
		change: {
			problems: [],
			totals: {
				...dashboardEngine('downloading').getSnapshot().totals,
				filesFailed: 0,
			},
		},
	});
	await using terminal = await openTerminal({client, screen: 'problems'});
	await terminal.until(/Nothing has failed\./);
	assert.deepEqual(frameFaults(terminal), []);
	const bad = dashboardEngine('downloading', {
		problems: [problem(1, 'g\u001B[2J', 'a\u001B]0;x\u0007\n日本語'.repeat(20), '\u009B31mred')],
	});
	await using other = await openTerminal({client: bad, screen: 'problems'});
	await other.settle(60);
	assert.deepEqual(frameFaults(other), []);
});
