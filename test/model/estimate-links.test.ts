import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Estimate} from '../../source/model/estimate.ts';

const MB = 1_000_000;
/** Below a minute the time left is told in steps of five seconds. */
const halfStep = 2.5;
const KB = 1000;

type Link = {
	readonly sizes: readonly number[];
	/** of the whole link, shared by the connections that have bytes to move */
	readonly bytesPerSecond: number;
	readonly connections: number;
	readonly roundTrip: number;
};
type Moment = {readonly share: number; readonly said: number | null; readonly left: number};

/** A shared link in steps of virtual time: a connection that waits for its first byte leaves its part to others. */
function play({sizes, bytesPerSecond, connections, roundTrip}: Link): readonly Moment[] {
	const step = 0.01;
	const estimate = new Estimate();
	// a page of the listing, before anything fills the link
	estimate.question(roundTrip * 1300);
	const bytesTotal = sizes.reduce((sum, size) => sum + size, 0);
	const lanes = Array.from({length: connections}, () => ({wait: 0, left: 0, busy: false}));
	const said: {at: number; eta: number | null}[] = [];
	let next = 0;
	let files = 0;
	let bytes = 0;
	let tick = 0;
	for (; files < sizes.length; tick++) {
		const moving = lanes.filter(({busy, wait, left}) => busy && wait <= 0 && left > 0).length;
		let budget = bytesPerSecond * step;
		let rest = moving;
		for (const lane of lanes) {
			if (lane.busy && lane.wait > 0) lane.wait -= step;
			else if (lane.busy && rest > 0) {
				const part = Math.min(lane.left, budget / rest--);
				lane.left -= part;
				budget -= part;
				bytes += part;
			}
			if (lane.busy && lane.wait <= 0 && lane.left <= 0.5) {
				files++;
				lane.busy = false;
			}
			const size = sizes[next];
			if (lane.busy || size === undefined) continue;
			next++;
			Object.assign(lane, {wait: roundTrip, left: size, busy: true});
			// with a full link the first byte stands in a queue behind those of the others
			const queue = Math.min(2, (moving * 64 * KB) / bytesPerSecond);
			estimate.firstByte((roundTrip + (moving > connections / 2 ? queue : 0)) * 1000);
		}
		if (tick % 50 !== 0) continue;
		const at = tick * step;
		estimate.sample({
			at: at * 1000,
			bytes,
			bytesTotal,
			files,
			filesTotal: sizes.length,
			connections,
		});
		said.push({at, eta: estimate.read().etaSeconds});
	}
	const end = tick * step;
	return said.map(({at, eta}) => ({share: at / end, said: eta, left: end - at}));
}

const many = (count: number, size: number) => Array.from({length: count}, () => size);
const small = (count: number) => Array.from({length: count}, (_, at) => (4 + (at % 12) * 5) * 1024);

function within(name: string, most: number, link: Link, shares: readonly number[]): void {
	test(`${name}: within ${most * 100} %`, (t) => {
		const moments = play(link);
		const words = shares.map((share) => {
			const moment = moments.find((one) => one.share >= share);
			assert.ok(moment !== undefined && moment.said !== null, `nothing is said at ${share}`);
			const error = (moment.said - moment.left) / moment.left;
			return {
				seconds: moment.said - moment.left,
				left: moment.left,
				text: `${share}: ${moment.said} of ${moment.left.toFixed(1)} s (${(error * 100).toFixed(0)} %)`,
			};
		});
		t.diagnostic(words.map(({text}) => text).join(', '));
		for (const {seconds, left, text} of words)
			assert.ok(Math.abs(seconds) <= most * left + halfStep, text);
	});
}

for (const connections of [8, 32, 64])
	for (const roundTrip of [0.02, 0.06, 0.2]) {
		const link = {bytesPerSecond: 10 * MB, connections, roundTrip};
		const where = `${connections} connections, ${roundTrip * 1000} ms`;
		within(`constant, ${where}`, 0.1, {...link, sizes: many(400, 2.5 * MB)}, [0.2, 0.5, 0.8]);
		within(`all small, ${where}`, 0.3, {...link, sizes: small(12_800)}, [0.3, 0.5, 0.8]);
		within(
			`small last, ${where}`,
			0.3,
			{...link, sizes: [...many(96, 4 * MB), ...small(6000)]},
			[0.3, 0.5, 0.8],
		);
		const first = {...link, sizes: [...small(6000), ...many(96, 4 * MB)]};
		if (roundTrip < 0.2) within(`small first, ${where}`, 0.3, first, [0.3, 0.5, 0.8]);
		// far away, small files do not show what the link can do: nothing tells before the large ones come
		else within(`small first, once the large ones have come, ${where}`, 0.3, first, [0.92]);
		const mixed = small(6000).flatMap((size, at) => (at % 60 === 0 ? [4 * MB, size] : [size]));
		within(`mixed, ${where}`, 0.3, {...link, sizes: mixed}, [0.3, 0.5, 0.8]);
	}
