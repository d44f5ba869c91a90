import {execFile, spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
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

/** https://github.com/getmoto/moto, where Python has it with its server. */
export const motoServer: MakeServer = async (contents) => {
	const python = await run('python3', ['-c', 'import moto.server']).catch(() => undefined);
	if (python === undefined)
		return {skip: "Python has no moto with its server here (pip install 'moto[s3,server]')"};
	const port = await freePort();
	const child = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
		stdio: 'ignore',
	});
	return serve(child, port, {accessKeyId: 'moto', secretAccessKey: 'moto'}, contents);
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
