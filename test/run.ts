/**
 * `npm test`: all tests, two files at a time, or those named: `npm test -- test/model/path.test.ts`.
 *
 * Many of them drive real programs and look at the clock. A file that failed beside others is run
 * again alone, once: what fails again fails, what passes then is told as what it is, a test that
 * minds its neighbours.
 */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

const everything = ['test/**/*.test.ts', 'test/**/*.test.tsx'];
/** more failed files than this are no matter of neighbours */
const fewest = 5;

const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith('-'));
const named = words.filter((word) => !word.startsWith('-'));
const scratch = mkdtempSync(path.join(tmpdir(), 'muster-tests-'));

const first = run(2, named.length > 0 ? named : everything);
let status = first.status;
if (status !== 0 && first.failed.length > 0 && first.failed.length <= fewest) {
	console.log(`\nAgain, each alone:\n${list(first.failed)}\n`);
	const second = run(1, first.failed);
	status = second.status;
	const passed = first.failed.filter((file) => !second.failed.includes(file));
	if (passed.length > 0)
		console.log(`\nFailed beside others and passed alone (mind them):\n${list(passed)}`);
	if (second.failed.length > 0) console.log(`\nFailed twice:\n${list(second.failed)}`);
}
rmSync(scratch, {recursive: true, force: true});
process.exitCode = status;

function run(together: number, files: readonly string[]): {status: number; failed: string[]} {
	const failed = path.join(scratch, `failed-${together}`);
	const {status} = spawnSync(
		process.execPath,
		[
			'--import=tsx',
			'--test',
			`--test-concurrency=${together}`,
			// of a file: one that hangs ends, and says which it was
			'--test-timeout=600000',
			'--test-reporter=spec',
			'--test-reporter-destination=stdout',
			'--test-reporter=./test/helpers/failed-files.ts',
			`--test-reporter-destination=${failed}`,
			...options,
			...files,
		],
		{stdio: 'inherit'},
	);
	return {status: status ?? 1, failed: readFileSync(failed, 'utf8').split('\n').filter(Boolean)};
}

function list(files: readonly string[]): string {
	return files.map((file) => `  ${path.relative('.', file)}`).join('\n');
}
