import assert from 'node:assert/strict';
import {test} from 'node:test';
import {runHeadless} from '../../source/commands/headless.ts';
import type {Engine} from '../../source/job/types.ts';
import {MusterError} from '../../source/model/error.ts';
import type {SummaryEvent} from '../../source/model/event.ts';
import type {Snapshot} from '../../source/model/snapshot.ts';
import {createReporter} from '../../source/reporters/index.ts';
import {summaryOf} from '../../source/reporters/lines.ts';
import {FakeEngineClient, idleSnapshot} from '../helpers/fake-engine.ts';
import type {Answers} from '../helpers/fake-engine.ts';

/** A fake engine that lives in this process. */
class FakeEngine extends FakeEngineClient implements Engine {
	shutDowns = 0;
	onEvent = (): (() => void) => () => {};
	setSocket = (): void => {};
	shutDown = async (): Promise<void> => {
		this.shutDowns++;
	};
}

const summary = (code: number): SummaryEvent => ({...summaryOf(idleSnapshot), exit_code: code});

async function run(answers: (engine: () => FakeEngine) => Answers, decision: true | number = true) {
	const out: string[] = [];
	const err: string[] = [];
	const engine: FakeEngine = new FakeEngine(answers(() => engine));
	const code = await runHeadless({
		engine,
		reporter: createReporter('json', {
			out: (line) => out.push(line),
			err: (line) => err.push(line),
		}),
		begin: () => engine.call('resumeJob', {job: 1 as never}),
		decide: async () => decision,
	});
	const last = JSON.parse(out.at(-1) ?? '{}') as {type?: string; exit_code?: number};
	return {code, last, out, err, engine};
}

const groups = {total: 0, rows: []};

test('a job runs to its end with the status of its summary', async () => {
	const {code, last, engine} = await run((engine) => ({
		resumeJob: () => {
			engine().set({phase: 'ready'});
			return {job: 1 as never};
		},
		groups,
		start: () => {
			engine().set({phase: 'downloading'});
			setImmediate(() => engine().set({phase: 'finished', summary: summary(3)}));
			return null;
		},
	}));
	assert.equal(code, 3);
	assert.deepEqual([last.type, last.exit_code], ['summary', 3]);
	assert.equal(engine.shutDowns, 1);
});

test('a roll call that is not wanted ends with the decision, nothing is started', async () => {
	const {code, engine} = await run(
		(engine) => ({
			resumeJob: () => {
				engine().set({phase: 'ready'});
				return {job: 1 as never};
			},
		}),
		2,
	);
	assert.equal(code, 2);
	assert.equal(engine.asked('start').length, 0);
});

for (const [pauseReason, status] of [
	['credentials', 4],
	['disk', 5],
] as const)
	test(`nobody can mend ${pauseReason} here: saved, status ${status}`, async () => {
		const failure: Snapshot['failure'] = {code: 'disk-full', message: 'why it waits'};
		const {code, last, err} = await run((engine) => ({
			resumeJob: () => {
				engine().set({phase: 'paused', pauseReason, failure});
				return {job: 1 as never};
			},
			stop: () => {
				engine().set({phase: 'stopped', pauseReason: null, summary: summary(130)});
				return null;
			},
		}));
		assert.equal(code, status);
		assert.equal(last.exit_code, status);
		assert.match(err.join('\n'), /why it waits/);
	});

test('an error that ends the command is told, and the summary still comes', async () => {
	const {code, last, err} = await run(() => ({
		resumeJob: new MusterError('no-credentials', 'nobody is signed in', {hint: 'Sign in.'}),
	}));
	assert.equal(code, 4);
	assert.deepEqual([last.type, last.exit_code], ['summary', 4]);
	assert.deepEqual(err, ['muster: nobody is signed in code=no-credentials', '  Sign in.']);
});
