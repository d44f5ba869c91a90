import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Usage, watchDrawCost} from '../../source/ui/terminal/draw-pace.ts';

/** A machine of two cores; drawing costs so many milliseconds each time. */
function machine(cost: number, idle: number) {
	let time = 0;
	let used: Usage = {own: 0, idle: 0, all: 0};
	const interval = watchDrawCost(
		() => used,
		() => time,
	);
	return {
		/** draws for some seconds; answers the share of a core that it took, and the last interval */
		run(seconds: number): {share: number; last: number} {
			const end = time + seconds * 1000;
			let own = 0;
			let last = 0;
			while (time < end) {
				last = interval(250);
				time += last;
				own += cost;
				used = {
					own: used.own + cost,
					idle: used.idle + 2 * last * idle,
					all: used.all + 2 * last,
				};
			}
			return {share: own / (seconds * 1000), last};
		},
	};
}

test('on an idle machine numbers are as fresh as usual, whatever they cost', () => {
	assert.equal(machine(25, 0.5).run(10).last, 250);
});

test('on a busy machine drawing takes three per cent of a core, once a second at least', () => {
	const dear = machine(20, 0);
	dear.run(5);
	const {share, last} = dear.run(20);
	assert.ok(share < 0.04 && share > 0.02, `${share}`);
	assert.ok(last > 500 && last <= 1000, `${last}`);
	const cheap = machine(5, 0);
	cheap.run(5);
	assert.equal(cheap.run(5).last, 250);
	const hopeless = machine(500, 0);
	hopeless.run(5);
	assert.equal(hopeless.run(5).last, 1000);
});
