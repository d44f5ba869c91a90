import assert from 'node:assert/strict';
import {test} from 'node:test';
import {hasChanged} from '../../source/job/file-outcome.ts';
import type {FoundRow} from '../../source/ledger/plan-table.ts';

type DoneResult = Parameters<typeof hasChanged>[0];

const listed = (etag: string | null): FoundRow => ({
	id: 1,
	groupId: 1,
	group: '',
	text: 'a',
	objectId: 1,
	bucket: 'b',
	key: 'a',
	size: 1,
	etag,
	modified: null,
	destination: 'a',
});

const fetched = (facts: Partial<DoneResult>): DoneResult => ({
	kind: 'done',
	id: 1,
	bytes: 1,
	verified: 'size',
	localModified: 1,
	attempts: 1,
	firstByte: 1,
	...facts,
});

test('an object has changed where its ETag is another one; quotes and a silent store tell nothing', () => {
	assert.equal(hasChanged(fetched({etag: '"x"'}), listed('x')), false);
	assert.equal(hasChanged(fetched({etag: 'x'}), listed('"x"')), false);
	assert.equal(hasChanged(fetched({etag: '"y"'}), listed('"x"')), true);
	assert.equal(hasChanged(fetched({}), listed('"x"')), false, 'the answer had no ETag');
	assert.equal(hasChanged(fetched({etag: '"y"'}), listed(null)), false, 'the list had no ETag');
	assert.equal(
		hasChanged(fetched({changed: true}), listed('"x"')),
		true,
		'found out while fetching',
	);
});
