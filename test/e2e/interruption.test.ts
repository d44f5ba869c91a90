import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {Bed, endOf, isRunning, until, Witness, type Running} from './bed.ts';

/** one long file among short ones: what is open ends soon, and the job is still stopping */
const oneLong = [3_000_000, ...Array.from({length: 39}, () => 20_000)];
/** files that stand still half-way and files that take long: nothing ends by itself within seconds */
const stalling = {
	keys: 40,
	sizes: [2000, 6_000_000, 400_000, 10_000],
	rate: 700_000,
	rules: [{match: {key: '*2.jpg'}, action: {type: 'stall', afterBytes: 300_000}}],
} as const;

async function underWay(bed: Bed): Promise<void> {
	await until(async () => (await bed.files('out')).length >= 6, 'six files', 30_000);
	await until(async () => (await bed.partBytes('out')) > 0, 'a larger one begun', 30_000);
}

describe('Ctrl+C in the dashboard', {timeout: 180_000}, () => {
	test('once: no new file opens, the footer says so, p goes on; twice: 130 within 3 s', async (t) => {
		await using bed = await Bed.make({keys: 200, sizes: oneLong, rate: 250_000});
		const tty = bed.tty(bed.get('out', '--connections', '4'));
		await tty.until(/b background/);
		await bed.untilGets(12);
		tty.key('ctrl+c');
		await tty.until(/Stopping: \d+ files? open\. Ctrl\+C again quits now, p goes on/);
		await tty.until(/Stopping: 1 file open\. Ctrl\+C again quits now, p goes on/, 20_000);
		const asked = await bed.gets();
		const bytes = await bed.partBytes('out');
		await until(
			async () => (await bed.partBytes('out')) > bytes + 250_000,
			'the open file goes on',
		);
		assert.equal(await bed.gets(), asked, 'no new file is opened while it stops');

		tty.key('p');
		await until(async () => (await bed.gets()) > asked + 5, 'new files are opened again');
		await tty.until((one) => !/Stopping|Ctrl\+C again/.test(one.screen().join('\n')));

		tty.key('ctrl+c');
		await tty.until(/Stopping/);
		const begun = performance.now();
		tty.key('ctrl+c');
		assert.equal((await endOf(tty)).code, 130);
		const seconds = (performance.now() - begun) / 1000;
		assert.ok(seconds < 3, `${seconds} s`);
		assert.match(tty.scrollback().join('\n'), /muster resume 1/);
		const witness = new Witness(bed, 'out');
		await witness.look();
		await witness.resume();
		t.diagnostic(`left ${seconds.toFixed(2)} s after the second; ${await witness.account()}`);
	});

	test('once, and what is open ends: it leaves by itself with 130', async () => {
		await using bed = await Bed.make({keys: 200, sizes: [20_000], rate: 200_000});
		const tty = bed.tty(bed.get('out', '--connections', '4'));
		await tty.until(/b background/);
		await bed.untilGets(8);
		tty.key('ctrl+c');
		assert.equal((await endOf(tty)).code, 130);
		const witness = new Witness(bed, 'out');
		await witness.look();
		assert.ok(witness.finished < 200);
		await witness.resume();
	});

	for (const [name, press, code] of [
		['Ctrl+C twice', (tty: ReturnType<Bed['tty']>) => tty.key('ctrl+c', 'ctrl+c'), 130],
		['SIGTERM', (tty: ReturnType<Bed['tty']>) => tty.kill('SIGTERM'), 143],
	] as const)
		test(`${name} with stalled connections and large files: parked within 2 s, ${code}`, async (t) => {
			await using bed = await Bed.make(stalling);
			const tty = bed.tty(bed.get('out', '--connections', '12'));
			await underWay(bed);
			const engine = await bed.enginePid();
			const begun = performance.now();
			press(tty);
			assert.equal((await endOf(tty)).code, code);
			const seconds = (performance.now() - begun) / 1000;
			assert.ok(seconds < 2.5, `${seconds} s`);
			await until(async () => !(await isRunning(engine)), 'the end of the engine', 3000);
			assert.equal((await bed.job()).state, 'stopped');
			assert.match(tty.scrollback().join('\n'), /muster resume 1/);
			const witness = new Witness(bed, 'out');
			await witness.look();
			await witness.resume();
			t.diagnostic(`${seconds.toFixed(2)} s; ${await witness.account()}`);
		});

	test('while the dashboard loads, at any moment: stopped, and the last words stay', async () => {
		await using bed = await Bed.make(stalling);
		for (const after of [0, 60, 120, 180, 240, 300, 360, 480]) {
			const tty = bed.tty(bed.get(`out-${after}`, '--connections', '12'));
			await until(async () => (await bed.files(`out-${after}`)).length > 0, 'a first file');
			const begun = performance.now();
			await until(() => performance.now() - begun >= after, 'the moment');
			tty.key('ctrl+c', 'ctrl+c');
			assert.equal((await endOf(tty)).code, 130, `after ${after} ms`);
			assert.match(tty.scrollback().join('\n'), /muster resume \d/, `after ${after} ms`);
		}
	});

	test('a third press leaves at once, and still nothing is lost', async () => {
		await using bed = await Bed.make(stalling);
		const tty = bed.tty(bed.get('out', '--connections', '12'));
		await underWay(bed);
		const engine = await bed.enginePid();
		tty.key('ctrl+c', 'ctrl+c', 'ctrl+c');
		assert.equal((await endOf(tty)).code, 130);
		await until(async () => !(await isRunning(engine)), 'the end of the engine');
		const witness = new Witness(bed, 'out');
		await witness.look();
		await witness.resume();
	});
});

