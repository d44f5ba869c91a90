import assert from 'node:assert/strict';
import test from 'node:test';
import {jobId} from '../../source/model/brand.ts';
import type {Phase} from '../../source/model/snapshot.ts';
import {
	interrupt,
	ladderStart,
	settleLadder,
	type InterruptAct,
	type Ladder,
} from '../../source/ui/interrupt.ts';
import {FakeEngineClient, idleSnapshot} from '../helpers/fake-engine.ts';
import {openTerminal} from '../helpers/ink-terminal.tsx';
import {mockSpec, wizardAnswers} from '../helpers/wizard-fakes.ts';

function press(
	presses: ReadonlyArray<{
		time: number;
		phase: Phase;
		fieldFilled?: boolean;
		screenBusy?: boolean;
	}>,
): InterruptAct[] {
	let ladder: Ladder = ladderStart;
	return presses.map((now) => {
		const result = interrupt(ladder, {fieldFilled: false, screenBusy: false, ...now});
		ladder = result.ladder;
		return result.act;
	});
}

await test('the Ctrl+C ladder, step by step', () => {
	assert.deepEqual(
		press([
			{time: 0, phase: 'downloading'},
			{time: 5000, phase: 'stopping'},
			{time: 5100, phase: 'stopping'},
		]),
		['finish', 'stop-now', 'gone'],
	);
	assert.deepEqual(
		press([
			{time: 0, phase: 'idle'},
			{time: 1900, phase: 'idle'},
			{time: 1950, phase: 'idle'},
		]),
		['ask', 'quit', 'gone'],
	);
	assert.deepEqual(
		press([
			{time: 0, phase: 'idle'},
			{time: 2100, phase: 'idle'},
		]),
		['ask', 'ask'],
	);
	assert.deepEqual(
		press([
			{time: 0, phase: 'idle', fieldFilled: true},
			{time: 100, phase: 'idle'},
		]),
		['clear-field', 'ask'],
	);
	assert.deepEqual(
		press([
			{time: 0, phase: 'listing'},
			{time: 100, phase: 'idle'},
		]),
		['stop-roll-call', 'quit'],
	);
	assert.deepEqual(press([{time: 0, phase: 'idle', screenBusy: true}]), ['stop-screen']);
	assert.deepEqual(settleLadder({step: 'finishing', at: 0}, 'downloading'), ladderStart);
	assert.equal(settleLadder({step: 'finishing', at: 0}, 'stopping').step, 'finishing');
	assert.equal(settleLadder({step: 'leaving', at: 0}, 'downloading').step, 'leaving');
});

function downloading() {
	return new FakeEngineClient(wizardAnswers({stop: null, detach: null, proceed: null}), {
		phase: 'downloading',
		job: jobId(12),
		spec: mockSpec,
		totals: {...idleSnapshot.totals, files: 100, filesDone: 10, openFiles: 32},
	});
}

await test('Ctrl+C during a download: once finishes open files and p goes on, twice stops with 130', async () => {
	const client = downloading();
	await using terminal = await openTerminal({client, options: {start: 'download'}});
	await terminal.until(/Downloading/);
	await terminal.press('ctrl+c');
	assert.deepEqual(client.asked('stop'), [{mode: 'finish'}]);
	client.set({phase: 'stopping'});
	await terminal.until(/Stopping: 32 files open\. Ctrl\+C again quits now, p goes on/);
	await terminal.press('p');
	await terminal.when(() => client.asked('proceed').length === 1, 'proceed');
	client.set({phase: 'downloading'});
	await terminal.until((screen) => !screen.includes('Stopping'));
	await terminal.press('ctrl+c', 'ctrl+c');
	assert.deepEqual(client.asked('stop').at(-1), {mode: 'now'});
	assert.equal(terminal.ended(), false);
	client.set({phase: 'stopped'});
	await terminal.when(() => terminal.ended(), 'a result');
	assert.deepEqual(
		{reason: terminal.result?.reason, exitCode: terminal.result?.exitCode},
		{reason: 'interrupted', exitCode: 130},
	);
	assert.match(terminal.result?.lines.join('\n') ?? '', /muster resume 12/);
});

await test('a third press does not wait for the engine', async () => {
	const client = downloading();
	await using terminal = await openTerminal({client, options: {start: 'download'}});
	await terminal.press('ctrl+c', 'ctrl+c', 'ctrl+c');
	assert.equal(terminal.gone, 1);
});

await test('SIGTERM is the second press with 143, SIGHUP leaves at once', async () => {
	const client = downloading();
	{
		await using terminal = await openTerminal({client, options: {start: 'download'}});
		terminal.signal('terminate');
		assert.deepEqual(client.asked('stop'), [{mode: 'now'}]);
		client.set({phase: 'stopped'});
		await terminal.when(() => terminal.ended(), 'a result');
		assert.equal(terminal.result?.exitCode, 143);
	}

	await using terminal = await openTerminal({client: downloading(), options: {start: 'download'}});
	terminal.signal('hangup');
	await terminal.when(() => terminal.ended(), 'a result');
	assert.equal(terminal.result?.reason, 'hangup');
	assert.deepEqual(terminal.result?.lines, []);
});

await test('q while a job runs asks with three numbers; 3 stays, 1 leaves it running', async () => {
	const client = downloading();
	await using terminal = await openTerminal({client, options: {start: 'download'}});
	await terminal.until(/Downloading/);
	await terminal.press('q');
	await terminal.until(/1 Keep it running[^]*2 Pause it and quit[^]*3 Stay here/);
	await terminal.press('3');
	await terminal.until(/Downloading/);
	assert.equal(terminal.ended(), false);
	assert.equal(client.asked('stop').length, 0);
	await terminal.press('q', '1');
	await terminal.when(() => terminal.ended(), 'a result');
	assert.equal(terminal.result?.reason, 'background');
	assert.equal(client.asked('detach').length, 1);
});

await test('Esc never quits and never stops a download', async () => {
	const client = downloading();
	await using terminal = await openTerminal({client, options: {start: 'download'}});
	await terminal.press('escape', 'escape', 'escape', 'escape', 'escape', 'escape');
	assert.equal(terminal.ended(), false);
	assert.equal(client.asked('stop').length + client.asked('pause').length, 0);
});

await test('an engine that is lost ends the app with its words', async () => {
	const client = downloading();
	await using terminal = await openTerminal({client, options: {start: 'download'}});
	client.lose({
		code: 'internal',
		message: 'The engine ended unexpectedly.',
		hint: 'muster resume 12 goes on.',
	});
	await terminal.when(() => terminal.ended(), 'a result');
	assert.equal(terminal.result?.reason, 'lost');
	assert.deepEqual(terminal.result?.lines, [
		'muster: The engine ended unexpectedly.',
		'muster resume 12 goes on.',
	]);
});

await test('Ctrl+Z pauses a running download and goes on after fg', async () => {
	const client = downloading();
	await using terminal = await openTerminal({client, options: {start: 'download'}});
	await terminal.press('ctrl+z');
	await terminal.when(() => client.asked('proceed').length === 1, 'proceed');
	assert.equal(terminal.suspended, 1);
	assert.equal(client.asked('pause').length, 1);
});
