import assert from 'node:assert/strict';
import {afterEach, beforeEach, mock, test} from 'node:test';
import {JobState} from '../../source/job/job-state.ts';
import type {SummaryEvent} from '../../source/model/event.ts';

let now = 0;
beforeEach(() => {
	now = 0;
	mock.method(performance, 'now', () => now);
});
afterEach(() => mock.restoreAll());

const pass = (seconds: number): void => {
	now += seconds * 1000;
};

test('time counts while files come and while a stop waits for the last ones, not in a pause', () => {
	const state = new JobState();
	pass(100);
	state.becomeReady(7);
	pass(100);
	state.run();
	pass(1);
	state.pause('user');
	pass(10);
	state.run();
	pass(2);
	state.beginToStop();
	pass(3);
	state.end('stopped');
	pass(100);
	assert.equal(state.activeSeconds, 7 + 1 + 2 + 3);
	assert.equal(state.pausedSeconds, 10);
});

test('a stop in a pause counts again: what is parked takes its time', () => {
	const state = new JobState();
	state.run();
	state.pause('disk', {code: 'disk-full', message: 'full'});
	pass(5);
	state.beginToStop();
	pass(1);
	state.end('stopped');
	assert.equal(state.pauseReason, null);
	assert.equal(state.pausedSeconds, 5);
	assert.equal(state.activeSeconds, 1);
});

test('a job that runs on after its end has none yet, and began when it began', () => {
	const state = new JobState();
	state.run();
	const {startedAt} = state;
	assert.ok(startedAt !== null);
	state.end('finished');
	state.finishedAt = 1;
	state.summary = {type: 'summary'} as SummaryEvent;
	assert.equal(state.isOver, true);
	state.run();
	assert.equal(state.isOver, false);
	assert.equal(state.isLive, true);
	assert.equal(state.summary, null);
	assert.equal(state.finishedAt, null);
	assert.equal(state.startedAt, startedAt);
});

test('the error of a pause stays until the job goes on; a failure ends the pause, too', () => {
	const state = new JobState();
	state.run();
	state.pause('network', {code: 'network', message: 'gone'});
	state.pause('credentials', {code: 'expired-credentials', message: 'expired'});
	assert.equal(state.failure?.code, 'expired-credentials');
	state.run();
	const told = (): string | undefined => state.failure?.message;
	assert.equal(told(), undefined);
	state.pause('user');
	pass(1);
	state.fail(new Error('a thread died'));
	pass(1);
	assert.equal(state.phase, 'failed');
	assert.equal(state.pauseReason, null);
	assert.equal(told(), 'a thread died');
	assert.equal(state.pausedSeconds, 1);
});
