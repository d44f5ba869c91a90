import assert from 'node:assert/strict';
import {test} from 'node:test';
import {NewestProblems} from '../../source/job/newest-problems.ts';
import type {FoundRow} from '../../source/ledger/plan-table.ts';

const row = (id: number, destination: string | null = `f${id}`): FoundRow => ({
	id,
	groupId: 1,
	group: 'g',
	text: `wanted ${id}`,
	objectId: id,
	bucket: 'b',
	key: `k${id}`,
	size: 1,
	etag: null,
	modified: null,
	destination,
});

test('keeps the last hundred, however many fail, and forgets those that are fetched again', () => {
	const problems = new NewestProblems();
	for (let id = 1; id <= 250; id++) problems.add(row(id), {code: 'network', message: 'gone'});
	assert.deepEqual([problems.all.length, problems.all[0]?.wantedId], [100, 151]);
	const before = problems.all;
	problems.forget([151, 250, 3]);
	assert.deepEqual([problems.all.length, problems.all.at(-1)?.wantedId], [98, 249]);
	assert.equal(before.length, 100, 'a snapshot keeps the list that it was given');
});

test('what a server or a key brings is safe to show', () => {
	const problems = new NewestProblems();
	problems.add(row(1, null), {code: 'network', message: 'a\u001B[2Jb'});
	problems.add(row(2, 'x\u001B]0;y'), {code: 'network', message: ''});
	assert.equal(problems.all[0]?.name, 'wanted 1');
	assert.equal(JSON.stringify(problems.all).includes('u001b'), false);
});
