import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {Bed, endOf, isRunning, killNine, seeded, until} from './bed.ts';

const KiB = 1024;
/** mixed; the largest is beyond the size from which a note lets a killed download go on */
const sizes = [
	3, 20, 300, 60, 700, 5, 90, 40, 120, 2500, 8, 15, 30, 200, 1500, 0, 1, 64, 256, 10_240,
].map((size) => size * KiB);

/** What was finished when something was killed, and what became of it. */
class Witness {
	readonly #bed: Bed;
	readonly #to: string;
	/** by finished file: how often it had been asked for when it was first seen finished */
	readonly #finished = new Map<string, number>();
	kills = 0;
	/** kills that found the beginning of a file on disk */
	midFile = 0;

	constructor(bed: Bed, to: string) {
		this.#bed = bed;
		this.#to = to;
	}

	get finished(): number {
		return this.#finished.size;
	}

	/** After a kill: what lies under a final name is whole, and must not be asked for again. */
	async look(): Promise<void> {
		this.kills++;
		if ((await this.#bed.partBytes(this.#to)) > 0) this.midFile++;
		const gets = await this.#bed.getsByKey();
		const fresh = (await this.#bed.files(this.#to)).filter((name) => !this.#finished.has(name));
		assert.deepEqual(await this.#bed.wrong(this.#to, fresh), [], 'every final name is whole');
		for (const name of fresh) this.#finished.set(name, gets.get(name)?.requests ?? 0);
	}

	/** Finished files that were asked for once more after a kill. */
	async again(): Promise<string[]> {
		const gets = await this.#bed.getsByKey();
		return [...this.#finished]
			.filter(([name, before]) => (gets.get(name)?.requests ?? 0) > before)
			.map(([name]) => name);
	}

	async account(): Promise<string> {
		const gets = [...(await this.#bed.getsByKey()).values()];
		const complete = gets.reduce((sum, one) => sum + one.complete, 0);
		const requests = gets.reduce((sum, one) => sum + one.requests, 0);
		return `${this.kills} kills (${this.midFile} with a file half here); ${this.finished} files finished before one; ${(await this.again()).length} of these fetched again; ${requests} GETs, ${complete} complete, for ${this.#bed.keys().length} files`;
	}
}

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
			await witness.look();
		}
		await bed.throttle({rate: 0});
		const last = await bed.run(['resume', '--plain']);
		assert.equal(last.code, 0, last.out + last.err);
		assert.deepEqual(await bed.faults('out'), []);
		assert.deepEqual(await witness.again(), []);
		const seconds = ((performance.now() - begun) / 1000).toFixed(0);
		t.diagnostic(`${await witness.account()}; ${seconds} s`);
		assert.equal(witness.kills, 20);
		assert.ok(witness.midFile >= 5, `${witness.midFile} kills hit a file half here`);
		assert.ok(witness.finished >= 40, `${witness.finished} files were finished before a kill`);
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
		await bed.throttle({rate: 0});
		const last = await bed.run(['resume', '--plain']);
		assert.equal(last.code, 0, last.out + last.err);
		assert.deepEqual(await bed.faults('out'), []);
		assert.deepEqual(await witness.again(), []);
		const seconds = ((performance.now() - begun) / 1000).toFixed(0);
		t.diagnostic(`${await witness.account()}; ${seconds} s`);
	});
});
