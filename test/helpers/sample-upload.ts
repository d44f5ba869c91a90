import {PutObjectCommand, S3Client} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import type {SandboxBucket, SandboxObject} from '../../source/sandbox/index.ts';
import type {ContractServer} from '../contracts/store.ts';

/** Copies a sandbox bucket's objects into a bucket of a server that others wrote, with the official client. */
export async function uploadBucket(server: ContractServer, bucket: SandboxBucket): Promise<void> {
	const {endpoint, region} = server.spec;
	const client = new S3Client({
		endpoint,
		region,
		credentials: server.credentials,
		forcePathStyle: true,
	});
	const limit = pLimit(8);
	const keys = Array.from({length: bucket.size}, (_, index) => bucket.keyAt(index));
	await Promise.all(
		keys.map((Key) =>
			limit(() =>
				client.send(new PutObjectCommand({Bucket: bucket.name, Key, Body: bytesOf(bucket, Key)})),
			),
		),
	);
	client.destroy();
}

/** Throws when the bucket lacks it. */
export function objectOf(bucket: SandboxBucket, key: string): SandboxObject {
	const object = bucket.object(key);
	if (object === undefined) throw new Error(`there is no ${key} in ${bucket.name}`);
	return object;
}

export function bytesOf(bucket: SandboxBucket, key: string): Uint8Array {
	const object = objectOf(bucket, key);
	return object.read(0, object.size);
}
