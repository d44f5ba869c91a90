import assert from 'node:assert/strict';
import {test} from 'node:test';
import {commandLine} from '../../../source/model/command-line.ts';
import {dashboardEngine, manyProblems} from '../../helpers/dashboard-engine.ts';
import {group as groupOf, jobSnapshot, takesSpec} from '../../helpers/dashboard-snapshots.ts';
import {frameFaults, openTerminal} from '../../helpers/ink-terminal.tsx';

test('every size and ending fills the window exactly', async () => {
	for (const phase of ['finished', 'stopped', 'failed'] as const) {
		for (const [columns, rows] of [
			[80, 24],
			[140, 40],
			[56, 15],
			[109, 30],
			[60, 16],
		] as const) {
			const failure = {code: 'disk' as const, message: 'The disk is gone.', hint: 'Mount it.'};
			const client = dashboardEngine(phase, {change: phase === 'failed' ? {failure} : {}});
			await using terminal = await openTerminal({client, screen: 'summary', columns, rows});
			await terminal.settle(30);
			assert.deepEqual(frameFaults(terminal), [], `${phase} at ${columns}x${rows}`);
			if (phase === 'failed') assert.match(terminal.screen(), /The disk is gone\. Mount it\./);
		}
	}
});

test('the rows on the screen add up to the manifest', async () => {
	for (const phase of ['finished', 'stopped'] as const) {
		const client = dashboardEngine(phase);
		await using terminal = await openTerminal({client, screen: 'summary'});
		const rows = new Map(
			terminal
				.lines()
				.map((text) => /^ {3}([A-Z][a-z ,]+?) +([\d,]+)(?: |$)/.exec(text))
				.filter((match) => match !== null)
				.map((match) => [match[1] ?? '', Number((match[2] ?? '').replaceAll(',', ''))]),
		);
		const wanted = rows.get('Rows in manifest');
		rows.delete('Rows in manifest');
		assert.equal(wanted, 12_310);
		assert.equal(
			[...rows.values()].reduce((sum, count) => sum + count, 0),
			wanted,
		);
		assert.equal(rows.size, phase === 'finished' ? 5 : 6);
	}
});

test('80x24: what happened, what failed and why, where things are, what comes next', async () => {
	const client = dashboardEngine('finished');
	await using terminal = await openTerminal({client, screen: 'summary'});
	await terminal.until(/278 actors complete, 9 with something to look at: dalia_r, yara_m, /);
	const screen = terminal.screen();
	assert.match(
		screen,
		/ 11,840 of 11,842 files +386\.3 GiB +56 m 12 s +117 MiB\/s mean +3\.5 files\/s/,
	);
	assert.match(screen, / > dalia_r\/take_0433\.wav +checksum differed twice/);
	assert.match(screen, / {3}yara_m\/take_0077\.wav +access denied \(403\)/);
	assert.match(screen, /Paused 3 m 05 s\. 824 GiB free in \/data\/takes\./);
	assert.match(screen, / Files +\/data\/takes/);
	assert.match(screen, / Next +muster resume 12 {2}tries the 2 failed files again/);
	assert.match(screen, / Again +muster get s3:\/\/studio-voice-takes\/sessions\/2025\//);
});

test('140x40: the command is whole, speed and troubled groups stand beside', async () => {
	const client = dashboardEngine('finished');
	await using terminal = await openTerminal({client, screen: 'summary', columns: 140, rows: 40});
	await terminal.until(/│ {3}dalia_r/);
	const left = terminal.lines().map((text) => text.split('│')[0] ?? '');
	const from = left.findIndex((text) => text.startsWith(' Again'));
	const command = left
		.slice(from, from + 4)
		.map((text) => text.slice(9).trim())
		.filter((text) => text !== '')
		.join(' ');
	assert.equal(command, commandLine(takesSpec));
	assert.match(terminal.screen(), /131 MiB\/s [▁-█]+/);
});

test('keys: retry leads back to the download, lists are written, paths are copied', async () => {
	const client = dashboardEngine('finished');
	await using terminal = await openTerminal({client, screen: 'summary'});
	await terminal.press('e');
	await terminal.until(
		/Reports are in \/data\/takes\/\.muster\/reports: missing\.csv, failed\.csv/,
	);
	await terminal.press('y');
	assert.deepEqual(terminal.copied, ['/data/takes']);
	await terminal.press('o');
	await terminal.until(/1 The line that repeats this job/);
	await terminal.press('1');
	const bare = (text: string) => text.replaceAll(/\s/g, '');
	await terminal.until((screen) => bare(screen).includes(bare(commandLine(takesSpec))));
	await terminal.press('escape', 'x');
	await terminal.until(/^ muster {2}Problems/);
	await terminal.press('escape', 'h');
	await terminal.until(/^ muster {2}Jobs/);
	await terminal.press('escape', 'v');
	await terminal.until(/11,842 files read back/);
	await terminal.press('r');
	assert.deepEqual(client.asked('retryFailed'), [{}]);
	client.set(jobSnapshot('downloading'));
	await terminal.until(/^ muster {2}Downloading/);
});

test('a stopped job goes on with r; a new job starts at the beginning', async () => {
	const client = dashboardEngine('stopped');
	await using terminal = await openTerminal({client, screen: 'summary'});
	await terminal.press('r');
	assert.deepEqual(client.asked('resumeJob'), [{job: jobSnapshot('stopped').job}]);
	const other = dashboardEngine('finished');
	await using again = await openTerminal({client: other, screen: 'summary'});
	await again.press('enter');
	assert.equal(other.asked('abandon').length, 1);
	await again.until((screen) => !/Job 12 finished/.test(screen));
});

test('thousands of failures are a window, not a wall', async () => {
	const problems = manyProblems(5000);
	const snapshot = jobSnapshot('finished');
	const summary = snapshot.summary === null ? null : {...snapshot.summary, failed: 5000};
	const client = dashboardEngine('finished', {
		problems,
		change: {summary, problems: problems.slice(0, 100)},
	});
	await using terminal = await openTerminal({client, screen: 'summary'});
	await terminal.until(/Failed {2}4,99\d more: x shows all/);
	assert.deepEqual(frameFaults(terminal), []);
	await terminal.press('G');
	await terminal.until(/ > actor_39\/take_4999\.wav/);
	for (const {limit} of client.asked('problems')) assert.ok(limit <= 72);
});

test('complete is a group that lacks nothing: missing and ambiguous names are to be looked at', async () => {
	const rows = Array.from({length: 10}, (_, index) => ({
		...groupOf(index, 'done'),
		name: `actor_${index}`,
		missing: index === 1 ? 4 : 0,
		ambiguous: index === 2 ? 1 : 0,
	})).toSorted((a, b) => b.missing + b.ambiguous - a.missing - a.ambiguous);
	const {rollCall} = jobSnapshot('finished');
	const client = dashboardEngine('finished', {
		change: {
			summary: null,
			problems: [],
			totals: {...jobSnapshot('finished').totals, filesFailed: 0},
			rollCall: {...rollCall, missing: 4, ambiguous: 1},
			groups: {total: 10, done: 10, nothing: 0, active: 0, waiting: 0, problem: 0},
		},
		answers: {groups: {total: 10, rows}},
	});
	await using terminal = await openTerminal({client, screen: 'summary'});
	await terminal.until(/8 actors complete, 2 with something to look at: actor_1, actor_2/);
});
