import assert from 'node:assert/strict';
import {test} from 'node:test';
import {MusterError} from '../../../source/model/error.ts';
import {dashboardEngine, fakeJobs} from '../../helpers/dashboard-engine.ts';
import {jobSnapshot} from '../../helpers/dashboard-snapshots.ts';
import {frameFaults, openTerminal} from '../../helpers/ink-terminal.tsx';

test('every size fills the window; every state is a word', async () => {
	for (const [columns, rows] of [
		[80, 24],
		[140, 40],
		[56, 15],
	] as const) {
		const client = dashboardEngine('idle');
		await using terminal = await openTerminal({client, screen: 'jobs', columns, rows});
		await terminal.until(/ 12 /);
		assert.deepEqual(frameFaults(terminal), []);
		for (const {state} of fakeJobs) assert.match(terminal.screen(), new RegExp(state));
	}
});

test('Enter watches, goes on, or calls the roll again', async () => {
	const client = dashboardEngine('idle');
	await using terminal = await openTerminal({client, screen: 'jobs'});
	await terminal.until(/ > {3}12/);
	await terminal.press('down', 'enter');
	assert.equal(client.asked('prepare').length, 1, 'a finished job starts over');
	const stopped = dashboardEngine('idle');
	await using second = await openTerminal({client: stopped, screen: 'jobs'});
	await second.until(/ > {3}12/);
	await second.press('down', 'down', 'enter');
	assert.deepEqual(stopped.asked('resumeJob'), [{job: 10}]);
	stopped.set(jobSnapshot('downloading'));
	await second.until(/^ muster {2}Downloading/);
	const running = dashboardEngine('idle', {change: {job: null}});
	await using third = await openTerminal({client: running, screen: 'jobs'});
	await third.until(/ > {3}12/);
	await third.press('enter');
	await third.when(() => third.result?.attach === 12);
});

test('the own running job is shown; others wait while it runs', async () => {
	const client = dashboardEngine('downloading');
	await using terminal = await openTerminal({client, screen: 'jobs'});
	await terminal.until(/ > {3}12/);
	await terminal.press('down', 'enter');
	await terminal.until(/Job 12 is running here/);
	await terminal.press('g', 'enter');
	await terminal.until(/^ muster {2}Downloading/);
	assert.equal(client.asked('prepare').length + client.asked('resumeJob').length, 0);
});

test('no jobs, and an error, in words; / finds', async () => {
	const none = dashboardEngine('idle', {answers: {jobs: []}});
	await using terminal = await openTerminal({client: none, screen: 'jobs'});
	await terminal.until(/No jobs on this machine yet\./);
	const error = new MusterError('disk', 'The list of jobs cannot be read.', {
		hint: 'Check ~/.local.',
	});
	await using other = await openTerminal({
		client: dashboardEngine('idle', {answers: {jobs: error}}),
		screen: 'jobs',
	});
	await other.until(/The list of jobs cannot be read\. Check ~\/\.local\./);
	await using finding = await openTerminal({client: dashboardEngine('idle'), screen: 'jobs'});
	await finding.press('/', ...Array.from('paused'));
	await finding.until((screen) => / > {4}8/.test(screen) && !screen.includes('finished'));
});
