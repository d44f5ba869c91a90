import assert from 'node:assert/strict';
import {test} from 'node:test';
import {AutoConnections} from '../../source/transfer/auto-connections.ts';

const MiB = 1024 * 1024;

/** A link where each connection brings `each` up to `most` in all, and more than `patient` are told off. */
function link(each: number, most: number, patient = Infinity) {
	return (connections: number) => ({
		bytesPerSecond: Math.min(connections * each, most),
		filesPerSecond: 0,
		slowDowns: connections > patient ? 3 : 0,
		openFiles: connections,
	});
}

function drive(
	controller: AutoConnections,
	answer: ReturnType<typeof link>,
	seconds: number,
): number[] {
	return Array.from({length: seconds}, () => controller.sample(answer(controller.connections)));
}

void test('climbs to where the link is full, and not far beyond', () => {
	const numbers = drive(new AutoConnections(), link(MiB, 60 * MiB), 120);
	const late = numbers.slice(60);
	assert.ok(Math.min(...late) >= 54, `${Math.min(...late)}`);
	assert.ok(Math.max(...late) <= 60 * 1.5 * 1.5, `${Math.max(...late)}`);
	const mean = late.reduce((sum, number) => sum + Math.min(60, number), 0) / late.length;
	assert.ok(mean >= 0.9 * 60);
});

void test('goes up to 256 on a fat link within half a minute, and stays there', () => {
	const numbers = drive(new AutoConnections(), link(MiB, Infinity), 60);
	assert.ok(numbers.indexOf(256) < 30);
	assert.equal(numbers.at(-1), 256);
});

void test('on a thin line it does not pile up connections', () => {
	const numbers = drive(new AutoConnections(), link(MiB, 2 * MiB), 120);
	assert.ok(numbers.filter((number) => number > 16).length < 30);
});

void test('backs off at once when told to slow down, and does not hammer on', () => {
	const controller = new AutoConnections();
	const numbers = drive(controller, link(MiB, Infinity, 50), 200);
	const told = numbers.filter((number) => number > 50).length;
	assert.ok(told <= 12, `${told} seconds too many`);
	assert.ok(Math.min(...numbers.slice(20)) >= 24);
});

void test('never leaves 1 to 256, and learns nothing from idle seconds', () => {
	const controller = new AutoConnections(1000);
	assert.equal(controller.connections, 256);
	for (let second = 0; second < 100; second++) {
		controller.sample({bytesPerSecond: 0, filesPerSecond: 0, slowDowns: 1, openFiles: 5});
	}
	assert.equal(controller.connections, 1);
	const idle = new AutoConnections();
	drive(idle, (connections) => ({...link(MiB, MiB)(connections), openFiles: 2}), 50);
	assert.equal(idle.connections, 16);
});

void test('finds a link again that has grown', () => {
	const controller = new AutoConnections();
	drive(controller, link(MiB, 20 * MiB), 60);
	assert.ok(controller.connections <= 36);
	drive(controller, link(MiB, 120 * MiB), 180);
	assert.ok(controller.connections >= 100, `${controller.connections}`);
});
