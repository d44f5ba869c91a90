import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {test} from 'node:test';
import {Database} from '../../source/ledger/database.ts';
import {Ledger} from '../../source/ledger/ledger.ts';
import {objectKey} from '../../source/model/brand.ts';
import type {WantedItem} from '../../source/model/wanted.ts';
import {probeOf} from '../../source/planning/name-forms.ts';

function withLedger(work: (ledger: Ledger, folder: string) => void): void {
	const folder = mkdtempSync(path.join(tmpdir(), 'muster-ledger-'));
	const ledger = Ledger.open(folder);
	try {
		work(ledger, folder);
	} finally {
		ledger.close();
		rmSync(folder, {recursive: true, force: true});
	}
}

const name = (text: string, row: number): WantedItem => ({
	group: '',
	text,
	row,
	address: {kind: 'name', path: text},
});
const url = (bucket: string, key: string, row: number): WantedItem => ({
	group: '',
	text: `s3://${bucket}/${key}`,
	row,
	address: {kind: 'object', ref: {bucket, key: objectKey(key)}},
});
const objects = (...keys: readonly string[]) =>
	keys.map((key) => ({key: objectKey(key), size: key.length}));

test('repeats are told apart by bucket, with and without one, and by group where asked', () => {
	for (const [perGroup, expected] of [
		[false, [2, 4, 6]],
		[true, [4]],
	] as const) {
		withLedger((ledger) => {
			const [one, two] = [ledger.rollCall.addGroup('one'), ledger.rollCall.addGroup('two')];
			ledger.rollCall.addWanted([
				{item: name('a', 1), groupId: one},
				{item: name('a', 2), groupId: two},
				{item: url('b', 'a', 3), groupId: one},
				{item: url('b', 'a', 4), groupId: one},
				{item: url('c', 'a', 5), groupId: one},
				{item: url('c', 'a', 6), groupId: two},
			]);
			ledger.rollCall.markRepeats(perGroup);
			const {rows} = ledger.windows.rows({states: ['duplicate']}, 0, 10);
			assert.deepEqual(
				rows.map(({row}) => row),
				expected,
			);
			for (const {duplicateOf} of rows) assert.ok((duplicateOf ?? 0) % 2 === 1);
		});
	}
});

test('a key is kept once, whichever listing brings it', () => {
	withLedger((ledger) => {
		ledger.objects.add('b', objects('x/a', 'x/b'), probeOf);
		ledger.objects.index();
		ledger.objects.add('b', objects('x/b', 'x/c'), probeOf);
		ledger.objects.add('other', objects('x/b'), probeOf);
		ledger.objects.index();
		assert.deepEqual(
			ledger.objects.keysAfter(0, 10).map(({key}) => key),
			['x/a', 'x/b', 'x/c', 'x/b'],
		);
	});
});

test('a key that a listing brings twice is one object', () => {
	withLedger(({objects: table}) => {
		table.add('one', objects('a', 'b'), probeOf);
		table.add('one', objects('b', 'c'), probeOf);
		table.index();
		assert.deepEqual(
			table.keysAfter(0, 10).map(({key}) => key),
			['a', 'b', 'c'],
		);
		table.add('one', objects('c'), probeOf);
		assert.equal(table.keysAfter(0, 10).length, 3);
	});
});

test('candidates in a folder are those right in it', () => {
	withLedger((ledger) => {
		const keys = ['a.png', 'd/a.jpg', 'd/a.png', 'd/e/a.png', 'd0/a.png', 'é/a.png', 'é/é/a.png'];
		ledger.objects.add('b', objects(...keys), probeOf);
		ledger.objects.index();
		const inFolder = (folder: string) =>
			ledger.objects.candidatesIn('b', 'a', folder, 10).map(({key}) => key);
		assert.deepEqual(inFolder('d/'), ['d/a.jpg', 'd/a.png']);
		assert.deepEqual(inFolder(''), ['a.png']);
		assert.deepEqual(inFolder('é/'), ['é/a.png']);
		assert.deepEqual(inFolder('none/'), []);
	});
});

test('keys with any character come back as they were', () => {
	withLedger((ledger) => {
		const keys = ['a\0b', 'a\nb', '\u202E', '😀', "it's", '%_', ' '];
		ledger.objects.add('b', objects(...keys), probeOf);
		ledger.objects.index();
		assert.deepEqual(
			ledger.objects.keysAfter(0, 10).map(({key}) => key),
			keys,
		);
		for (const key of keys) assert.notEqual(ledger.objects.idOf('b', key), undefined);
	});
});

