import assert from 'node:assert/strict';
import {test} from 'node:test';
import {rowLines} from '../../source/commands/rows.ts';
import type {WantedRow} from '../../source/model/snapshot.ts';

function ambiguous(candidates: number): WantedRow {
	return {
		id: 1,
		groupId: 1,
		group: 'ivo_t',
		text: 'take_1',
		row: 2,
		state: 'ambiguous',
		rule: null,
		key: null,
		path: null,
		size: 0,
		candidates: Array.from({length: candidates}, (_, index) => ({
			objectId: index,
			key: `a/${index}/take_1.wav`,
			size: 1024,
			modified: null,
			reason: null,
			sure: false,
		})),
		error: null,
	};
}

test('a name shows at most five of its candidates and says how many more there are', () => {
	const lines = rowLines(ambiguous(1205), 'could be');
	assert.equal(lines[0], 'ambiguous take_1 [ivo_t]');
	assert.equal(lines.filter((line) => line.startsWith('  could be ')).length, 5);
	assert.equal(lines.at(-1), '  … and 1,200 more');
	assert.equal(rowLines(ambiguous(5), 'could be').length, 6);
});
