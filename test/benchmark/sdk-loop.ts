/**
 * The loop that people write with the AWS SDK: list, then get with so many at once, checksums as the
 * SDK does them by itself. Arguments: endpoint, bucket, folder, connections.
 */
import {createWriteStream} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {GetObjectCommand, S3Client, paginateListObjectsV2} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';

const [endpoint = '', bucket = '', folder = '', connections = '64'] = process.argv.slice(2);
const client = new S3Client({
	endpoint,
	forcePathStyle: true,
	requestHandler: {httpAgent: {keepAlive: true, maxSockets: Number(connections)}},
});
const limit = pLimit(Number(connections));
const made = new Set<string>();

async function download(key: string): Promise<void> {
	const file = path.join(folder, key);
	const parent = path.dirname(file);
	if (!made.has(parent)) await mkdir(parent, {recursive: true});
	made.add(parent);
	const {Body} = await client.send(new GetObjectCommand({Bucket: bucket, Key: key}));
	if (!(Body instanceof Readable)) throw new Error(`${key} came without a body`);
	await pipeline(Body, createWriteStream(file));
}

const downloads: Promise<void>[] = [];
for await (const page of paginateListObjectsV2({client}, {Bucket: bucket})) {
	for (const {Key} of page.Contents ?? []) {
		if (Key !== undefined) downloads.push(limit(() => download(Key)));
	}
}
await Promise.all(downloads);
client.destroy();
