import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';
import {Hashers} from '../../source/transfer/checksum.ts';
import {realDisk, type Disk} from '../../source/transfer/disk.ts';
import {
	beginJournal,
	noteExtent,
	removeJournal,
	restoreJournal,
} from '../../source/transfer/journal.ts';
import type {Extent, LargeFacts} from '../../source/transfer/pieces.ts';
import {bytes} from './bed.ts';

const MiB = 1024 * 1024;
const hashers = new Hashers();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'muster-journal-'));
after(() => fs.rmSync(folder, {recursive: true}));
const facts: LargeFacts = {etag: '"e"', size: 8 * MiB, algorithm: 'crc32'};
const never = (): boolean => false;

/** A temporary file with two extents in its journal. */
function leave(name: string): {temporary: string; extents: readonly Extent[]} {
	const temporary = path.join(folder, name);
	removeJournal(realDisk, temporary);
	beginJournal(realDisk, temporary, facts);
	const extents = [0, 4 * MiB].map((start) => {
		const body = bytes(2 * MiB, start + 1);
		const fd = fs.openSync(temporary, 'r+');
		fs.writeSync(fd, body, 0, body.length, start);
		fs.closeSync(fd);
		const hasher = hashers.start('crc32');
		hasher.update(body);
		return {start, length: body.length, value: hasher.end().toString('hex')};
	});
	for (const extent of extents) noteExtent(realDisk, temporary, extent);
	return {temporary, extents};
}

/** As after another start of the machine: nothing counts before it was read back. */
function reboot(temporary: string): void {
	const journal = `${temporary}.journal`;
	const text = fs.readFileSync(journal, 'utf8');
	fs.writeFileSync(journal, text.replace(/"boot":"[^"]*"/, '"boot":"another"'));
}

/** Killed at the call `last` that changes something: half of what it writes, and nothing after it. */
function killedAt(last: number): Disk {
	let calls = 0;
	const changing =
		<Rest extends unknown[], Result>(
			call: (...rest: Rest) => Result,
			half?: (...rest: Rest) => void,
		) =>
		(...rest: Rest): Result => {
			calls++;
			if (calls < last) return call(...rest);
			if (calls === last) half?.(...rest);
			throw new Error('killed');
		};
	return {
		...realDisk,
		unlinkSync: changing(fs.unlinkSync),
		renameSync: changing(fs.renameSync),
		writeFileSync: changing(fs.writeFileSync, (file, data, options) =>
			fs.writeFileSync(file, typeof data === 'string' ? data.slice(0, 20) : '', options),
		),
	};
}

test('a kill at any moment of taking up a journal loses nothing of it', async () => {
	for (let last = 1; last <= 5; last++) {
		const {temporary, extents} = leave(`killed-${last}`);
		// Not every call is reached: the last ones take it up undisturbed.
		await restoreJournal(killedAt(last), hashers, temporary, facts, never).catch(() => {});
		const there = await restoreJournal(realDisk, hashers, temporary, facts, never);
		assert.deepEqual(there, extents, `killed at change ${last}`);
		removeJournal(realDisk, temporary);
	}
	assert.deepEqual(fs.readdirSync(folder), []);
});

test('no room for writing the journal anew: the one that is there stays', async () => {
	const {temporary, extents} = leave('full');
	const full: Disk = {
		...realDisk,
		writeFileSync: () => {
			throw Object.assign(new Error('ENOSPC'), {code: 'ENOSPC'});
		},
	};
	await assert.rejects(restoreJournal(full, hashers, temporary, facts, never), {code: 'ENOSPC'});
	assert.deepEqual(await restoreJournal(realDisk, hashers, temporary, facts, never), extents);
	removeJournal(realDisk, temporary);
	assert.deepEqual(fs.readdirSync(folder), []);
});

test('parked while a journal of another boot is read back: all of it is read back the next time', async () => {
	const {temporary, extents} = leave('parked');
	reboot(temporary);
	for (const questions of [1, 3, 4]) {
		let asked = 0;
		const parked = (): boolean => ++asked >= questions;
		const answer = await restoreJournal(realDisk, hashers, temporary, facts, parked);
		assert.equal(answer, 'parked', `at question ${questions}`);
	}
	assert.deepEqual(await restoreJournal(realDisk, hashers, temporary, facts, never), extents);
	removeJournal(realDisk, temporary);
});

test('what was not read back before a pause does not count without it', async () => {
	const {temporary, extents} = leave('damaged');
	reboot(temporary);
	let asked = 0;
	await restoreJournal(realDisk, hashers, temporary, facts, () => ++asked === 2);
	// The second extent never reached the disk.
	const fd = fs.openSync(temporary, 'r+');
	fs.writeSync(fd, Buffer.alloc(100), 0, 100, 5 * MiB);
	fs.closeSync(fd);
	const there = await restoreJournal(realDisk, hashers, temporary, facts, never);
	assert.deepEqual(there, extents.slice(0, 1));
});
