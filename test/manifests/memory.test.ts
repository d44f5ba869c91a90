import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {createWriteStream} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {after, before, suite, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const rows = Number(process.env['MUSTER_TEST_ROWS'] ?? 300_000);
const measure = fileURLToPath(new URL('../fixtures/manifests/measure-csv.ts', import.meta.url));

function* table() {
	yield 'actor,take_id,file,note\r\n';
	for (let start = 0; start < rows; start += 1000) {
		let piece = '';
		for (let n = start; n < Math.min(rows, start + 1000); n++) {
			piece += `actor_${n % 287},T-${n},sessions/2025/actor_${n % 287}/take_${n}.wav,"a note, with ""quotes""\r\nin two lines ${n}"\r\n`;
		}

		yield piece;
	}

	yield 'one,row,too,many,cells\r\n';
}

suite(`a CSV of ${rows} rows in bounded memory`, () => {
	let folder = '';
	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'muster-large-'));
		await pipeline(Readable.from(table()), createWriteStream(join(folder, 'large.csv')));
	});
	after(() => rm(folder, {recursive: true, force: true}));

	for (const [what, items, problems] of [
		['read', rows, 1],
		['inspect', rows, 1],
		['resolve', rows * 2 + 2, 0],
	] as const) {
		test(what, async (context) => {
			const {stdout} = await promisify(execFile)(process.execPath, [
				'--import=tsx',
				measure,
				join(folder, 'large.csv'),
				what,
			]);
			const measured = JSON.parse(stdout) as {
				items: number;
				problems: number;
				seconds: number;
				rss: number;
			};
			context.diagnostic(stdout.trim());
			assert.deepEqual([measured.items, measured.problems], [items, problems]);
			assert.ok(measured.rss < 200, `${measured.rss} MB resident`);
		});
	}
});
