import assert from 'node:assert/strict';
import {test} from 'node:test';
import {AutoConnections, type LinkSample} from '../../source/transfer/auto-connections.ts';
import {fixed, randomOf, Simulation} from './link-simulator.ts';
import type {Link, Outcome, Work} from './link-simulator.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const numbers = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** What somebody waits for: small files count by their number, as for the controller. */
const worth = ({files, bytes, seconds}: Outcome): number => (bytes + files * 64 * KiB) / seconds;

/** The best that a fixed number reaches, and what `auto` reaches of it. */
function against(link: Link, work: Work, seed = 1): {ratio: number; best: number; auto: Outcome} {
	let best = 0;
	let most = 0;
	for (const connections of numbers) {
		const reached = worth(new Simulation(link, work, fixed(connections), seed).run());
		if (reached <= most) continue;
		most = reached;
		best = connections;
	}
	const auto = new Simulation(link, work, new AutoConnections(), seed).run();
	return {ratio: worth(auto) / most, best, auto};
}

const small = {processor: 1 / 3500, intake: 600 * MiB};
const cases: ReadonlyArray<readonly [string, Link, Work, number]> = [
	[
		'small files, a store next door, the processor is the limit',
		{roundTrip: 0.0005, ...small},
		{size: () => 10 * KiB, files: 20_000},
		0.95,
	],
	['small files, 30 ms', {roundTrip: 0.03, ...small}, {size: () => 10 * KiB, files: 20_000}, 0.9],
	// six seconds, of which the first rounds of answers, that are waited for, take one
	['small files, 100 ms', {roundTrip: 0.1, ...small}, {size: () => 10 * KiB, files: 20_000}, 0.88],
	[
		'small files, 100 ms, a longer job',
		{roundTrip: 0.1, ...small},
		{size: () => 10 * KiB, files: 60_000},
		0.93,
	],
	[
		'small files, 100 ms, a thin line',
		{roundTrip: 0.1, bandwidth: 3 * MiB, ...small},
		{size: () => 10 * KiB, files: 6000},
		0.9,
	],
	[
		'images, 30 ms, a gigabit',
		{roundTrip: 0.03, bandwidth: 110 * MiB, ...small},
		{size: () => 512 * KiB, files: 4000},
		0.9,
	],
	[
		'large parts, each connection brings 8 MB/s',
		{roundTrip: 0.03, bandwidth: 110 * MiB, perConnection: 8 * MiB, ...small},
		{size: () => 8 * MiB, files: 300},
		0.9,
	],
	[
		'large parts, a thin line',
		{roundTrip: 0.03, bandwidth: 2 * MiB, ...small},
		{size: () => 8 * MiB, files: 15},
		0.9,
	],
	[
		'small and large files mixed',
		{roundTrip: 0.05, bandwidth: 100 * MiB, ...small},
		{
			size: (random) => (random() < 0.05 ? 16 * MiB * random() : KiB + 30 * KiB * random()),
			seconds: 30,
		},
		0.9,
	],
	[
		'a store that tells off beyond 1,000 requests a second',
		{roundTrip: 0.03, patience: 1000, ...small},
		{size: () => 10 * KiB, files: 20_000},
		0.9,
	],
];

for (const [name, link, work, least] of cases) {
	test(`auto reaches ${least} of the best fixed number: ${name}`, () => {
		const {ratio, best, auto} = against(link, work);
		assert.ok(ratio >= least, `${ratio.toFixed(3)} of ${best}: ${auto.numbers.join(' ')}`);
	});
}

test('on links made up at random auto reaches 0.9 of the best fixed number nearly always', () => {
	const random = randomOf(2026);
	const between = (from: number, to: number): number => from * (to / from) ** random();
	const ratios: number[] = [];
	const words: string[] = [];
	for (let round = 1; round <= 60; round++) {
		const link: Link = {
			roundTrip: between(0.0005, 0.12),
			bandwidth: between(MiB, 1000 * MiB),
			perConnection: random() < 0.5 ? between(MiB, 60 * MiB) : Infinity,
			processor: 1 / between(1500, 9000),
			intake: between(200 * MiB, 1000 * MiB),
			...(random() < 0.15 && {patience: between(200, 3000)}),
		};
		const size = between(2 * KiB, 4 * MiB);
		const isMixed = random() < 0.5;
		const work: Work = {
			size: (next) => (isMixed ? size * Math.exp((next() + next() + next() - 1.5) * 1.5) : size),
			seconds: between(10, 40),
		};
		const {ratio, best} = against(link, work, round);
		ratios.push(ratio);
		words.push(`${ratio.toFixed(3)} of ${best} at ${JSON.stringify({...link, size})}`);
	}
	ratios.sort((one, other) => one - other);
	words.sort();
	const at = (share: number): number => ratios[Math.floor(ratios.length * share)] ?? 0;
	assert.ok(at(0.5) >= 0.95, `half of them reach ${at(0.5)}`);
	assert.ok(at(0.1) >= 0.9, words.slice(0, 8).join('\n'));
	assert.ok((ratios[0] ?? 0) >= 0.5, words[0]);
});

