import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {guardUntilShown} from '../../source/commands/interruption.ts';
import type {EngineClient} from '../../source/job/link/messages.ts';

test('a signal while the dashboard loads: it never takes the terminal, and the last words come before the end', async (t) => {
	const told: string[] = [];
	let stopped: () => void = () => {};
	const client = {
		getSnapshot: () => ({job: 7}),
		call: async (name: string) => {
			told.push(name);
			await new Promise<void>((resolve) => {
				stopped = resolve;
			});
		},
	} as unknown as EngineClient;
	t.mock.method(process, 'exit', (code: number) => {
		told.push(`exit ${code}`);
	});
	const guard = guardUntilShown(client, 'background', (text) => told.push(text));
	try {
		await guard.mayShow();
		process.emit('SIGINT');
		let isShown = false;
		void (async () => {
			await guard.mayShow();
			isShown = true;
		})();
		process.emit('SIGINT');
		await delay(20);
		assert.deepEqual([told, isShown], [['stop'], false]);
		stopped();
		await delay(20);
		assert.deepEqual(told, [
			'stop',
			'stopped, everything is saved; muster resume 7 goes on',
			'exit 130',
		]);
		assert.equal(isShown, false);
	} finally {
		guard.remove();
	}
	assert.equal(process.listenerCount('SIGINT'), 0);
});
