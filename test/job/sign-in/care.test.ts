import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CredentialCare} from '../../../source/job/sign-in/care.ts';
import {type Closed, SignInGate} from '../../../source/job/sign-in/gate.ts';
import type {ErrorRecord} from '../../../source/model/error.ts';
import type {Credentials} from '../../../source/stores/types.ts';
import {fakeHolder, keys} from './fake-holder.ts';

const expired: ErrorRecord = {code: 'expired-credentials', message: 'The store refused it.'};

function bed(first: Credentials) {
	const holder = fakeHolder(first);
	const gate = new SignInGate(holder);
	gate.attend({
		patience: 1_000_000,
		prove: async () => undefined,
		onClosed: () => undefined,
		onOpened: () => undefined,
		note: () => undefined,
	});
	const state = {inUse: first as Credentials | undefined, downloading: true, filesDone: 0};
	const notes: string[] = [];
	const care = new CredentialCare({
		gate,
		inUse: () => state.inUse,
		isDownloading: () => state.downloading,
		filesDone: () => state.filesDone,
		onFresh: (fresh) => (state.inUse = fresh),
		note: (text) => notes.push(text),
	});
	const closed = (): Closed | null => gate.closed;
	return {holder, gate, care, state, notes, closed};
}

test('roles rotate silently, as often as they expire', async () => {
	const {holder, care, state, closed} = bed(keys('1'));
	for (const name of ['2', '3', '4']) {
		holder.now = keys(name);
		// every lane of every thread may say so: one question is enough
		await Promise.all([care.refused(expired), care.refused(expired)]);
		assert.deepEqual(state.inUse, keys(name));
		assert.equal(closed(), null);
		state.filesDone++;
	}
});

test('what is about to expire and needs nobody is renewed ahead, while files are fetched', async (t) => {
	t.mock.timers.enable({apis: ['setInterval']});
	const {holder, care, state, notes, closed} = bed(keys('1'));
	await holder.source();
	care.begin();
	care.begin();
	t.mock.timers.tick(30_000);
	await new Promise(setImmediate);
	assert.deepEqual(notes, [], 'nothing newer');
	// the holder asks anew five minutes before the end
	holder.reset();
	holder.now = keys('2');
	state.downloading = false;
	t.mock.timers.tick(30_000);
	await new Promise(setImmediate);
	assert.deepEqual(state.inUse, keys('1'), 'not in a pause');
	state.downloading = true;
	t.mock.timers.tick(30_000);
	await new Promise(setImmediate);
	assert.deepEqual(state.inUse, keys('2'));
	assert.equal(notes.length, 1);
	assert.equal(closed(), null);
	care.end();
	holder.reset();
	holder.now = keys('3');
	t.mock.timers.tick(60_000);
	await new Promise(setImmediate);
	assert.deepEqual(state.inUse, keys('2'));
});

test('new keys that the store refuses at once, again and again, need a person', async () => {
	const {holder, care, closed} = bed(keys('1'));
	holder.now = keys('2');
	await care.refused(expired);
	assert.equal(closed(), null);
	holder.now = keys('3');
	await care.refused(expired);
	assert.equal(closed()?.error.message, expired.message);
});

test('nothing newer closes the gate; in a pause nothing is asked', async () => {
	const {holder, care, state, closed} = bed(keys('1'));
	state.downloading = false;
	await care.refused(expired);
	assert.equal(holder.asked(), 0);
	assert.equal(closed(), null);
	state.downloading = true;
	await care.refused(expired);
	assert.notEqual(closed(), null);
});
