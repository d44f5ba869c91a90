import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {after, before, describe, test} from 'node:test';
import {SmallAnswers} from '../../source/http/small-answers.ts';
import {objectKey} from '../../source/model/brand.ts';
import type {MusterError} from '../../source/model/error.ts';
import type {StoreSpec} from '../../source/model/job-spec.ts';
import {providerFor} from '../../source/stores/index.ts';
import type {Credentials, ListPage, RequestWriter, Store} from '../../source/stores/types.ts';

/** What lies in a store: text by key, by bucket. */
export type Contents = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A running store that holds given contents. */
export type ContractServer = {
	readonly spec: StoreSpec;
	readonly credentials: Credentials;
	/** a wrong secret key is refused */
	readonly checksSignatures: boolean;
	close(): Promise<void>;
};

/** Starts a store with these contents, or says why it can't here. */
export type MakeServer = (contents: Contents) => Promise<ContractServer | {readonly skip: string}>;

/** Keys that are easy to get wrong on their way through XML, URLs and signatures. */
export const awkwardKeys: readonly string[] = [
	'space and+plus.png',
	'parens(1)!.png',
	"quote'*~.txt",
	'ampersand&less<more>.png',
	'percent%41.png',
	'hash#question?.png',
	'ünïcödé/ファイル😀.png',
	'decomposed-e\u0301.png',
	'tab\there.txt',
	'comma,semi;equals=at@colon:.txt',
	'trailing/',
	'brackets[0]{1}.txt',
];

const bucket = 'muster-contract';
const pages = Array.from({length: 25}, (_, index) => `pages/${String(index).padStart(3, '0')}`);
const texts = Object.fromEntries(
	[
		...awkwardKeys,
		...pages,
		'levels/one/a',
		'levels/one/b',
		'levels/two/c',
		'levels/d',
		'empty',
	].map((key) => [key, key === 'empty' ? '' : `the text of ${key}`]),
);

