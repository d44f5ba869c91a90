import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';
import {realDisk, type Disk} from '../../source/transfer/disk.ts';
import {readNote, writeNote, type PartNote} from '../../source/transfer/part-note.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'muster-note-'));
after(() => fs.rmSync(folder, {recursive: true}));
const digest = {algorithm: 'crc32', value: 'AAAAAA==', encoding: 'base64', kind: 'full'} as const;
const first: PartNote = {etag: 'e', size: 5000, digest};
const second: PartNote = {...first, bytes: 4000};

test('a kill while a note is written anew leaves one of both', () => {
	for (let last = 1; last <= 4; last++) {
		const temporary = path.join(folder, `${last}`);
		writeNote(realDisk, temporary, first);
		let calls = 0;
		const until =
			<Rest extends unknown[], Result>(call: (...rest: Rest) => Result) =>
			(...rest: Rest): Result => {
				if (++calls >= last) throw new Error('killed');
				return call(...rest);
			};
		const disk: Disk = {
			...realDisk,
			unlinkSync: until(fs.unlinkSync),
			renameSync: until(fs.renameSync),
			writeFileSync: until(fs.writeFileSync),
		};
		writeNote(disk, temporary, second);
		const found = readNote(realDisk, temporary);
		assert.deepEqual(found, last > 3 ? second : first, `killed at change ${last}`);
	}
});
