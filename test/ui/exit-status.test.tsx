import assert from 'node:assert/strict';
import {test} from 'node:test';
import {exitStatus} from '../../source/model/error.ts';
import {dashboardEngine} from '../helpers/dashboard-engine.ts';
import {jobSnapshot} from '../helpers/dashboard-snapshots.ts';
import {openTerminal} from '../helpers/ink-terminal.tsx';

const {summary} = jobSnapshot('finished');
assert.ok(summary !== null);

test('a dashboard that ends by itself waits for the summary: its exit status is the truth', async () => {
	const client = dashboardEngine('downloading');
	await using terminal = await openTerminal({client, options: {exitWhenDone: true}});
	client.set({...jobSnapshot('finished'), summary: null});
	await terminal.settle(80);
	assert.equal(terminal.ended(), false, 'the reports are not written yet');
	client.set({...jobSnapshot('finished'), summary: {...summary, exit_code: exitStatus.missing}});
	await terminal.when(() => terminal.ended(), 'a result');
	assert.equal(terminal.result?.exitCode, exitStatus.missing);
});

test('who quits the summary of a failed job gets its exit status', async () => {
	const failed = {
		...jobSnapshot('failed'),
		summary: {...summary, exit_code: exitStatus.disk},
	};
	const client = dashboardEngine('failed', {change: failed});
	await using terminal = await openTerminal({
		client,
		screen: 'summary',
		options: {exitWhenDone: true},
	});
	await terminal.press('q');
	await terminal.when(() => terminal.ended(), 'a result');
	assert.equal(terminal.result?.exitCode, exitStatus.disk);
});
