import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {promisify} from 'node:util';
import {GetObjectCommand} from '@aws-sdk/client-s3';
import {startSandboxProcess} from '../../source/sandbox/index.ts';
import type {SandboxProcess, SandboxStats} from '../../source/sandbox/index.ts';
import {sdkClient} from '../helpers/sandbox.ts';

const run = promisify(execFile);

async function isGone(pid: number): Promise<boolean> {
	for (let attempt = 0; attempt < 100; attempt++) {
		try {
			process.kill(pid, 0);
		} catch {
			return true;
		}
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	return false;
}

test('the sandbox runs as a process and is steered over its control path', async () => {
	const sandbox = await startSandboxProcess({samples: 'flat', keys: 10, size: 100});
	try {
		assert.deepEqual(sandbox.buckets, ['flat']);
		const client = sdkClient(sandbox);
		const command = new GetObjectCommand({Bucket: 'flat', Key: 'images/img_0000003.jpg'});
		const answer = await client.send(command);
		assert.equal((await answer.Body?.transformToByteArray())?.length, 100);
		await sandbox.control('PUT rules', [{action: {type: 'throttle'}}]);
		await assert.rejects(client.send(command), {name: 'SlowDown'});
		await sandbox.control('PUT rules', []);
		await sandbox.control('POST expire');
		await assert.rejects(client.send(command), {name: 'ExpiredToken'});
		client.destroy();
		const stats = (await sandbox.control('GET stats')) as SandboxStats;
		assert.equal(stats.gets['flat/images/img_0000003.jpg']?.requests, 3);
		assert.equal(stats.gets['flat/images/img_0000003.jpg']?.complete, 1);
		await assert.rejects(sandbox.control('GET nonsense'), /refused/);
	} finally {
		await sandbox.stop();
	}
	assert.ok(await isGone(sandbox.pid));
});

test('it ends by itself when nobody needs it', async () => {
	const {pid: deadPid} = await startAndStop();
	const sandbox = await startSandboxProcess({
		samples: 'flat',
		keepAlivePid: deadPid,
		idleSeconds: 0.2,
	});
	assert.ok(await isGone(sandbox.pid));
});

async function startAndStop(): Promise<SandboxProcess> {
	const sandbox = await startSandboxProcess({samples: 'flat', keys: 1});
	await sandbox.stop();
	return sandbox;
}

test('a sandbox that cannot start says why', async () => {
	const sandbox = await startSandboxProcess({samples: 'flat', keys: 1});
	try {
		await assert.rejects(startSandboxProcess({port: sandbox.port}), /EADDRINUSE/);
	} finally {
		await sandbox.stop();
	}
});

const aws = await run('aws', ['--version']).then(
	() => true,
	() => false,
);

describe('the AWS CLI', {skip: aws ? false : 'the AWS CLI is not installed here'}, () => {
	test('lists and copies', {timeout: 60_000}, async () => {
		const folder = await mkdtemp(join(tmpdir(), 'muster-sandbox-'));
		const sandbox = await startSandboxProcess({samples: 'actors', actors: 2, images: 3});
		try {
			const cli = async (...words: string[]) => {
				const {stdout} = await run('aws', ['--endpoint-url', sandbox.endpoint, ...words], {
					env: {
						...process.env,
						AWS_ACCESS_KEY_ID: sandbox.accessKeyId,
						AWS_SECRET_ACCESS_KEY: sandbox.secretAccessKey,
						AWS_SESSION_TOKEN: '',
						AWS_DEFAULT_REGION: sandbox.region,
						AWS_CONFIG_FILE: join(folder, 'none'),
						AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
						AWS_EC2_METADATA_DISABLED: 'true',
					},
				});
				return stdout;
			};
			assert.match(await cli('s3', 'ls'), /studio-actors/);
			assert.match(
				await cli('s3', 'ls', 's3://studio-actors/actors/'),
				/PRE 0001_european_25_male\//,
			);
			await cli('s3', 'cp', '--recursive', 's3://studio-actors/', join(folder, 'out'));
			const name = '0001_european_25_male';
			const place = join(folder, 'out', 'actors', name, 'training_data');
			assert.equal((await readdir(place)).length, 3);
			const picture = await readFile(join(place, `${name}_0.png`));
			assert.equal(picture.subarray(1, 4).toString(), 'PNG');
		} finally {
			await sandbox.stop();
			await rm(folder, {recursive: true, force: true});
		}
	});
});
