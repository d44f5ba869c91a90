import assert from 'node:assert/strict';
import {readdir, stat, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, test} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {Bed, endOf, isRunning, killNine, seeded, until, Witness} from './bed.ts';

const KiB = 1024;
/** mixed; the largest is beyond the size from which a note lets a killed download go on */
const sizes = [
	3, 20, 300, 60, 700, 5, 90, 40, 120, 2500, 8, 15, 30, 200, 1500, 0, 1, 64, 256, 10_240,
].map((size) => size * KiB);

describe('kill -9', {timeout: 240_000}, () => {
	test('twenty times at any moment, then resume: all files right, none fetched again', async (t) => {
		await using bed = await Bed.make({keys: 160, sizes, rate: 10_000_000});
		const random = seeded(20);
		const witness = new Witness(bed, 'out');
		const begun = performance.now();
		for (let turn = 0; turn < 20; turn++) {
			// sometimes the same command again, which calls the roll anew
			const isGet = (await bed.jobs()).length === 0 || random() < 0.4;
			const running = bed.start(
				isGet ? bed.get('out', '--plain', '--connections', '8') : ['resume', '--plain'],
			);
			const asked = await bed.gets();
			// one in five dies while it starts, reads or lists
			if (random() > 0.2) {
				await until(
					async () => running.ended() || (await bed.gets()) > asked,
					'a first object is asked for',
				);
			}
			await delay(random() * 900);
			assert.equal(running.ended(), false, `${running.out()}${running.err()}`);
			await killNine(running.pid);
			await running.exit;
			// a record that says it runs would keep resume away
			const [record] = await bed.jobs();
			assert.ok(
				record === undefined || /^(interrupted|stopped)$/.test(record.state),
				record?.state,
			);
			await witness.look();
		}
		await witness.resume();
		const seconds = ((performance.now() - begun) / 1000).toFixed(0);
		t.diagnostic(`${await witness.account()}; ${seconds} s`);
		assert.equal(witness.looks, 20);
		assert.ok(witness.midFile >= 5, `${witness.midFile} kills hit a file half here`);
		assert.ok(witness.finished >= 40, `${witness.finished} files were finished before a kill`);
		// and the proof can fail: what is fetched again on purpose is seen
		const anew = await bed.run(bed.get('out', '--plain', '--overwrite', 'always'));
		assert.equal(anew.code, 0, anew.err);
		assert.equal((await witness.again()).length, witness.finished);
	});

	test('interface, engine or both, at any moment, then resume', async (t) => {
		await using bed = await Bed.make({keys: 160, sizes, rate: 8_000_000});
		const random = seeded(9);
		const witness = new Witness(bed, 'out');
		const begun = performance.now();
		for (let turn = 0; turn < 9; turn++) {
			const words = turn % 3 === 0 ? bed.get('out') : ['resume'];
			const asked = await bed.gets();
			const tty = bed.tty(words);
			await until(
				async () => (await bed.gets()) > asked || tty.ended !== undefined,
				'a first object',
			);
			assert.equal(tty.ended, undefined, tty.scrollback().join('\n'));
			const engine = await bed.enginePid();
			await delay(random() * 500);
			const victim = ['engine', 'interface', 'both'][turn % 3];
			if (victim !== 'engine') await killNine(tty.pid);
			if (victim === 'interface') {
				// nobody looks, the work goes on
				const before = await bed.gets();
				await until(async () => (await bed.gets()) > before + 2, 'the engine goes on by itself');
				assert.ok(await isRunning(engine));
			}
			await killNine(engine);
			if (victim === 'engine') {
				assert.equal((await endOf(tty)).code, 1);
				assert.match(tty.scrollback().join('\n'), /engine of this job has ended unexpectedly/);
			}
			await witness.look();
		}
		await witness.resume();
		const seconds = ((performance.now() - begun) / 1000).toFixed(0);
		t.diagnostic(`${await witness.account()}; ${seconds} s`);
	});
});

describe('two engines never work on one folder', {timeout: 120_000}, () => {
	/** Every file of the folder with its size and time; the owner's heartbeat moves by itself. */
	async function facts(folder: string): Promise<string[]> {
		const entries = await readdir(folder, {recursive: true, withFileTypes: true});
		const names = entries
			// what the running job itself writes as time goes on: its heartbeat and the time it took
			.filter((one) => one.isFile() && !/^(?:owner\.json|ledger\.sqlite-)/.test(one.name))
			.map((one) => path.join(one.parentPath, one.name));
		const lines = names.map(async (name) => {
			const {size, mtimeMs} = await stat(name);
			return `${name} ${size} ${mtimeMs}`;
		});
		return (await Promise.all(lines)).sort();
	}

	test('the second one says so and touches nothing; after kill -9 of the first it works', async () => {
		await using bed = await Bed.make({
			keys: 8,
			sizes: [1000, 400_000],
			// the larger files stand still half-way, and with them the folder
			rules: [{action: {type: 'stall', afterBytes: 300_000}}],
		});
		const first = bed.start(bed.get('out', '--plain', '--connections', '8'));
		await until(async () => (await bed.files('out')).length === 4, 'the small files');
		await until(async () => (await bed.partBytes('out')) > 0, 'the large ones begun');
		let before: string[] = [];
		await until(async () => {
			const now = await facts(bed.folder('out'));
			const isSame = now.join() === before.join();
			before = now;
			if (!isSame) await delay(300);
			return isSame;
		}, 'a folder at rest');
		for (const words of [bed.get('out', '--plain'), bed.get('out', '--json'), ['resume']]) {
			const second = await bed.run(words);
			assert.equal(second.code, 2, second.out + second.err);
			assert.match(second.err, /Another muster works on .*out|Job 1 is running/);
			assert.match(second.err, /muster attach/);
		}
		const dashboard = bed.tty(bed.get('out'));
		assert.equal((await endOf(dashboard)).code, 2);
		assert.match(dashboard.scrollback().join(' '), /Another muster works on/);
		assert.deepEqual(await facts(bed.folder('out')), before);
		assert.equal((await bed.jobs()).length, 1);
		assert.equal(first.ended(), false);

		await killNine(first.pid);
		await bed.rules();
		const begun = performance.now();
		const next = await bed.run(bed.get('out', '--plain'));
		assert.equal(next.code, 0, next.err);
		assert.ok(performance.now() - begun < 8000, 'at once');
		assert.deepEqual(await bed.faults('out'), []);
	});

	test('the owner file of another host: a dead one is passed over, a living one is respected', async () => {
		await using bed = await Bed.make({keys: 4, sizes: [1000]});
		assert.equal((await bed.run(bed.get('out', '--plain'))).code, 0);
		const file = path.join(bed.folder('out'), '.muster', 'owner.json');
		const owner = (beat: number) =>
			JSON.stringify({host: 'elsewhere', pid: 1, job: 1, beat: `x-${beat}`});

		await writeFile(file, owner(1));
		const longAgo = new Date(Date.now() - 3_600_000);
		await utimes(file, longAgo, longAgo);
		const begun = performance.now();
		assert.equal((await bed.run(bed.get('out', '--plain'))).code, 0);
		assert.ok(performance.now() - begun < 8000, 'at once');

		let beat = 2;
		await writeFile(file, owner(beat));
		const heart = setInterval(() => void writeFile(file, owner(++beat)), 400);
		const refused = await bed.run(bed.get('out', '--plain')).finally(() => clearInterval(heart));
		assert.equal(refused.code, 2, refused.err);
		assert.match(refused.err, /Another muster works on .*out \(on elsewhere\)/);
	});
});
