import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {crc32, inflateSync} from 'node:zlib';
import {
	actorAt,
	actorBucket,
	actorKey,
	datalakeBucket,
	datalakeBucketName,
	datalakePrefix,
	flatBucket,
	flatKey,
	largeObject,
	missingActorImage,
	roadCsv,
	roadRows,
	writeFlatCsv,
	writeSamples,
} from '../../source/sandbox/index.ts';
import type {SandboxBucket} from '../../source/sandbox/index.ts';

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'muster-samples-'));
	try {
		await work(folder);
	} finally {
		await rm(folder, {recursive: true, force: true});
	}
}

const keysOf = (bucket: SandboxBucket) =>
	Array.from({length: bucket.size}, (_, index) => bucket.keyAt(index));

function contentOf(bucket: SandboxBucket, key: string): Buffer {
	const object = bucket.object(key);
	assert.ok(object, key);
	return Buffer.from(object.read(0, object.size));
}

/** The chunks of a PNG, their checksums checked. */
function pngChunks(png: Buffer): Map<string, Buffer> {
	const chunks = new Map<string, Buffer>();
	for (let at = 8; at < png.length;) {
		const length = png.readUInt32BE(at);
		const body = png.subarray(at + 4, at + 8 + length);
		assert.equal(png.readUInt32BE(at + 8 + length), crc32(body));
		chunks.set(body.subarray(0, 4).toString('latin1'), body.subarray(4));
		at += length + 12;
	}
	return chunks;
}

test('the demo has 12 actors with 20 PNG pictures each, but for one', () => {
	const bucket = actorBucket();
	const keys = keysOf(bucket);
	assert.equal(keys.length, 239);
	assert.ok(
		keys.includes('actors/0001_european_25_male/training_data/0001_european_25_male_0.png'),
	);
	assert.equal(
		keys.includes(actorKey(actorAt(missingActorImage.actor), missingActorImage.image)),
		false,
	);
	const digests = new Set<string>();
	for (const key of keys) {
		const png = contentOf(bucket, key);
		const chunks = pngChunks(png);
		const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
		assert.equal(rows.length, 100 * (1 + 80 * 3));
		assert.ok(png.length > 1024 && png.length < 12 * 1024);
		digests.add(createHash('md5').update(png).digest('hex'));
	}
	assert.equal(digests.size, 239);
});

test('keys and rows are the same in every run and on every machine', () => {
	const digest = createHash('sha256');
	for (const bucket of [actorBucket(), datalakeBucket()]) digest.update(keysOf(bucket).join('\n'));
	digest.update(roadCsv());
	assert.equal(digest.digest('hex').slice(0, 16), 'c45eec22f1619146');
});

