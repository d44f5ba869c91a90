import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {networkFailure} from '../../source/transfer/network-error.ts';

const run = promisify(execFile);

test('no descriptor for a socket, or for looking up a name: the file waits, and is told why', async () => {
	const child = fileURLToPath(new URL('descriptors-child.ts', import.meta.url));
	const words = ['--import=tsx', child, '127.0.0.1', 'localhost'];
	const script = 'ulimit -n 100; exec "$@"';
	const {stdout} = await run('sh', ['-c', script, 'sh', process.execPath, ...words]);
	const said = (host: string): string =>
		`${host} true a key: too many files and connections are open in this process.`;
	assert.deepEqual(stdout.trim().split('\n'), ['127.0.0.1', 'localhost'].map(said));
});

test('a name that is not known, with descriptors to spare, is just that', () => {
	const error = Object.assign(new Error('getaddrinfo'), {
		code: 'ENOTFOUND',
		syscall: 'getaddrinfo',
	});
	const {isCrowded, error: record} = networkFailure(error, 'a key');
	assert.equal(isCrowded, undefined);
	assert.match(record.message, /name could not be resolved/);
});
