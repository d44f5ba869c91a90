import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	ceilingOf,
	connectionsToBegin,
	filesOfGroup,
	groupLimit,
	groupsAtOnce,
} from '../../source/job/connection-limits.ts';
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

test('with balanced a job of few groups has work for all its connections; numbers by hand stay', () => {
	const balanced = {...presets.balanced, connections: 'auto' as const};
	assert.equal(groupLimit(balanced), undefined);
	assert.deepEqual(
		[1, 2, 5, 40].map((groups) => filesOfGroup(balanced, 128, groups)),
		[128, 64, 26, 10],
	);
	assert.equal(filesOfGroup(balanced, 16, 0), 16);
	const byHand = {perGroup: 4, groups: 2, connections: 100};
	assert.equal(groupLimit(byHand), 4);
	assert.equal(filesOfGroup(byHand, 100, 2), 4);
});