test('every actor has a list with 20 URLs, in four forms and several shapes', async () => {
	await inFolder(async (folder) => {
		await writeSamples(folder);
		const actors = JSON.parse(await readFile(join(folder, 'actorsData.json'), 'utf8')) as {
			name: string;
		}[];
		assert.equal(actors.length, 12);
		const shapes = new Set<string>();
		const forms = new Set<string>();
		for (const {name} of actors) {
			const text = await readFile(
				join(folder, 'actors', name, 'training_data', 'response.json'),
				'utf8',
			);
			const urls = text.match(/(?:s3|https):\/\/[^"]+/g) ?? [];
			const wanted = urls.filter((url) => url.includes('studio-actors'));
			assert.equal(wanted.length, 20);
			for (const [index, url] of wanted.entries()) {
				assert.ok(url.includes(`actors/${name}/training_data/${name}_${index}.png`), url);
				forms.add(`${url.slice(0, 14)}${url.includes('X-Amz-') ? ' presigned' : ''}`);
			}
			shapes.add(
				Object.keys(JSON.parse(text) as object)
					.slice(0, 2)
					.join(),
			);
		}
		assert.equal(forms.size, 4);
		assert.ok(shapes.size >= 5);
		assert.deepEqual((await readdir(folder)).sort(), ['actors', 'actorsData.json', 'images.csv']);
	});
});

test('the data lake has about 2,000 pictures of the format that their extension names', () => {
	const bucket = datalakeBucket();
	const keys = keysOf(bucket);
	assert.equal(keys.length, 2000);
	const endings = new Map<string, number>();
	for (const key of keys) {
		const ending = key.slice(key.lastIndexOf('.'));
		endings.set(ending, (endings.get(ending) ?? 0) + 1);
		const content = contentOf(bucket, key);
		assert.ok(content.length > 1024 && content.length < 12 * 1024, key);
		assert.ok(isPicture(content, ending.toLowerCase()), key);
	}
	assert.deepEqual([...endings.keys()].sort(), ['.JPG', '.PNG', '.jpeg', '.jpg', '.png', '.webp']);
});

function isPicture(content: Buffer, ending: string): boolean {
	if (ending === '.png') return content.subarray(1, 4).toString() === 'PNG';
	if (ending === '.webp') return content.subarray(8, 16).toString() === 'WEBPVP8L';
	return (
		content.readUInt16BE(0) === 0xff_d8 && content.readUInt16BE(content.length - 2) === 0xff_d9
	);
}

test('the rows of images.csv are what they are said to be', () => {
	const keys = keysOf(datalakeBucket()).filter((key) => key.startsWith(datalakePrefix));
	const stem = (path: string) => path.replace(/\.[^./]+$/, '');
	const endsWith = (key: string, path: string) => key === path || key.endsWith(`/${path}`);
	const counts: Record<string, number> = {};
	for (const {kind, image, key} of roadRows()) {
		counts[kind] = (counts[kind] ?? 0) + 1;
		const path = image.replace(`s3://${datalakeBucketName}/`, '');
		const exact = keys.filter((candidate) => endsWith(candidate, path));
		const loose = keys.filter((candidate) => endsWith(stem(candidate), stem(path)));
		if (kind === 'exact' || kind === 'duplicate') assert.deepEqual(exact, [key], image);
		else if (kind === 'ambiguous') assert.equal(exact.length, 2, image);
		else assert.deepEqual(exact, [], image);
		if (kind === 'other-extension') assert.deepEqual(loose, [key], image);
		if (kind === 'missing') assert.deepEqual(loose, [], image);
	}
	assert.deepEqual(counts, {
		exact: 270,
		'other-extension': 52,
		ambiguous: 12,
		missing: 38,
		duplicate: 28,
	});
	const lines = roadCsv().trim().split('\n');
	assert.equal(lines[0], 'id,image,site,label');
	assert.equal(lines.length, 401);
});

test('a flat bucket finds its keys and nothing else', () => {
	const bucket = flatBucket({keys: 1000});
	assert.equal(bucket.object(flatKey(999))?.size, 1024);
	for (const key of [flatKey(1000), 'images/img_1.jpg', 'img_0000001.jpg']) {
		assert.equal(bucket.object(key), undefined);
	}
});

test('a CSV for it names each file, some of them absent', async () => {
	await inFolder(async (folder) => {
		const file = join(folder, 'flat.csv');
		await writeFlatCsv(file, {rows: 5000, missingEvery: 100, groups: 7});
		const lines = (await readFile(file, 'utf8')).trim().split('\n');
		assert.equal(lines.length, 5001);
		assert.equal(lines[1], '1,img_0000000.jpg,folder_0');
		assert.equal(lines.filter((line) => line.includes('absent_')).length, 50);
	});
});

test('a 20 GB object costs no memory, and its parts differ', () => {
	const object = largeObject(20 * 1024 ** 3);
	const part = 8 * 1024 * 1024;
	const first = Buffer.from(object.read(0, 1000));
	for (const index of [1, 2, 100, 2559]) {
		assert.notDeepEqual(Buffer.from(object.read(index * part, index * part + 1000)), first);
	}
	const across = Buffer.concat([
		object.read(1_048_000, 1_048_600),
		object.read(1_048_600, 1_049_200),
	]);
	assert.deepEqual(Buffer.from(object.read(1_048_000, 1_049_200)), across);
	const big = Buffer.from(object.read(5, 3_000_000));
	assert.deepEqual(
		big.subarray(2_500_000, 2_500_100),
		Buffer.from(object.read(2_500_005, 2_500_105)),
	);
});
