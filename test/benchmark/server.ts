import {spawn} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Dataset} from './dataset.ts';
import {startHelper} from './helper-process.ts';
import {nginxConfig} from './nginx-config.ts';
import {storeObjects} from './objects.ts';

export type BenchServer = {
	readonly dataset: Dataset;
	readonly port: number;
	/** where the objects are, as `storedPath` names them */
	readonly objects: string;
	/** stops it and takes its files away */
	close(): Promise<void>;
};

/**
 * nginx with a data set's files below `folder`, and the listing behind it. All on loopback, with
 * nothing of the machine's own nginx but its program.
 */
export async function startServer(
	nginx: string,
	folder: string,
	dataset: Dataset,
): Promise<BenchServer> {
	const objects = path.join(folder, 'objects');
	mkdirSync(objects, {recursive: true});
	const {checksums} = storeObjects(objects, dataset);
	const listing = await startHelper('listing-server.ts', [JSON.stringify([dataset])]);
	const port = await freePort();
	const config = path.join(folder, 'nginx.conf');
	writeFileSync(
		path.join(folder, 'checksums.map'),
		Array.from(checksums, ([name, checksum]) => `"${name}" "${checksum}";\n`).join(''),
	);
	writeFileSync(config, nginxConfig({folder, objects, port, listingPort: listing.port, dataset}));
	const child = spawn(nginx, ['-p', folder, '-c', config], {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	const ended = new Promise<void>((resolve, reject) => {
		child.once('exit', () => resolve());
		child.once('error', reject);
	});
	const stop = (): void => void child.kill('SIGTERM');
	process.prependOnceListener('exit', stop);
	await Promise.race([answering(port, dataset.bucket), ended.then(failed)]);
	return {
		dataset,
		port,
		objects,
		async close() {
			stop();
			process.removeListener('exit', stop);
			await Promise.all([ended, listing.close()]);
			rmSync(folder, {recursive: true, force: true, maxRetries: 5});
		},
	};
}

function failed(): never {
	throw new Error('nginx ended before it answered; its words are above');
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** Resolves when a page of the listing comes through nginx. */
async function answering(port: number, bucket: string): Promise<void> {
	for (let attempt = 0; attempt < 600; attempt++) {
		const answer = await fetch(`http://127.0.0.1:${port}/${bucket}?list-type=2&max-keys=1`).catch(
			() => undefined,
		);
		await answer?.arrayBuffer();
		if (answer?.ok === true) return;
		await sleep(100);
	}
	throw new Error('nginx did not answer within a minute');
}