test('what lies in the folder outlives a roll call, everything else is made anew', () => {
	withLedger((ledger, folder) => {
		ledger.rollCall.addGroup('g');
		ledger.setMeta('job', '7');
		ledger.files.put({
			path: 'a',
			bucket: 'b',
			key: 'a',
			etag: null,
			size: 5,
			modified: null,
			localModified: 1.5,
			verified: 'md5',
			digest: {algorithm: 'md5', value: 'x', encoding: 'hex', kind: 'full'},
			job: 7,
			finished: 9,
		});
		ledger.rollCall.reset();
		ledger.close();
		const again = Ledger.open(folder);
		assert.equal(again.meta('job'), '7');
		assert.equal(again.meta('nothing'), undefined);
		assert.deepEqual(again.progress.groupNames(), []);
		assert.deepEqual(again.files.count(), {files: 1, bytes: 5});
		assert.deepEqual(again.files.get('a')?.digest?.algorithm, 'md5');
		again.close();
	});
});

test('outcomes are written whole or not at all', () => {
	withLedger((ledger) => {
		const groupId = ledger.rollCall.addGroup('');
		ledger.rollCall.addWanted([{item: name('a', 1), groupId}]);
		const broken = {
			id: 1,
			size: 1,
			attempts: 1,
			verified: 'size' as const,
			file: {path: 'a'} as never,
		};
		assert.throws(() => ledger.record({done: [broken], failed: []}));
		assert.equal(ledger.windows.row(1)?.attempts, 0);
	});
});

test('a ledger of a newer muster, and one that is none, are left alone', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'muster-ledger-'));
	try {
		const file = path.join(folder, 'ledger.sqlite');
		const database = new DatabaseSync(file);
		database.exec('PRAGMA user_version = 99');
		database.close();
		assert.throws(() => Ledger.open(folder), {code: 'locked', message: /newer muster/});
		rmSync(file);
		writeFileSync(file, 'this is no database at all, but long enough to look like a header');
		assert.throws(() => Ledger.open(folder), {code: 'disk', message: /ledger\.sqlite/});
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
});

test('windows: pages, states, groups, and text to find', () => {
	withLedger((ledger) => {
		const [one, two] = [ledger.rollCall.addGroup('one'), ledger.rollCall.addGroup('two')];
		ledger.rollCall.addWanted(
			Array.from({length: 50}, (_, index) => ({
				item: name(`File_${index}%.png`, index + 1),
				groupId: index % 2 === 0 ? one : two,
			})),
		);
		ledger.verdicts.setMissing(3, 'gone');
		const page = ledger.windows.rows({groupId: one}, 20, 10);
		assert.equal(page.total, 25);
		assert.equal(page.rows.length, 5);
		assert.equal(ledger.windows.rows({find: 'file_1%'}, 0, 10).total, 1);
		assert.equal(ledger.windows.rows({states: ['missing']}, 0, 10).rows[0]?.reason, 'gone');
		assert.equal(ledger.windows.rows({}, 0, 0).rows.length, 0);
	});
});

test('listed objects become wanted rows in the groups of their first folders', () => {
	withLedger((ledger) => {
		const keys = ['p/a/1', 'p/a/2', 'p/b', 'p/c/', 'p/d/e/3', 'p/d/4', 'p/😀/5'];
		const facts = objects(...keys).map((each) => (each.key === 'p/c/' ? {...each, size: 0} : each));
		ledger.objects.add('b', facts, undefined);
		const names: string[] = [];
		const groupOf = (name: string): number => {
			const known = names.indexOf(name);
			if (known !== -1) return known + 1;
			names.push(name);
			return ledger.rollCall.addGroup(name);
		};
		let rows = 0;
		for (const [first, last] of [
			[1, 2],
			[3, 3],
			[4, 4],
			[5, 7],
		] as const)
			rows = ledger.rollCall.wantObjects({first, last}, 'p/', rows, groupOf, true);
		assert.equal(rows, 6);
		assert.deepEqual(names, ['a', '', 'd', '😀']);
		assert.deepEqual(
			ledger.windows.after({}, 0, 10).map(({row, text, group}) => [row, group, text]),
			[
				[1, 'a', 'a/1'],
				[2, 'a', 'a/2'],
				[3, '', 'b'],
				[4, 'd', 'd/e/3'],
				[5, 'd', 'd/4'],
				[6, '😀', '😀/5'],
			],
		);
	});
});

test('a disk that is full is told as that, and the next transaction finds room', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'muster-ledger-'));
	const database = new Database(path.join(folder, 'x.sqlite'));
	try {
		database.exec('CREATE TABLE t (text TEXT)');
		const fill = (): number =>
			database.transaction(() => database.run('INSERT INTO t VALUES (?)', 'x'.repeat(200_000)));
		database.exec('PRAGMA max_page_count = 4');
		assert.throws(fill, /database or disk is full/);
		database.exec('PRAGMA max_page_count = 4000');
		fill();
		assert.equal(database.get('SELECT count(*) AS n FROM t')?.['n'], 1);
	} finally {
		database.close();
		rmSync(folder, {recursive: true, force: true});
	}
});