describe('signals without a dashboard', {timeout: 180_000}, () => {
	const ways: readonly (readonly [string, (one: Running) => Promise<void>, number])[] = [
		['SIGINT once', async (one) => one.kill('SIGINT'), 130],
		[
			'SIGINT twice',
			async (one) => {
				one.kill('SIGINT');
				await until(() => one.err().includes('stopping: no new files'), 'the first words');
				// two within a fifth of a second count as one press: a terminal and npm both send it
				const pressed = performance.now();
				await until(() => performance.now() - pressed > 250, 'a second press');
				one.kill('SIGINT');
			},
			130,
		],
		['SIGTERM', async (one) => one.kill('SIGTERM'), 143],
		['SIGHUP', async (one) => one.kill('SIGHUP'), 129],
	];
	for (const [name, send, code] of ways)
		test(`${name}: status ${code}, saved, and resume goes on`, async (t) => {
			await using bed = await Bed.make(stalling);
			const running = bed.start(bed.get('out', '--json', '--connections', '12'));
			await underWay(bed);
			const begun = performance.now();
			await send(running);
			const end = await running.exit;
			const seconds = (performance.now() - begun) / 1000;
			assert.deepEqual(end, {code, signal: null}, running.err());
			assert.ok(seconds < (name === 'SIGINT twice' ? 1.8 : 3), `${seconds} s`);
			const last = JSON.parse(running.out().trim().split('\n').at(-1) ?? '{}') as {
				type?: string;
				exit_code?: number;
			};
			assert.deepEqual([last.type, last.exit_code], ['summary', code]);
			assert.match(running.err(), /stopping/);
			assert.equal((await bed.job()).state, 'stopped');
			const witness = new Witness(bed, 'out');
			await witness.look();
			await witness.resume();
			t.diagnostic(`${seconds.toFixed(2)} s; ${await witness.account()}`);
		});

	test('plain lines in a terminal that goes away: saved, no process stays, resume goes on', async (t) => {
		await using bed = await Bed.make(stalling);
		const tty = bed.tty(bed.get('out', '--plain', '--connections', '12'));
		await underWay(bed);
		const begun = performance.now();
		tty.hangUp();
		await until(async () => !(await isRunning(tty.pid)), 'the end of muster', 4000);
		const seconds = (performance.now() - begun) / 1000;
		assert.equal((await bed.job()).state, 'stopped');
		const witness = new Witness(bed, 'out');
		await witness.look();
		await witness.resume();
		t.diagnostic(`${seconds.toFixed(2)} s; ${await witness.account()}`);
	});

	for (const [when, from] of [
		['while the bucket is looked at', 1],
		['in the roll call', 2],
	] as const)
		test(`Ctrl+C ${when}: 130, nothing is downloaded, in lines and before the dashboard`, async () => {
			await using bed = await Bed.make(stalling);
			for (const more of [['--plain'], ['--json'], []]) {
				await bed.rules({match: {operation: 'ListObjectsV2', from}, action: {type: 'stall'}});
				const lists = async () => (await bed.stats()).operations.ListObjectsV2 ?? 0;
				const before = await lists();
				const tty = bed.tty(bed.get('out', ...more));
				await until(async () => (await lists()) >= before + from, 'the listing has begun');
				const begun = performance.now();
				tty.key('ctrl+c');
				assert.equal((await endOf(tty)).code, 130);
				assert.ok(performance.now() - begun < 3000);
			}
			assert.equal(await bed.gets(), 0);
			assert.deepEqual(await bed.files('out'), []);
		});
});
