import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {createEngine} from '../../source/job/engine.ts';
import {FolderLock, isLocked, type LockTimes} from '../../source/job/folder-lock.ts';
import {memoryBucket} from '../../source/sandbox/index.ts';
import {refusal, rollCall, run, scratch, tree, withBed} from './bed.ts';

const quick: LockTimes = {heartbeat: 20, silence: 300, look: 20, dead: 60_000};

async function withFolder(work: (state: string) => Promise<void>): Promise<void> {
	const root = scratch('lock');
	const state = path.join(root, 'out/.muster');
	mkdirSync(state, {recursive: true});
	try {
		await work(state);
	} finally {
		rmSync(root, {recursive: true, force: true});
	}
}

/** What an engine on another machine leaves in the folder. */
function otherHost(state: string, beat: string): void {
	const owner = {host: `not-${hostname()}`, pid: 4242, job: 3, beat};
	writeFileSync(path.join(state, 'owner.json'), JSON.stringify(owner));
}

test('two engines never work on one folder', async () => {
	await withBed([memoryBucket('lake', {a: 'a'})], async (bed) => {
		const spec = bed.spec({bucket: 'lake'});
		await rollCall(bed.engine, spec);
		const second = createEngine({jobsFolder: bed.jobs, logLevel: 'info'});
		const refused = await refusal(second.call('prepare', {spec}));
		assert.equal(refused.code, 'locked');
		assert.ok(refused.message.includes(bed.out));
		assert.match(refused.message, new RegExp(`process ${process.pid}`));
		assert.match(refused.hint, /muster attach/);
		assert.ok(Object.keys(tree(bed.out, {own: true})).includes('.muster/ledger.sqlite'));
		await bed.renew();
		const {summary} = await run(second, spec);
		assert.equal(summary.downloaded, 1);
		await second.shutDown();
	});
});

test('a lock is held, seen, given back and taken again', async () => {
	await withFolder(async (state) => {
		assert.equal(isLocked(state), false);
		const lock = await FolderLock.take(state, 1, quick);
		assert.equal(isLocked(state), true);
		await assert.rejects(FolderLock.take(state, 2, quick), {code: 'locked', message: /job 1/});
		lock.release();
		lock.release();
		assert.equal(isLocked(state), false);
		(await FolderLock.take(state, 2, quick)).release();
		assert.deepEqual(
			readdirSync(state).filter((name) => /clock|\.\d+$/.test(name)),
			[],
		);
	});
});

test('kill -9 of the owner leaves no lock behind', async () => {
	await withFolder(async (state) => {
		const child = spawn(
			process.execPath,
			[fileURLToPath(new URL('lock-child.ts', import.meta.url)), state],
			{stdio: ['ignore', 'pipe', 'inherit']},
		);
		await once(child.stdout, 'data');
		assert.equal(isLocked(state), true);
		const refused = await refusal(FolderLock.take(state, null, quick));
		assert.match(refused.message, new RegExp(`process ${child.pid}, job 7`));
		child.kill('SIGKILL');
		await once(child, 'exit');
		const lock = await FolderLock.take(state, null, quick);
		lock.release();
	});
});

test('another host’s heartbeat is respected while it beats', async () => {
	await withFolder(async (state) => {
		let beats = 0;
		otherHost(state, 'b0');
		const timer = setInterval(() => otherHost(state, `b${++beats}`), 50);
		try {
			const refused = await refusal(FolderLock.take(state, null, quick));
			assert.equal(refused.code, 'locked');
			assert.match(refused.message, new RegExp(`on not-${hostname()}`));
		} finally {
			clearInterval(timer);
		}
		// the refusal gave the local lock back
		assert.equal(isLocked(state), false);
	});
});

test('a silent heartbeat is taken over, an old or released one at once', async () => {
	await withFolder(async (state) => {
		otherHost(state, 'b7');
		const started = Date.now();
		(await FolderLock.take(state, null, quick)).release();
		assert.ok(Date.now() - started >= quick.silence);
		for (const beat of ['released', 'b9']) {
			otherHost(state, beat);
			const longAgo = Date.now() / 1000 - 3600;
			if (beat !== 'released') utimesSync(path.join(state, 'owner.json'), longAgo, longAgo);
			const again = Date.now();
			(await FolderLock.take(state, null, quick)).release();
			assert.ok(Date.now() - again < quick.silence, beat);
		}
	});
});

test('a heartbeat caught half-written is looked at again, and still a heartbeat', async () => {
	await withFolder(async (state) => {
		const file = path.join(state, 'owner.json');
		const slow = {...quick, look: 100, silence: 2000};
		for (const [next, half] of [
			['b1', ''],
			['b2', '{"host":"els'],
			['released', ''],
		] as const) {
			otherHost(state, 'b0');
			// its first look comes before anything is waited for
			const taken = FolderLock.take(state, null, slow);
			writeFileSync(file, half);
			setTimeout(() => otherHost(state, next), 150);
			if (next === 'released') (await taken).release();
			else assert.match((await refusal(taken)).message, new RegExp(`on not-${hostname()}`));
		}
	});
});

test('a broken owner file holds nobody up', async () => {
	await withFolder(async (state) => {
		for (const text of ['', '{', 'null', '[]']) {
			writeFileSync(path.join(state, 'owner.json'), text);
			(await FolderLock.take(state, null, quick)).release();
		}
	});
});
