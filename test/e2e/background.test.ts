import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {describe, test} from 'node:test';
import type {Tty} from '../helpers/tty.ts';
import {childOf} from '../helpers/tty-held.ts';
import {Bed, endOf, isRunning, killNine, until, Witness} from './bed.ts';

const files = {keys: 120, sizes: [30_000, 5000, 120_000], rate: 600_000} as const;

/** The dashboard's count of files, or -1 while there is none on the screen. */
function shownDone(tty: Tty): number {
	const [, done] = /(\d+) of 120 files/.exec(tty.screen().join('\n')) ?? [];
	return done === undefined ? -1 : Number(done);
}

/** The dashboard tells the folder's truth: its count lies between two looks at the folder. */
async function tellsTheTruth(bed: Bed, tty: Tty): Promise<void> {
	await until(async () => {
		const before = (await bed.files('out')).length;
		const shown = shownDone(tty);
		// half a second of drawing and of results on their way
		return shown > 0 && shown <= (await bed.files('out')).length && shown >= before - 12;
	}, 'the count of the dashboard is that of the folder');
}

/** Seconds of processor time that a process has used. */
async function cpuSeconds(pid: number): Promise<number> {
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function underWay(bed: Bed, more: readonly string[] = []): Promise<Tty> {
	const tty = bed.tty(bed.get('out', ...more));
	await tty.until(/b background/);
	await until(async () => (await bed.files('out')).length >= 5, 'five files');
	return tty;
}

async function finishes(bed: Bed): Promise<void> {
	const witness = new Witness(bed, 'out');
	await witness.look();
	await bed.throttle({rate: 0});
	await bed.job((record) => record.state === 'finished', 30_000);
	assert.deepEqual(await bed.faults('out'), []);
	// what is slow at the end may be asked for again, over a connection that is cut then
	assert.deepEqual(await witness.again(), [], 'finished files that were fetched again');
}

describe('a job without its terminal', {timeout: 240_000}, () => {
	test('b: the prompt within 1 s; jobs, attach and its ways out; the job goes on', async (t) => {
		await using bed = await Bed.make({...files, rate: 250_000});
		const tty = await underWay(bed);
		const engine = await bed.enginePid();
		const begun = performance.now();
		tty.key('b');
		assert.equal((await endOf(tty)).code, 0);
		const seconds = (performance.now() - begun) / 1000;
		assert.ok(seconds < 1, `${seconds} s`);
		const left = tty.scrollback().join('\n');
		assert.match(left, /Job 1 goes on; `muster attach 1` opens it/);
		assert.doesNotMatch(left, /muster resume/);
		assert.match((await bed.run(['jobs'])).out, /1 {2}running .*\n[^]*muster attach 1/);

		for (const leave of ['Esc', 'q, then 1', 'b', 'kill -9']) {
			const again = bed.tty(['attach', '1']);
			await again.until(/Downloading/);
			await tellsTheTruth(bed, again);
			if (leave === 'Esc') {
				again.key('escape');
				await again.until(/Jobs|History|Past/i);
				again.key('escape', 'escape', 'escape', 'escape', 'escape');
				await again.quiet(100);
				assert.equal(again.ended, undefined, 'Esc never quits');
				await killNine(again.pid);
			} else if (leave === 'kill -9') await killNine(again.pid);
			else {
				again.key(leave === 'b' ? 'b' : 'q');
				if (leave !== 'b') {
					await again.until(/A download is running/);
					again.key('1');
				}
				assert.equal((await endOf(again)).code, 0, leave);
			}
			const asked = await bed.gets();
			await until(async () => (await bed.gets()) > asked, `it goes on after ${leave}`);
			assert.ok(await isRunning(engine));
		}
		await finishes(bed);
		await until(async () => !(await isRunning(engine)), 'the engine ends with its job');
		t.diagnostic(`prompt back after ${seconds.toFixed(2)} s`);
	});

	test('the terminal is gone: the job goes on, the next muster offers it, and it completes', async (t) => {
		await using bed = await Bed.make(files);
		const tty = await underWay(bed);
		const engine = await bed.enginePid();
		tty.hangUp();
		await until(async () => !(await isRunning(tty.pid)), 'the end of the interface');
		const asked = await bed.gets();
		const cpu = await cpuSeconds(engine);
		const begun = performance.now();
		await until(async () => (await bed.gets()) > asked + 15, 'the job goes on');
		const share = (await cpuSeconds(engine)) - cpu;
		const load = (100 * share * 1000) / (performance.now() - begun);
		assert.ok(load < 30, `${load} % CPU`);

		const next = bed.tty([]);
		await next.until(/Job 1 is running: \d+ of 120 files/);
		next.key('enter');
		await next.until(/Downloading/);
		await tellsTheTruth(bed, next);
		await bed.throttle({rate: 0});
		assert.equal((await endOf(next)).code, 0);
		assert.match(next.scrollback().join('\n'), /muster job 1: 120 of 120 files/);
		await finishes(bed);
		t.diagnostic(`${load.toFixed(0)} % CPU while nobody watches`);
	});

	test('SIGHUP alone, and nobody comes back: it completes by itself', async () => {
		await using bed = await Bed.make(files);
		const tty = await underWay(bed);
		const engine = await bed.enginePid();
		tty.kill('SIGHUP');
		assert.equal((await endOf(tty)).code, 129);
		assert.ok(await isRunning(engine));
		await finishes(bed);
		await until(async () => !(await isRunning(engine)), 'the end of the engine');
		assert.match((await bed.run(['jobs'])).out, /1 {2}finished .*120 of 120/);
	});

	test('--on-hangup=stop: saved and stopped, no process stays, resume goes on', async (t) => {
		await using bed = await Bed.make(files);
		const tty = await underWay(bed, ['--on-hangup', 'stop']);
		const engine = await bed.enginePid();
		tty.hangUp();
		await until(async () => !(await isRunning(engine)), 'the end of the engine');
		assert.equal((await bed.job()).state, 'stopped');
		const witness = new Witness(bed, 'out');
		await witness.look();
		await witness.resume();
		t.diagnostic(await witness.account());
	});

	test('--on-hangup=stop does not stop a job that was sent to the background', async () => {
		await using bed = await Bed.make(files);
		const tty = await underWay(bed, ['--on-hangup', 'stop']);
		tty.key('b');
		assert.equal((await endOf(tty)).code, 0);
		await finishes(bed);
	});

	test('kill -9 of the interface: the engine goes on and attach finds it', async () => {
		await using bed = await Bed.make(files);
		const tty = await underWay(bed);
		await killNine(tty.pid);
		const again = bed.tty(['attach']);
		await again.until(/Downloading/);
		await tellsTheTruth(bed, again);
		await bed.throttle({rate: 0});
		assert.equal((await endOf(again)).code, 0);
		await finishes(bed);
	});

	test('SIGTERM of the engine saves; no socket stays behind', async () => {
		await using bed = await Bed.make(files);
		const tty = await underWay(bed);
		tty.key('b');
		assert.equal((await endOf(tty)).code, 0);
		const {socket} = await bed.job((record) => record.socket !== null);
		assert.ok(socket !== null && existsSync(socket));
		const engine = await bed.enginePid();
		process.kill(engine, 'SIGTERM');
		await until(async () => !(await isRunning(engine)), 'the end of the engine', 3000);
		assert.equal((await bed.job()).state, 'stopped');
		assert.equal(existsSync(socket), false);
		const witness = new Witness(bed, 'out');
		await witness.look();
		await witness.resume();
	});

	test('kill -9 of the interface during the roll call: no engine is left behind', async () => {
		await using bed = await Bed.make({
			...files,
			rules: [{match: {operation: 'ListObjectsV2'}, action: {type: 'stall'}}],
		});
		const tty = bed.tty(bed.get('out'));
		await until(
			async () => ((await bed.stats()).operations.ListObjectsV2 ?? 0) > 0,
			'the listing has begun',
		);
		const engine = childOf(tty.pid) ?? 0;
		assert.ok(await isRunning(engine));
		await killNine(tty.pid);
		await until(async () => !(await isRunning(engine)), 'the end of the engine', 5000);
		await bed.rules();
		await bed.throttle({rate: 0});
		assert.equal((await bed.run(bed.get('out', '--plain'))).code, 0);
	});

	test('a paused job in the background is offered to be watched, and goes on there', async () => {
		await using bed = await Bed.make(files);
		const tty = await underWay(bed);
		tty.key('p');
		await tty.until(/Paused/);
		tty.key('b');
		assert.equal((await endOf(tty)).code, 0);
		const next = bed.tty([]);
		await next.until(/Job 1 is paused/);
		next.key('enter');
		await next.until(/Paused/);
		next.key('p');
		await next.until(/Downloading/);
		await bed.throttle({rate: 0});
		assert.equal((await endOf(next)).code, 0);
		assert.deepEqual(await bed.faults('out'), []);
	});

	test('a terminal that is not read for 15 s holds nothing up; read again, it shows the present', async (t) => {
		await using bed = await Bed.make({...files, sizes: [20_000], rate: 80_000});
		const tty = await underWay(bed);
		tty.stopReading();
		const begun = performance.now();
		// whole repaints fill whatever lies between the program and the one who does not read
		let pressed = 0;
		await until(
			async () => {
				if (pressed++ < 100) tty.key('ctrl+l');
				return performance.now() - begun > 16_000;
			},
			'sixteen seconds',
			20_000,
		);
		const written = tty.bytes;
		const done = (await bed.files('out')).length;
		assert.ok(done > 30, `${done} files`);
		tty.readAgain();
		await tty.until(() => shownDone(tty) >= done - 1, 2000);
		await tellsTheTruth(bed, tty);
		await bed.throttle({rate: 0});
		assert.equal((await endOf(tty)).code, 0);
		await finishes(bed);
		t.diagnostic(`${done} files after 16 s without a reader, ${written} bytes taken until then`);
	});

	test('a job that ends while nobody reads its terminal is complete, and says so by its status', async () => {
		await using bed = await Bed.make(files);
		const tty = await underWay(bed);
		tty.stopReading();
		await finishes(bed);
		await until(async () => !(await isRunning(tty.pid)), 'the end of the interface');
		tty.readAgain();
		assert.equal((await endOf(tty)).code, 0);
	});
});