/** What every store must do, whoever wrote its server. Called at the top of a test file. */
export function storeContract(name: string, makeServer: MakeServer): void {
	describe(`store contract: ${name}`, () => {
		let server: ContractServer;
		let store: Store;
		let writer: RequestWriter;
		const answers = new SmallAnswers();
		let reason: string | undefined;

		before(async () => {
			const made = await makeServer({[bucket]: texts});
			if ('skip' in made) {
				reason = made.skip;
				return;
			}
			server = made;
			const provider = providerFor(server.spec.provider);
			store = provider.open(server.spec, async () => server.credentials);
			writer = provider.writer(store.wire());
		});
		after(async () => {
			if (reason !== undefined) return;
			await store.close();
			answers.close();
			await server.close();
		});

		const check = (title: string, work: () => Promise<void | string>) => {
			void test(title, async (context) => {
				const skipped = reason ?? (await work());
				if (typeof skipped === 'string') context.skip(skipped);
			});
		};

		const listAll = async (query: {prefix: string; delimiter?: string; pageSize?: number}) => {
			const all: ListPage[] = [];
			for (let continuation: string | undefined; ;) {
				const page = await store.list({bucket, ...query, ...(continuation && {continuation})});
				all.push(page);
				continuation = page.continuation;
				if (continuation === undefined) return all;
			}
		};

		const get = async (key: string, options: Parameters<RequestWriter['write']>[1] = {}) => {
			const ref = {bucket, key: objectKey(key)};
			const signed = await writer.write(ref, options, server.credentials);
			const {status, headers, body} = await answers.send(options.method ?? 'GET', signed);
			return {ref, status, headers, body: body.toString()};
		};

		check('names its buckets', async () => {
			assert.ok((await store.listBuckets()).some((each) => each.name === bucket));
		});

		check('probes a bucket that may be listed', async () => {
			const probe = await store.probeBucket(bucket);
			assert.equal(probe.canList, true);
			assert.equal(probe.error, undefined);
		});

		check('probes a bucket that is not there', async () => {
			const probe = await store.probeBucket('muster-nowhere');
			assert.equal(probe.canList, false);
			assert.equal(probe.error?.code, 'no-such-bucket');
		});

		check('lists every key as it is, with size, ETag and time', async () => {
			const objects = (await listAll({prefix: ''})).flatMap((page) => page.objects);
			assert.deepEqual(objects.map(({key}) => key).sort(), Object.keys(texts).sort());
			for (const {key, size, etag, modified} of objects) {
				assert.equal(size, Buffer.byteLength(texts[key] ?? ''), key);
				assert.ok(etag !== undefined && etag.length > 0);
				assert.ok(modified !== undefined && modified > 0);
			}
		});

		check('goes on where a page ended, without a gap or a repetition', async () => {
			const all = await listAll({prefix: 'pages/', pageSize: 10});
			assert.deepEqual(
				all.flatMap((page) => page.objects.map(({key}) => String(key))),
				pages,
			);
			assert.ok(all.length >= 3);
		});

		check('lists one level', async () => {
			const all = await listAll({prefix: 'levels/', delimiter: '/'});
			assert.deepEqual(
				all.flatMap((page) => page.folders),
				['levels/one/', 'levels/two/'],
			);
			assert.deepEqual(
				all.flatMap((page) => page.objects.map(({key}) => String(key))),
				['levels/d'],
			);
		});

		check('starts behind a key', async () => {
			const page = await store.list({bucket, prefix: 'pages/', startAfter: 'pages/019'});
			assert.deepEqual(
				page.objects.map(({key}) => String(key)),
				pages.slice(20),
			);
		});

		check('lists nothing below an empty prefix without an error', async () => {
			const page = await store.list({bucket, prefix: 'nothing-here/'});
			assert.deepEqual(page, {objects: [], folders: []});
		});

		check('refuses to list a bucket that is not there', async () => {
			await assert.rejects(
				store.list({bucket: 'muster-nowhere', prefix: ''}),
				hasCode('no-such-bucket'),
			);
		});

		check('tells facts of awkward keys, the same as the listing', async () => {
			const listed = new Map(
				(await listAll({prefix: ''})).flatMap(({objects}) =>
					objects.map((info) => [info.key, info]),
				),
			);
			for (const key of awkwardKeys) {
				const info = await store.stat({bucket, key: objectKey(key)});
				assert.equal(info?.size, listed.get(objectKey(key))?.size, key);
				assert.equal(info?.etag, listed.get(objectKey(key))?.etag, key);
			}
		});

		check('answers undefined for a key that is not there', async () => {
			assert.equal(await store.stat({bucket, key: objectKey('not/here')}), undefined);
		});

		check('does not take a missing bucket for a missing key', async () => {
			const ref = {bucket: 'muster-nowhere', key: objectKey('a')};
			await assert.rejects(store.stat(ref), hasCode('no-such-bucket'));
		});

		check('writes requests that fetch awkward keys', async () => {
			for (const key of [...awkwardKeys, 'empty']) {
				const {status, body} = await get(key);
				assert.equal(status, 200, key);
				assert.equal(body, texts[key], key);
			}
		});

		check('fetches a range', async () => {
			const {status, body} = await get('levels/d', {range: {start: 4, end: 7}});
			assert.equal(status, 206);
			assert.equal(body, 'text');
			assert.equal((await get('levels/d', {range: {start: 9}})).body, 'of levels/d');
		});

		check('offers a digest that is right', async () => {
			const {headers, body} = await get('levels/d');
			const digest = writer.digest(headers, body.length);
			assert.ok(digest !== undefined);
			if (digest.algorithm === 'md5')
				assert.equal(digest.value, createHash('md5').update(body).digest('hex'));
		});

		check('notices that an object changed', async () => {
			const info = await store.stat({bucket, key: objectKey('levels/d')});
			assert.ok(info?.etag !== undefined);
			assert.equal((await get('levels/d', {etag: info.etag})).status, 200);
			const {ref, status, headers, body} = await get('levels/d', {etag: '"0"'});
			// some servers ignore If-Match: the ETag of the answer then tells
			if (status === 200) assert.equal(headers['etag'], info.etag);
			else assert.equal(writer.classify(ref, status, headers, body).remedy, 'restart');
		});

		check('says that a key is gone', async () => {
			const {ref, status, headers, body} = await get('not/here');
			const answer = writer.classify(ref, status, headers, body);
			assert.equal(answer.error.code, 'no-such-key');
			assert.equal(answer.remedy, 'give-up');
		});

		check('ends at once when asked to', async () => {
			const signal = AbortSignal.abort(new Error('enough'));
			await assert.rejects(store.list({bucket, prefix: '', signal}), /enough/);
			await assert.rejects(store.stat({bucket, key: objectKey('empty')}, signal), /enough/);
		});

		check('says that a secret key is wrong', async () => {
			if (!server.checksSignatures) return 'this server checks no signatures';
			const wrong = {...server.credentials, secretAccessKey: 'wrong'};
			const stranger = providerFor(server.spec.provider).open(server.spec, async () => wrong);
			await assert.rejects(stranger.list({bucket, prefix: ''}), hasCode('denied'));
			await assert.rejects(stranger.stat({bucket, key: objectKey('empty')}), hasCode('denied'));
			await assert.rejects(stranger.listBuckets(), hasCode('denied'));
			await stranger.close();
			return undefined;
		});
	});
}

export const hasCode =
	(code: string) =>
	(error: MusterError): true => {
		assert.equal(error.code, code, String(error));
		return true;
	};
