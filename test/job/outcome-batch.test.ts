import assert from 'node:assert/strict';
import {afterEach, beforeEach, mock, test} from 'node:test';
import {OutcomeBatch} from '../../source/job/outcome-batch.ts';
import type {Outcomes} from '../../source/ledger/ledger.ts';

const failed = (id: number): Outcomes['failed'][number] => ({
	id,
	attempts: 1,
	error: {code: 'network', message: 'gone'},
});

function recorder(): {
	batch: OutcomeBatch;
	written: number[][];
	errors: unknown[];
	refuse: (isFull: boolean) => void;
} {
	const written: number[][] = [];
	const errors: unknown[] = [];
	let isFull = false;
	const ledger = {
		record(outcomes: Outcomes) {
			if (isFull) throw new Error('full');
			written.push(outcomes.failed.map(({id}) => id));
		},
	};
	const batch = new OutcomeBatch(ledger, (error) => errors.push(error));
	return {batch, written, errors, refuse: (value) => (isFull = value)};
}

let now = 1000;
beforeEach(() => {
	now = 1000;
	mock.timers.enable({apis: ['setTimeout']});
	mock.method(performance, 'now', () => now);
});
afterEach(() => {
	mock.timers.reset();
	mock.restoreAll();
});

const pass = (milliseconds: number): void => {
	now += milliseconds;
	mock.timers.tick(milliseconds);
};

test('after a quiet moment an outcome is written at once, the next ones together within a tenth of a second', () => {
	const {batch, written} = recorder();
	batch.failed(failed(1));
	assert.equal(batch.writeInTime(), true);
	assert.deepEqual(written, [[1]]);
	batch.failed(failed(2));
	batch.writeInTime();
	pass(50);
	batch.failed(failed(3));
	batch.writeInTime();
	assert.deepEqual(written, [[1]]);
	pass(50);
	assert.deepEqual(written, [[1], [2, 3]]);
	pass(1000);
	assert.equal(written.length, 2, 'nothing is written twice');
});

test('a thousand outcomes wait for nobody', () => {
	const {batch, written} = recorder();
	batch.failed(failed(0));
	batch.writeInTime();
	for (let id = 1; id <= 1000; id++) batch.failed(failed(id));
	batch.writeInTime();
	assert.equal(written[1]?.length, 1000);
});

test('what is refused is told, kept, and written in its order once there is room', () => {
	const {batch, written, errors, refuse} = recorder();
	refuse(true);
	batch.failed(failed(1));
	assert.equal(batch.writeInTime(), false);
	assert.equal(errors.length, 1);
	batch.failed(failed(2));
	assert.equal(batch.writeInTime(), false, 'with no new patience while the disk is full');
	refuse(false);
	assert.equal(batch.write(), true);
	assert.deepEqual(written, [[1, 2]]);
});