test('next door it does not pile up connections that bring nothing', () => {
	const {auto} = against({roundTrip: 0.0005, ...small}, {size: () => 10 * KiB, seconds: 60});
	assert.ok(auto.numbers.filter((number) => number > 96).length < 20, auto.numbers.join(' '));
});

test('on a thin line it ends with few', () => {
	const link = {roundTrip: 0.05, bandwidth: MiB / 2, ...small};
	const {numbers: chosen} = new Simulation(
		link,
		{size: () => 50 * KiB, seconds: 240},
		new AutoConnections(),
	).run();
	assert.ok(
		chosen.slice(-600).every((number) => number <= 24),
		chosen.slice(-600).join(' '),
	);
});

test('a link that changes midway is noticed, whichever way it goes', () => {
	const thin: Link = {roundTrip: 0.05, bandwidth: 4 * MiB, ...small};
	const fat: Link = {roundTrip: 0.05, bandwidth: 400 * MiB, perConnection: 2 * MiB, ...small};
	const work: Work = {size: () => MiB, seconds: 80};
	for (const [before, after] of [
		[thin, fat],
		[fat, thin],
	] as const) {
		const seen = (seconds: number, chooser: AutoConnections | ReturnType<typeof fixed>): Outcome =>
			new Simulation(before, {...work, seconds}, chooser).change(30, after).run();
		const auto = seen(80, new AutoConnections()).bytes - seen(45, new AutoConnections()).bytes;
		const best = Math.max(
			...numbers.map((number) => seen(80, fixed(number)).bytes - seen(45, fixed(number)).bytes),
		);
		assert.ok(auto >= 0.85 * best, `${auto / best} from 15 s after the change on`);
	}
});

test('refusals stay rare: less than a tenth of what 256 connections draw', () => {
	const link: Link = {roundTrip: 0.03, patience: 500, ...small};
	const work: Work = {size: () => 10 * KiB, seconds: 60};
	const many = new Simulation(link, work, fixed(256)).run().refusals;
	const {refusals, files} = new Simulation(link, work, new AutoConnections()).run();
	assert.ok(refusals < many / 10, `${refusals} against ${many}`);
	assert.ok(refusals < files * 0.05, `${refusals} of ${files}`);
});

const quiet: LinkSample = {
	seconds: 0.1,
	bytes: 0,
	files: 0,
	answers: 0,
	waited: 0,
	slowDowns: 0,
	busy: 16,
};

test('never leaves 1 to its ceiling; learns nothing from lanes without work, and from silence', () => {
	assert.equal(new AutoConnections(1000, 50).connections, 50);
	assert.equal(new AutoConnections(-1).connections, 1);
	const idle = new AutoConnections();
	const silent = new AutoConnections();
	for (let beat = 0; beat < 600; beat++) {
		idle.sample({...quiet, bytes: MiB, answers: 10, waited: 1000, busy: 5});
		silent.sample(quiet);
	}
	assert.equal(idle.connections, 16);
	assert.equal(silent.connections, 16);
});

test('"slow down" lowers the number at once, and for the part of the lanes that it concerns', () => {
	const told = {...quiet, bytes: MiB, answers: 10, waited: 500, slowDowns: 5, busy: 100};
	const alone = new AutoConnections(100);
	assert.equal(alone.sample(told), 70);
	const among = new AutoConnections(100);
	assert.equal(among.sample({...told, slowShare: 0.2}), 94);
	const flooded = new AutoConnections(100);
	assert.equal(flooded.sample({...told, slowDowns: 50}), 50);
	for (let beat = 0; beat < 600; beat++)
		flooded.sample({...told, slowDowns: 50, busy: flooded.connections});
	assert.equal(flooded.connections, 4, 'a few go on: they wait each for itself');
});

test('answers that are late for a moment do not end the climb, late ones that stay do', () => {
	/** Each lane waits for its answer, which takes so long. */
	const waiting = (auto: AutoConnections, milliseconds: number): number => {
		const answers = (auto.connections * 100) / milliseconds;
		return auto.sample({
			...quiet,
			bytes: answers * 10 * KiB,
			files: answers,
			answers,
			waited: answers * milliseconds,
			busy: auto.connections,
		});
	};
	const climbed = (): {auto: AutoConnections; reached: number} => {
		const auto = new AutoConnections();
		for (let beat = 0; auto.connections < 60 && beat < 50; beat++) waiting(auto, 30);
		return {auto, reached: auto.connections};
	};
	const moment = climbed();
	for (let beat = 0; beat < 4; beat++) waiting(moment.auto, 90);
	assert.equal(moment.auto.connections, moment.reached);
	for (let beat = 0; beat < 4; beat++) waiting(moment.auto, 30);
	assert.ok(moment.auto.connections > moment.reached, `${moment.auto.connections}`);
	const lasting = climbed();
	for (let beat = 0; beat < 10; beat++) waiting(lasting.auto, 90);
	assert.ok(lasting.auto.connections < lasting.reached, `${lasting.auto.connections}`);
});
