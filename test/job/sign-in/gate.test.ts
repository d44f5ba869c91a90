import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {ElsewhereWatch} from '../../../source/job/sign-in/elsewhere.ts';
import {type Attendant, SignInGate} from '../../../source/job/sign-in/gate.ts';
import {type ErrorRecord, MusterError} from '../../../source/model/error.ts';
import {fakeHolder, keys, type FakeHolder} from './fake-holder.ts';

const expired: ErrorRecord = {code: 'expired-credentials', message: 'The store refused it.'};
const signedOut = new MusterError('expired-credentials', 'The sign-in of profile "x" has expired.');

type Watched = Attendant & {readonly told: string[]; refusal: ErrorRecord | undefined};

function attendant(patience = Number.MAX_SAFE_INTEGER): Watched {
	const told: string[] = [];
	const one: Watched = {
		patience,
		told,
		refusal: undefined,
		prove: async () => one.refusal,
		onClosed: ({message}) => told.push(`closed: ${message}`),
		onOpened: () => told.push('opened'),
		note: (text) => told.push(text),
	};
	return one;
}

function gateOf(holder: FakeHolder): SignInGate {
	return new SignInGate(
		holder,
		new ElsewhereWatch(
			() => holder.files(),
			() => false,
			10,
		),
	);
}

/** Waits for what the gate does by itself; a test that waits in vain ends. */
async function until(holds: () => boolean): Promise<void> {
	const end = Date.now() + 5000;
	while (!holds()) {
		if (Date.now() > end) throw new Error(`never: ${String(holds)}`);
		await new Promise(setImmediate);
	}
}

test('without a job refused is refused', async () => {
	const gate = gateOf(fakeHolder(keys('OLD')));
	assert.equal(await gate.refused(expired, keys('OLD')), false);
	assert.equal(gate.closed, null);
});

test('what renews itself closes nothing', async () => {
	const holder = fakeHolder(keys('OLD'));
	await holder.source();
	const gate = gateOf(holder);
	const job = attendant();
	gate.attend(job);
	holder.now = keys('NEW');
	assert.equal(await gate.refused(expired, keys('OLD')), true);
	assert.deepEqual(await holder.source(), keys('NEW'));
	assert.deepEqual(job.told, []);
});

test('closes once for all who are refused, and opens for all of them when the store takes what there is then', async () => {
	const holder = fakeHolder(keys('OLD'));
	const gate = gateOf(holder);
	const job = attendant();
	gate.attend(job);
	const waiting = Promise.all(Array.from({length: 5}, () => gate.refused(expired, keys('OLD'))));
	await until(() => gate.closed !== null);
	assert.deepEqual(job.told, ['closed: The store refused it.']);

	// still refused: it stays closed and says why
	job.refusal = expired;
	await assert.rejects(gate.tryOpen(), {code: 'expired-credentials'});
	assert.notEqual(gate.closed, null);

	// a bucket that may not be listed is no reason to stay closed
	job.refusal = {code: 'denied', message: 'no listing', detail: '403 AccessDenied'};
	holder.now = keys('NEW');
	await gate.tryOpen();
	assert.deepEqual(await waiting, [true, true, true, true, true]);
	assert.deepEqual(job.told.slice(1), ['opened']);
	assert.equal(gate.closed, null);
});

test('a secret that does not belong to its key opens nothing', async () => {
	const holder = fakeHolder(keys('OLD'));
	const gate = gateOf(holder);
	const job = attendant();
	gate.attend(job);
	gate.close(expired, keys('OLD'));
	job.refusal = {code: 'denied', message: 'signature', detail: '403 SignatureDoesNotMatch'};
	await assert.rejects(gate.tryOpen(), {message: 'signature'});
	assert.notEqual(gate.closed, null);
});

test('the provider’s own words and the profile to sign in to are told', async () => {
	const holder = fakeHolder(keys('OLD'));
	await holder.source();
	holder.now = signedOut;
	holder.profile = 'train sso';
	const gate = gateOf(holder);
	gate.attend(attendant());
	void gate.refused(expired, keys('OLD'));
	await until(() => gate.closed !== null);
	assert.equal(gate.closed?.error.message, signedOut.message);
	assert.match(gate.closed?.error.hint ?? '', /aws sso login --profile 'train sso'/);
	assert.equal(gate.closed?.profile, 'train sso');
});

test('patience, a signal and the end of the job send away whoever waits', async () => {
	const holder = fakeHolder(signedOut);
	const gate = gateOf(holder);
	const short = attendant(20);
	gate.attend(short);
	assert.equal(await gate.refused(expired, undefined), false);
	await assert.rejects(gate.source(), {code: 'expired-credentials'});
	gate.leave(short);

	const patient = attendant();
	gate.attend(patient);
	const controller = new AbortController();
	const broken = gate.refused(expired, undefined, controller.signal);
	const left = gate.refused(expired, undefined);
	setTimeout(() => controller.abort(), 10);
	assert.equal(await broken, false);
	gate.leave(attendant());
	assert.notEqual(gate.closed, null, 'another job’s end changes nothing');
	gate.leave(patient);
	assert.equal(await left, false);
	assert.equal(gate.closed, null);
});

test('who has no credentials yet gets those that a person brings', async () => {
	const holder = fakeHolder(signedOut);
	const gate = gateOf(holder);
	gate.attend(attendant());
	const waiting = gate.source();
	await until(() => gate.closed !== null);
	holder.useKeys(keys('PASTED'), 'pasted');
	await gate.tryOpen();
	assert.deepEqual(await waiting, keys('PASTED'));
});

test('a sign-in elsewhere is noticed by its file; the old keys written again open nothing', async () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'muster-gate-'));
	try {
		const file = path.join(folder, 'credentials');
		const holder = fakeHolder(keys('OLD'));
		holder.watched = [file];
		const gate = gateOf(holder);
		const job = attendant();
		gate.attend(job);
		const waiting = gate.refused(expired, keys('OLD'));
		await until(() => gate.closed !== null);
		const asked = holder.asked();
		writeFileSync(file, 'the old keys');
		await until(() => holder.asked() > asked);
		assert.notEqual(gate.closed, null);
		// pasted keys that were refused are forgotten for what the files say now
		holder.useKeys(keys('OLD'), 'pasted');
		holder.now = keys('NEW');
		writeFileSync(file, 'the new keys, longer');
		assert.equal(await waiting, true);
		await until(() => job.told.length >= 3);
		assert.deepEqual(job.told.slice(1), ['opened', 'credentials were renewed elsewhere']);
		assert.deepEqual(await holder.source(), keys('NEW'));
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
});
