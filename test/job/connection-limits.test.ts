import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ceilingOf, connectionsToBegin, groupsAtOnce} from '../../source/job/connection-limits.ts';
import {presets} from '../../source/model/job-spec.ts';

test('a number by hand is used from the beginning, and is the most', () => {
	for (const connections of [1, 64, 300]) {
		const spec = {...presets.balanced, connections};
		assert.equal(connectionsToBegin(spec), connections);
		assert.equal(ceilingOf(spec), connections);
	}
});

test('auto begins with what any line bears; balanced sets it no limit, the other presets do', () => {
	const auto = (name: keyof typeof presets) => ({...presets[name], connections: 'auto' as const});
	assert.equal(connectionsToBegin(auto('balanced')), 16);
	assert.equal(connectionsToBegin(auto('conservative')), 15);
	assert.equal(ceilingOf(auto('balanced')), 512);
	assert.equal(ceilingOf(auto('conservative')), 15);
	assert.equal(ceilingOf(auto('aggressive')), 200);
	assert.equal(ceilingOf(auto('maximum')), 450);
});

test('with balanced there are as many groups as the connections need; numbers by hand stay', () => {
	const balanced = {...presets.balanced, connections: 'auto' as const};
	assert.deepEqual(
		[1, 50, 51, 256].map((connections) => groupsAtOnce(balanced, connections)),
		[5, 5, 6, 26],
	);
	const byHand = {perGroup: 4, groups: 2, connections: 100};
	assert.equal(groupsAtOnce(byHand, 100), 2);
});
