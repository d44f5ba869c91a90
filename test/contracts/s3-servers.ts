import {execFile, spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {createServer} from 'node:net';
import type {AddressInfo} from 'node:net';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {promisify} from 'node:util';
import {CreateBucketCommand, PutObjectCommand, S3Client} from '@aws-sdk/client-s3';
import {createSandbox, defaultIdentity, memoryBucket} from '../../source/sandbox/index.ts';
import type {ContractServer, Contents, MakeServer} from './store.ts';

const run = promisify(execFile);

/** Our own sandbox, which checks signatures. */
export const sandboxServer: MakeServer = async (contents) => {
	const buckets = Object.entries(contents).map(([name, objects]) => memoryBucket(name, objects));
	const sandbox = await createSandbox({buckets});
	return {
		spec: {provider: 's3', endpoint: sandbox.endpoint, region: sandbox.region},
		credentials: defaultIdentity,
		checksSignatures: true,
		close: () => sandbox.close(),
	};
};

/** https://github.com/jamhall/s3rver, in a process of its own: its page tokens need OpenSSL's old ciphers. */
export const s3rverServer: MakeServer = async (contents) => {
	const folder = await mkdtemp(path.join(tmpdir(), 'muster-s3rver-'));
	const port = await freePort();
	const program = createRequire(import.meta.url).resolve('s3rver/bin/s3rver.js');
	const child = spawn(
		process.execPath,
		[
			'--openssl-legacy-provider',
			program,
			'-d',
			folder,
			'-a',
			'127.0.0.1',
			'-p',
			String(port),
			'-s',
		],
		{stdio: 'ignore', env: {...process.env, NODE_OPTIONS: ''}},
	);
	const key = 'S3RVER';
	return serve(child, port, {accessKeyId: key, secretAccessKey: key}, contents, () =>
		rm(folder, {recursive: true, force: true}),
	);
};

/** https://github.com/getmoto/moto, where `MUSTER_TEST_MOTO` (a Python) or python3 has it with its server. */
export const motoServer: MakeServer = async (contents) => {
	const python = process.env['MUSTER_TEST_MOTO'] || 'python3';
	const found = await run(python, ['-c', 'import moto.server']).catch(() => undefined);
	if (found === undefined)
		return {skip: "Python has no moto with its server here (pip install 'moto[s3,server]')"};
	const port = await freePort();
	const child = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
		stdio: 'ignore',
	});
	return serve(child, port, {accessKeyId: 'moto', secretAccessKey: 'moto'}, contents);
};

/** https://github.com/versity/versitygw on a folder, where `MUSTER_TEST_VERSITYGW` or the path has it. */
export const versitygwServer: MakeServer = async (contents) => {
	const program = process.env['MUSTER_TEST_VERSITYGW'] || 'versitygw';
	const found = await run(program, ['--version']).catch(() => undefined);
	if (found === undefined)
		return {
			skip: 'versitygw is not here (go install github.com/versity/versitygw/cmd/versitygw@latest)',
		};
	const folder = await mkdtemp(path.join(tmpdir(), 'muster-versitygw-'));
	const [objects, facts] = [path.join(folder, 'objects'), path.join(folder, 'facts')];
	await Promise.all([mkdir(objects), mkdir(facts)]);
	const port = await freePort();
	const [access, secret] = ['versity', 'versity-secret'];
	// facts beside the files: not every file system has extended attributes
	const words = ['--access', access, '--secret', secret, '--port', `127.0.0.1:${port}`, '--quiet'];
	const child = spawn(program, [...words, 'posix', '--sidecar', facts, objects], {stdio: 'ignore'});
	const credentials = {accessKeyId: access, secretAccessKey: secret};
	const server = await serve(child, port, credentials, contents, () =>
		rm(folder, {recursive: true, force: true}),
	);
	return {...server, checksSignatures: true};
};

async function serve(
	child: ChildProcess,
	port: number,
	credentials: ContractServer['credentials'],
	contents: Contents,
	clean: () => Promise<void> = async () => {},
): Promise<ContractServer> {
	const endpoint = `http://127.0.0.1:${port}`;
	const close = async () => {
		if (child.exitCode === null && child.kill()) await once(child, 'exit');
		await clean();
	};
	try {
		await answers(endpoint, child);
		await fill(endpoint, credentials, contents);
	} catch (error) {
		await close();
		throw error;
	}
	const spec = {provider: 's3', endpoint, region: 'us-east-1'} as const;
	return {spec, credentials, checksSignatures: false, close};
}

async function answers(endpoint: string, child: ChildProcess): Promise<void> {
	const end = Date.now() + 30_000;
	while (child.exitCode === null && Date.now() < end) {
		if (
			await fetch(endpoint).then(
				() => true,
				() => false,
			)
		)
			return;
		await sleep(100);
	}
	throw new Error(`the server at ${endpoint} did not start`);
}

async function fill(
	endpoint: string,
	credentials: ContractServer['credentials'],
	contents: Contents,
): Promise<void> {
	const client = new S3Client({endpoint, region: 'us-east-1', credentials, forcePathStyle: true});
	for (const [Bucket, objects] of Object.entries(contents)) {
		await client.send(new CreateBucketCommand({Bucket}));
		for (const [Key, Body] of Object.entries(objects))
			await client.send(new PutObjectCommand({Bucket, Key, Body: Buffer.from(Body)}));
	}
	client.destroy();
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}
