import assert from 'node:assert/strict';
import {afterEach, beforeEach, mock, test} from 'node:test';
import {AutoResume} from '../../source/job/auto-resume.ts';
import {GroupTable} from '../../source/job/group-table.ts';
import type {JobLog} from '../../source/job/log.ts';
import {NoticeBoard} from '../../source/job/notice-board.ts';
import {MusterError, type ErrorCode, type ErrorRecord} from '../../source/model/error.ts';
import type {PauseReason} from '../../source/model/event.ts';
import {baseSpec} from './bed.ts';

beforeEach(() => mock.timers.enable({apis: ['setTimeout', 'setInterval']}));
afterEach(() => mock.timers.reset());

/** Lets everything run that waits for promises alone. */
const settle = async (): Promise<void> => {
	for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

const gone: ErrorRecord = {code: 'network', message: 'gone'};

/** A paused job, made of what `AutoResume` sees of it. `tries`: what each going on ends with; nothing is success. */
function paused(reason: PauseReason, ...tries: readonly (() => Promise<void>)[]) {
	const seen = {tried: 0, signedOut: [] as string[], changes: 0};
	const notices = new NoticeBoard(() => undefined);
	const job: {pauseReason: PauseReason | null} = {pauseReason: reason};
	const autoResume = new AutoResume({
		spec: baseSpec({endpoint: 'http://x', region: 'x'}, '/nowhere'),
		groups: new GroupTable(),
		notices,
		store: {probeBucket: async (bucket) => ({bucket, canList: false, error: gone})},
		log: () => ({write: () => undefined}) as unknown as JobLog,
		pauseReason: () => job.pauseReason,
		quietSince: () => Date.now(),
		proceed: async () => {
			await tries[seen.tried++]?.();
			job.pauseReason = null;
		},
		onNoCredentials: ({message}) => {
			job.pauseReason = 'credentials';
			seen.signedOut.push(message);
		},
		onChange: () => seen.changes++,
	});
	return {autoResume, notices, job, seen};
}

const refuse = (code: ErrorCode) => async (): Promise<void> => {
	throw new MusterError(code, `${code}!`);
};

test('without a connection it tries again, later each time, until the job goes on', async () => {
	const {autoResume, notices, job, seen} = paused('network', refuse('network'));
	assert.match(autoResume.wordsOf('network', gone), /Next try in 5 s/);
	mock.timers.tick(5000);
	await settle();
	assert.equal(seen.tried, 1);
	assert.match(notices.newest?.text ?? '', /Next try in 10 s/);
	mock.timers.tick(10_000);
	await settle();
	assert.equal(seen.tried, 2);
	assert.equal(job.pauseReason, null);
	mock.timers.tick(600_000);
	assert.equal(seen.tried, 2);
	autoResume.fileCame();
	assert.equal(notices.newest, null, 'its words go with the outage');
	assert.match(autoResume.wordsOf('network', gone), /Next try in 5 s/);
	autoResume.stop();
});

test('credentials that are gone when the connection is back are the turn of a person', async () => {
	const {autoResume, seen} = paused('network', refuse('expired-credentials'));
	autoResume.wordsOf('network', gone);
	mock.timers.tick(5000);
	await settle();
	assert.deepEqual(seen.signedOut, ['expired-credentials!']);
	assert.equal(seen.changes, 1);
	mock.timers.tick(600_000);
	await settle();
	assert.equal(seen.tried, 1);
});

for (const code of ['network', 'expired-credentials'] as const)
	test(`a try that ends with "${code}" after a stop changes nothing`, async () => {
		const answer = Promise.withResolvers<void>();
		const {autoResume, notices, job, seen} = paused('network', () => answer.promise);
		autoResume.wordsOf('network', gone);
		mock.timers.tick(5000);
		await settle();
		job.pauseReason = null;
		answer.reject(new MusterError(code, 'too late'));
		await settle();
		assert.equal(notices.newest, null);
		assert.deepEqual(seen.signedOut, []);
		mock.timers.tick(600_000);
		await settle();
		assert.equal(seen.tried, 1);
	});

test('a try that comes after somebody went on, or after a stop, is none', () => {
	const {autoResume, job, seen} = paused('network');
	autoResume.wordsOf('network', gone);
	job.pauseReason = 'user';
	mock.timers.tick(5000);
	assert.equal(seen.tried, 0);
	job.pauseReason = 'network';
	autoResume.wordsOf('network', gone);
	autoResume.resumed();
	mock.timers.tick(600_000);
	assert.equal(seen.tried, 0);
});

test('going on takes the words about the pause back, whatever they are, and no others', () => {
	const {autoResume, notices} = paused('disk');
	const words = (): string | undefined => notices.newest?.text;
	for (const reason of ['disk', 'credentials'] as const) {
		notices.tell('error', 'The folder of unfinished downloads in /data is gone. Paused.', reason);
		autoResume.resumed();
		assert.equal(words(), undefined);
	}
	notices.tell('error', 'No connection to S3.', 'network');
	autoResume.resumed();
	assert.equal(words(), 'No connection to S3.', 'only a file proves that it is back');
	notices.tell('warning', 'a/b has changed since it was listed.');
	autoResume.resumed();
	autoResume.fileCame();
	assert.equal(words(), 'a/b has changed since it was listed.');
});
