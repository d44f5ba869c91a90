import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	statfsSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {gzipSync} from 'node:zlib';
import {createSandbox, flatBucket, memoryBucket} from '../../source/sandbox/index.ts';
import type {Sandbox} from '../../source/sandbox/index.ts';
import {checkWords, environment, eventsOf, muster, treeOf} from './built.ts';
import type {Ran} from './built.ts';

const show = process.env['MUSTER_SHOW'] === '1';
let sandbox: Sandbox;
let root = '';

before(async () => {
	sandbox = await createSandbox({
		buckets: [
			memoryBucket('lake', {'pictures/a.png': 'a', 'pictures/b.png': 'bb', 'other/c.png': 'ccc'}),
			memoryBucket('void', {}),
			memoryBucket('closed', {'a.png': 'a'}),
		],
		rules: [{match: {bucket: 'closed'}, action: {type: 'deny'}}],
	});
	root = mkdtempSync(path.join(tmpdir(), 'muster-bad-'));
});
after(async () => {
	await sandbox.close();
	rmSync(root, {recursive: true, force: true});
});

type Place = {
	readonly home: string;
	readonly work: string;
	write(name: string, content: string | Uint8Array): void;
};

function place(): Place {
	const home = mkdtempSync(path.join(root, 'p-'));
	const work = path.join(home, 'work');
	mkdirSync(path.join(home, 'config'), {recursive: true});
	mkdirSync(work);
	return {
		home,
		work,
		write(name, content) {
			mkdirSync(path.dirname(path.join(work, name)), {recursive: true});
			writeFileSync(path.join(work, name), content);
		},
	};
}

type Case = {
	readonly name: string;
	readonly words: readonly string[];
	readonly prepare?: (at: Place) => void;
	readonly status?: number;
	/** what standard error must say: the file, line or option, and what to do */
	readonly says: readonly RegExp[];
	readonly env?: NodeJS.ProcessEnv;
	readonly input?: string | Uint8Array;
	/** no word of the test's own stands behind these */
	readonly bare?: boolean;
	/** seconds that it may take */
	readonly within?: number;
	readonly through?: readonly string[];
};

const png = Buffer.concat([
	Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]),
	Buffer.alloc(200, 7),
]);
const xlsx = Buffer.concat([
	Buffer.from('PK\u0003\u0004'),
	Buffer.alloc(26),
	Buffer.from('[Content_Types].xml'),
	Buffer.alloc(300, 0xf3),
]);
const list = (content: string | Uint8Array) => (at: Place) => at.write('list.csv', content);
const csv = ['s3://lake/pictures', '--csv', 'list.csv'];
const good = 'id,file\n1,a.png\n2,b.png\n';

const cases: readonly Case[] = [
	{name: 'no such CSV', words: csv, says: [/list\.csv/, /\n {2}\S/]},
	{name: 'no such actor list', words: ['--actors', 'a.json'], says: [/a\.json/, /\n {2}\S/]},
	{name: 'no such key list', words: ['s3://lake', '--keys', 'k.txt'], says: [/k\.txt/, /\n {2}\S/]},
	{name: 'no such configuration', words: ['--config', 'c.yaml'], says: [/c\.yaml/, /\n {2}\S/]},
	// Node looks for its own option of this name, also behind the script, unless "--" stands before it
	{
		name: 'no such env-file',
		words: ['s3://lake', '--env-file', 'e.env'],
		status: 4,
		through: [process.execPath, '--'],
		says: [/e\.env/, /\n {2}\S/],
	},
	{
		name: 'no such key files',
		words: ['s3://lake', '--access-key-file', 'ak', '--secret-key-file', 'sk'],
		status: 4,
		says: [/ak/, /\n {2}\S/],
	},
	{
		name: 'no such profile',
		words: ['s3://lake', '--profile', 'nobody'],
		status: 4,
		says: [/nobody/, /\n {2}\S/],
	},
	{
		name: 'no credentials',
		words: ['s3://lake'],
		status: 4,
		env: {AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined},
		says: [/credentials|sign/i, /\n {2}\S/],
		within: 15,
	},
	{
		name: 'a CSV that is a folder',
		words: csv,
		prepare: (at) => mkdirSync(path.join(at.work, 'list.csv')),
		says: [/list\.csv/, /folder/],
	},
	{name: 'empty CSV', words: csv, prepare: list(''), says: [/list\.csv/, /empty/, /\n {2}\S/]},
	{name: 'blank CSV', words: csv, prepare: list(' \n\n  \n'), says: [/list\.csv/, /\n {2}\S/]},
	{
		name: 'header-only CSV',
		words: csv,
		prepare: list('id,file\n'),
		says: [/list\.csv/, /\n {2}\S/],
	},
	{
		name: 'header-only CSV with a column',
		words: [...csv, '--column', 'file'],
		prepare: list('id,file\n'),
		says: [/list\.csv/, /\n {2}\S/],
	},
	{
		name: 'no usable column',
		words: csv,
		prepare: list('age,height\n1,2\n3,4\n5,6\n'),
		says: [/list\.csv/, /--column/, /1 age, 2 height/],
	},
	{
		name: 'unknown column',
		words: [...csv, '--column', 'flie'],
		prepare: list(good),
		says: [/list\.csv/, /flie/, /file/],
	},
	{
		name: 'unknown group column',
		words: [...csv, '--column', 'file', '--group-by', 'idd'],
		prepare: list(good),
		says: [/--group-by|list\.csv/, /idd/, /id/],
	},
	{name: 'PNG as CSV', words: csv, prepare: list(png), says: [/list\.csv/, /PNG|image|binary/i]},
	{
		name: 'gzip as CSV',
		words: csv,
		prepare: list(gzipSync(good)),
		says: [/list\.csv/, /gzip|compressed/i],
	},
	{
		name: 'xlsx as CSV',
		words: csv,
		prepare: list(xlsx),
		says: [/list\.csv/, /spreadsheet|Excel|xlsx|zip/i],
	},
	{
		name: 'PNG as key list',
		words: ['s3://lake', '--keys', 'list.csv'],
		prepare: list(png),
		says: [/list\.csv/],
	},
	{
		name: 'PNG as actor list',
		words: ['--actors', 'list.csv'],
		prepare: list(png),
		says: [/list\.csv/],
	},
	{
		name: 'CSV of one unclosed quote',
		words: csv,
		prepare: list('id,file\n1,"a.png\n'),
		says: [/list\.csv/, /line 2/i],
	},
	{
		name: 'empty key list',
		words: ['s3://lake', '--keys', 'k.txt'],
		prepare: (at) => at.write('k.txt', ' \n\n'),
		says: [/k\.txt/, /\n {2}\S/],
	},
	{
		name: 'broken JSON',
		words: ['--actors', 'a.json'],
		prepare: (at) => at.write('a.json', '[\n  {"name": "x"},\n  {"name": oops}\n]\n'),
		says: [/a\.json/, /line 3/, /column \d+/],
	},
	{
		name: 'half a JSON',
		words: ['--actors', 'a.json'],
		prepare: (at) => at.write('a.json', '[{"name": "x"'),
		says: [/a\.json/, /line 1/, /too early|end/],
	},
	{
		name: 'zero actors',
		words: ['--actors', 'a.json'],
		prepare: (at) => at.write('a.json', '[]'),
		says: [/a\.json/, /no actors/],
	},
	{
		name: 'CSV as actor list',
		words: ['--actors', 'list.csv'],
		prepare: list(good),
		says: [/list\.csv/],
	},
	{
		name: 'names without a bucket',
		words: ['--csv', 'list.csv', '--to', 'out'],
		prepare: list(good),
		says: [/bucket/, /s3:\/\//],
	},
	{
		name: 'broken configuration',
		words: ['--config', 'c.yaml'],
		prepare: (at) => at.write('c.yaml', 'source: s3://lake\n  to: [x\n'),
		says: [/c\.yaml:\d+/],
	},
	{
		name: 'unknown word in a configuration',
		words: ['--config', 'c.yaml'],
		prepare: (at) => at.write('c.yaml', 'source: s3://lake\ncolumm: x\n'),
		says: [/c\.yaml:2/, /columm/],
	},
	{name: 'unknown bucket', words: ['s3://nowhere'], says: [/nowhere/, /\n {2}\S/]},
	{
		name: 'unknown bucket in each URL',
		words: ['--keys', 'k.txt', '--to', 'out'],
		prepare: (at) => at.write('k.txt', 's3://nowhere/a.png\n'),
		says: [/nowhere/, /\n {2}\S/],
	},
	{name: 'access denied', words: ['s3://closed'], status: 4, says: [/closed/, /\n {2}\S/]},
	{
		name: 'wrong secret',
		words: ['s3://lake'],
		status: 4,
		env: {AWS_SECRET_ACCESS_KEY: 'wrong'},
		says: [/secret|signature|refused/i, /\n {2}\S/],
	},
	{
		name: 'unreachable endpoint',
		words: ['s3://lake', '--endpoint-url', 'http://127.0.0.1:1'],
		status: 1,
		says: [/127\.0\.0\.1:1/, /\n {2}\S/],
		within: 15,
	},
	{
		name: 'endpoint that no name server knows',
		words: ['s3://lake', '--endpoint-url', 'http://no-such-host.invalid'],
		status: 1,
		says: [/no-such-host\.invalid/, /\n {2}\S/],
		within: 25,
	},
	{
		name: 'endpoint with a password',
		words: ['s3://lake', '--endpoint-url', 'http://a:hush@127.0.0.1'],
		says: [/--endpoint-url/],
	},
	{name: 'empty prefix', words: ['s3://lake/none'], says: [/lake\/none/, /\n {2}\S/]},
	{name: 'empty bucket', words: ['s3://void'], says: [/void/, /\n {2}\S/]},
	{name: 'unknown option', words: ['s3://lake', '--clumn', 'x'], says: [/--clumn/, /--column/]},
	{
		name: 'option without its value',
		words: ['s3://lake', '--yes', '--csv'],
		bare: true,
		says: [/--csv/],
	},
	{name: 'two sources', words: ['s3://lake', 's3://void'], says: [/s3:\/\/void|too many/]},
	{
		name: 'contradictory manifests',
		words: ['s3://lake', '--csv', 'a', '--actors', 'b'],
		says: [/--csv and --actors/],
	},
	{
		name: 'contradictory credentials',
		words: ['s3://lake', '--no-sign-request', '--profile', 'x'],
		says: [/--no-sign-request and --profile/],
	},
	{
		name: 'contradictory words',
		words: ['s3://lake', '--yes', '--quiet', '--verbose'],
		bare: true,
		says: [/--verbose and --quiet/],
	},
	{
		name: 'contradictory sizes',
		words: ['s3://lake', '--min-size', '2MB', '--max-size', '1MB'],
		says: [/--min-size.*--max-size/],
	},
	{
		name: 'a column without a CSV',
		words: ['s3://lake', '--column', 'x'],
		says: [/--column/, /--csv/],
	},
	{
		name: 'half a pair of key files',
		words: ['s3://lake', '--access-key-file', 'x'],
		says: [/--access-key-file/, /--secret-key-file/],
	},
	{name: 'bad size', words: ['s3://lake', '--min-size', '5X'], says: [/--min-size/, /5X/, /500KB/]},
	{name: 'negative size', words: ['s3://lake', '--max-size', '-5'], says: [/--max-size/, /-5/]},
	{name: 'bad number', words: ['s3://lake', '--per-group', '0'], says: [/--per-group/, /from 1/]},
	{
		name: 'bad connections',
		words: ['s3://lake', '--connections', 'many'],
		says: [/--connections/, /auto/],
	},
	{name: 'bad rate', words: ['s3://lake', '--limit-rate', 'fast'], says: [/--limit-rate/, /fast/]},
	{name: 'bad retries', words: ['s3://lake', '--retries', '1.5'], says: [/--retries/, /1\.5/]},
	{name: 'bad layout', words: ['s3://lake', '--layout', 'key'], says: [/--layout/, /keys/]},
	{name: 'bad preset', words: ['s3://lake', '--preset', 'fast'], says: [/--preset/, /balanced/]},
	{name: 'bad endings', words: ['s3://lake', '--ext', '*'], says: [/--ext/, /png/]},
	{name: 'empty glob', words: ['s3://lake', '--include', ''], says: [/--include/]},
	{
		name: 'glob without an end',
		words: ['s3://lake', '--include', '[a-'],
		says: [/--include/, /\[a-/],
	},
	{
		name: 'enormous glob',
		words: ['s3://lake', '--exclude', 'a'.repeat(70_000)],
		says: [/--exclude/],
	},
	{name: 'bad pointer', words: ['--actors', 'a.json', '--pointer', 'x'], says: [/--pointer/]},
	{name: 'no source', words: [], says: [/source/, /s3:\/\//]},
	{
		name: 'source without a scheme',
		words: ['lake/pictures'],
		says: [/lake\/pictures/, /s3:\/\/lake\/pictures/],
	},
	{name: 'source without a bucket', words: ['s3://'], says: [/no bucket/]},
	{name: 'source without a bucket but with a key', words: ['s3:///a'], says: [/no bucket/]},
	{name: 'source that is no bucket', words: ['s3://a b/c'], says: [/a b/]},
	...['gs', 'az', 'hf', 'https', 'file'].map((scheme) => ({
		name: `${scheme}:// is not there yet`,
		words: [`${scheme}://lake/x`],
		says: [new RegExp(`${scheme}://`), /s3:\/\//],
	})),
	{name: 'source of an unknown kind', words: ['ftp://lake/x'], says: [/ftp/, /s3:\/\//]},
	{
		name: 'empty CSV from standard input',
		words: ['s3://lake', '--csv', '-', '--to', 'out'],
		input: '',
		says: [/standard input/, /\n {2}\S/],
	},
	{
		name: 'binary from standard input',
		words: ['s3://lake', '--csv', '-', '--to', 'out'],
		input: png,
		says: [/standard input/],
	},
	{
		name: 'no column on standard input',
		words: ['s3://lake', '--csv', '-', '--to', 'out'],
		input: 'age,height\n1,2\n',
		says: [/standard input/, /--column/],
	},
	{
		name: 'empty key list from standard input',
		words: ['s3://lake', '--keys', '-', '--to', 'out'],
		input: '\n',
		says: [/standard input/, /\n {2}\S/],
	},
];

const getCases: readonly Case[] = [
	{
		name: 'output folder that is a file',
		words: ['s3://lake', '--to', 'out'],
		prepare: (at) => at.write('out', 'I was here first'),
		status: 5,
		says: [/out is a file/, /--to|folder/],
	},
	{
		name: 'output folder below a file',
		words: ['s3://lake', '--to', 'blocker/below/out'],
		prepare: (at) => at.write('blocker', 'x'),
		status: 5,
		says: [/blocker is a file/, /--to/],
	},
	{
		name: 'output folder behind a link to nowhere',
		words: ['s3://lake', '--to', 'out'],
		prepare: (at) => symlinkSync('/proc/no/such', path.join(at.work, 'out')),
		status: 5,
		says: [/out/, /\n {2}\S/],
	},
	{
		name: 'output folder where the system makes none',
		words: ['s3://lake', '--to', '/proc/self/out'],
		status: 5,
		says: [/\/proc\/self/, /\n {2}\S/],
	},
	{
		name: 'output folder whose name is too long',
		words: ['s3://lake', '--to', 'x'.repeat(300)],
		status: 5,
		says: [/xxx/, /\n {2}\S/],
	},
];

function run(
	at: Place,
	one: Pick<Case, 'env' | 'input' | 'through'>,
	words: readonly string[],
	through = one.through,
): Promise<Ran> {
	return muster(words, {
		env: {...environment(sandbox, at.home), ...one.env},
		cwd: at.work,
		...(one.input === undefined ? {} : {input: one.input}),
		...(through === undefined ? {} : {through}),
	});
}

/** Where job records would lie may have been made; a record in it would show. */
const tree = (home: string): Record<string, string> => {
	const {'config/muster': _, 'config/muster/jobs': __, ...rest} = treeOf(home);
	return rest;
};

async function refuse(
	one: Case,
	command: string,
	mode: string,
	through?: readonly string[],
): Promise<void> {
	const at = place();
	one.prepare?.(at);
	if (through !== undefined)
		for (const folder of [root, at.home, at.work]) chmodSync(folder, 0o755);
	const old = tree(at.home);
	const words = [command, ...one.words];
	if (one.bare !== true) words.push(...(command === 'get' ? ['--yes'] : []), mode);
	const ran = await run(at, one, words, through);
	if (show)
		console.log(
			`--- ${one.name}: ${command} ${mode} -> ${ran.status} ${ran.seconds.toFixed(1)} s\n${ran.out}\n${ran.err}`,
		);
	assert.equal(ran.status, one.status ?? 2, ran.err);
	for (const words of one.says) assert.match(ran.err, words);
	checkWords(ran);
	const events = mode === '--json' && one.bare !== true ? eventsOf(ran.out, ran.status) : [];
	assert.ok(events.every(({type}) => type === 'summary' || type === 'roll-call'));
	assert.deepEqual(tree(at.home), old, 'something was changed on disk');
	if (one.within !== undefined) assert.ok(ran.seconds < one.within, `${ran.seconds} s`);
}

describe('bad input is told and changes nothing', {concurrency: 2}, () => {
	for (const one of cases)
		test(one.name, async () => {
			await refuse(one, 'get', '--json');
			await refuse(one, 'check', '--plain');
		});
	for (const one of getCases)
		test(one.name, async () => {
			await refuse(one, 'get', '--json');
			await refuse(one, 'get', '--plain');
		});
});

/** A job that works, though something about it is odd. */
async function works(
	prepare: (at: Place) => void,
	words: readonly string[],
	expected: {status: number; says?: readonly RegExp[]; summary: Readonly<Record<string, unknown>>},
	more: Pick<Case, 'env' | 'input' | 'through'> = {},
): Promise<void> {
	const at = place();
	prepare(at);
	for (const command of ['check', 'get']) {
		const all = [
			command,
			...words,
			'--to',
			'out',
			'--json',
			...(command === 'get' ? ['--yes'] : []),
		];
		const ran = await run(at, more, all);
		if (show) console.log(`--- ${all.join(' ')} -> ${ran.status}\n${ran.out}\n${ran.err}`);
		assert.equal(ran.status, expected.status, ran.err);
		checkWords(ran);
		for (const said of expected.says ?? []) assert.match(ran.err, said);
		const summary = eventsOf(ran.out, ran.status).at(-1) ?? {};
		const {downloaded, ...counts} = expected.summary;
		assert.deepEqual(
			Object.fromEntries(
				Object.keys(counts).map((key) => [key, (summary as Record<string, unknown>)[key]]),
			),
			counts,
		);
		if (command === 'get')
			assert.equal((summary as Record<string, unknown>)['downloaded'], downloaded);
		else
			assert.deepEqual(
				Object.keys(treeOf(at.work)).filter((name) => name.startsWith('out')),
				[],
			);
	}
}

describe('odd input that works', {concurrency: 2}, () => {
	test('ragged rows are skipped and told, the others are fine', () =>
		works(
			list(
				'id,file,label\n1,a.png,x\n2,b.png,y\n3,a.png\n4,b.png,x,and,more,cells\n5,,z\n6,b.png,z\n',
			),
			[...csv, '--column', 'file'],
			{status: 0, says: [/rows? of the list w/, /Line \d/i], summary: {found: 2, downloaded: 2}},
		));
	test('UTF-16 with a mark', () =>
		works(list(Buffer.from(`\uFEFF${good}`, 'utf16le')), csv, {
			status: 0,
			summary: {wanted: 2, found: 2, downloaded: 2},
		}));
	test('UTF-16, big end first', () =>
		works(list(Buffer.from(`\uFEFF${good}`, 'utf16le').swap16()), csv, {
			status: 0,
			summary: {wanted: 2, downloaded: 2},
		}));
	test('actors with missing and broken lists: the others go on, 3', () =>
		works(
			(at) => {
				at.write(
					'a.json',
					JSON.stringify([
						{name: 'good'},
						{name: 'gone'},
						{name: 'broken'},
						{name: 'empty'},
						{name: '../x'},
					]),
				);
				at.write(
					'actors/good/training_data/response.json',
					JSON.stringify({urls: ['s3://lake/pictures/a.png']}),
				);
				at.write('actors/broken/training_data/response.json', '{"urls": [\n"s3://lake/x.png",\n]}');
				at.write('actors/empty/training_data/response.json', '{}');
			},
			['--actors', 'a.json'],
			{status: 3, summary: {wanted: 5, found: 1, missing: 4, downloaded: 1}},
		));
	test('another region than the bucket is in: it works, with a note', () =>
		works(() => undefined, ['s3://lake/pictures', '--region', 'us-east-2'], {
			status: 0,
			says: [/eu-west-1/],
			summary: {found: 2, downloaded: 2},
		}));
	test('ListBuckets may be denied', async () => {
		sandbox.setListBuckets(false);
		await works(() => undefined, ['s3://lake/pictures'], {
			status: 0,
			summary: {found: 2, downloaded: 2},
		});
		sandbox.setListBuckets(true);
	});
	for (const source of ['s3://lake', 's3://lake/', 'S3://lake'])
		test(`${source} is the whole bucket`, () =>
			works(() => undefined, [source], {status: 0, summary: {wanted: 3, downloaded: 3}}));
	for (const source of ['s3://lake/pictures', 's3://lake/pictures/'])
		test(`${source} is a folder`, () =>
			works(() => undefined, [source], {status: 0, summary: {wanted: 2, downloaded: 2}}));
	test('a CSV from standard input', () =>
		works(
			() => undefined,
			['s3://lake/pictures', '--csv', '-'],
			{status: 0, summary: {wanted: 2, found: 2, downloaded: 2}},
			{input: good},
		));
	test('keys from standard input', () =>
		works(
			() => undefined,
			['s3://lake', '--keys', '-'],
			{status: 3, summary: {wanted: 3, found: 2, missing: 1, downloaded: 2}},
			{
				input: 'pictures/a.png\ns3://lake/other/c.png\nnone.png\n',
			},
		));
	test('--allow-missing', () =>
		works(
			() => undefined,
			['s3://lake', '--keys', '-', '--allow-missing'],
			{status: 0, summary: {wanted: 1, missing: 1, downloaded: 0}},
			{input: 'none.png\n'},
		));
	test('credentials from an env-file', () =>
		works(
			(at) =>
				at.write(
					'keys.env',
					`AWS_ACCESS_KEY_ID=${sandbox.accessKeyId}\nAWS_SECRET_ACCESS_KEY=${sandbox.secretAccessKey}\n`,
				),
			['s3://lake', '--env-file', 'keys.env'],
			{status: 0, summary: {wanted: 3, downloaded: 3}},
			{
				env: {AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined},
				through: [process.execPath, '--'],
			},
		));
	test('brackets that are part of a name', () =>
		works(() => undefined, ['s3://lake', '--exclude', String.raw`x\[1.png`], {
			status: 0,
			summary: {wanted: 3, downloaded: 3},
		}));
});

describe('disks that refuse', () => {
	const isRoot = process.getuid?.() === 0;
	/** A disk of its own size; undefined where none may be mounted. */
	const disk = (folder: string, options: string): boolean => {
		mkdirSync(folder, {recursive: true});
		try {
			execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], {stdio: 'ignore'});
			return true;
		} catch {
			return false;
		}
	};
	const unmount = (folder: string): void => {
		execFileSync('umount', ['-l', folder], {stdio: 'ignore'});
	};

	test('an output folder of somebody else', async (context) => {
		if (!isRoot) return context.skip('only root can be somebody else');
		const one: Case = {
			name: 'not ours',
			words: ['s3://lake', '--to', 'theirs/out'],
			prepare(at) {
				mkdirSync(path.join(at.work, 'theirs'), {mode: 0o755});
				chmodSync(path.join(at.home, 'config'), 0o777);
			},
			status: 5,
			says: [/may not write/, /theirs/, /--to/],
		};
		const nobody = [
			'setpriv',
			'--reuid=65534',
			'--regid=65534',
			'--clear-groups',
			process.execPath,
		];
		await refuse(one, 'get', '--json', nobody);
		await refuse(one, 'get', '--plain', nobody);
	});

	test('an output folder on a disk that is only read', async (context) => {
		const at = place();
		const folder = path.join(at.work, 'disk');
		if (!disk(folder, 'ro,size=1m')) return context.skip('no disk may be mounted here');
		try {
			const ran = await run(at, {}, ['get', 's3://lake', '--to', 'disk/out', '--yes', '--json']);
			assert.equal(ran.status, 5, ran.err);
			assert.match(ran.err, /disk\/out can only be read[^]*--to/);
			eventsOf(ran.out, ran.status);
			checkWords(ran);
		} finally {
			unmount(folder);
		}
	});

	const big = 's3://big';
	const withBig = async (work: (store: Sandbox) => Promise<void>, rate: number): Promise<void> => {
		const store = await createSandbox({
			buckets: [flatBucket({name: 'big', keys: 60, size: 100_000})],
			throttle: {rate},
		});
		try {
			await work(store);
		} finally {
			await store.close();
		}
	};

	test('a disk that is too small for the plan: both sizes, 5, nothing is begun', async (context) => {
		const at = place();
		const folder = path.join(at.work, 'disk');
		if (!disk(folder, 'size=3m')) return context.skip('no disk may be mounted here');
		try {
			await withBig(async (store) => {
				const env = environment(store, at.home);
				for (const mode of ['--json', '--plain']) {
					const ran = await muster(['get', big, '--to', 'disk/out', '--yes', mode], {
						env,
						cwd: at.work,
					});
					if (show) console.log(ran.out, ran.err);
					assert.equal(ran.status, 5, ran.err);
					assert.match(ran.err, /6\.0 MB|5\.7\d* MiB/);
					assert.match(ran.err, /only 2\.\d+ MiB free/);
					checkWords(ran);
					if (mode === '--json') eventsOf(ran.out, ran.status);
					assert.deepEqual(
						Object.keys(treeOf(folder)).filter((name) => name.endsWith('.jpg')),
						[],
					);
				}
				const checked = await muster(['check', big, '--to', 'disk/out', '--plain'], {
					env,
					cwd: at.work,
				});
				assert.equal(checked.status, 0, checked.err);
			}, 0);
		} finally {
			unmount(folder);
		}
	});

	test('a disk that fills up on the way: 5 with all saved, and with room the resume completes', async (context) => {
		const at = place();
		const folder = path.join(at.work, 'disk');
		if (!disk(folder, 'size=12m')) return context.skip('no disk may be mounted here');
		try {
			await withBig(async (store) => {
				const env = environment(store, at.home);
				let filled = false;
				const ran = await muster(['get', big, '--to', 'disk/out', '--yes', '--json'], {
					env,
					cwd: at.work,
					onOut(out) {
						if (filled || !out.includes('"downloaded"')) return;
						filled = true;
						const {bavail, bsize} = statfsSync(folder);
						writeFileSync(path.join(folder, 'ballast'), Buffer.alloc(bavail * bsize - 1_000_000));
					},
				});
				if (show) console.log(ran.out, ran.err);
				assert.equal(ran.status, 5, ran.err);
				assert.match(ran.err, /full|can't be written/);
				checkWords(ran);
				const first = eventsOf(ran.out, ran.status);
				assert.deepEqual(
					first.filter(({type}) => type === 'paused').map((event) => event['reason']),
					['disk'],
				);
				const last = first.at(-1) ?? {type: ''};
				const before = Number(last['downloaded']);
				assert.ok(before > 0 && before < 60, String(before));
				assert.equal(last['failed'], 0);
				rmSync(path.join(folder, 'ballast'));
				store.setThrottle({rate: 0});
				store.resetStats();
				const resumed = await muster(['resume', String(last['job']), '--json'], {
					env,
					cwd: at.work,
				});
				assert.equal(resumed.status, 0, resumed.err);
				const second = eventsOf(resumed.out, resumed.status);
				assert.equal(
					second.filter((event) => event['status'] === 'downloaded').length,
					60 - before,
				);
				assert.equal(store.stats().operations.GetObject, 60 - before);
				const files = Object.keys(
					treeOf(path.join(folder, 'out'), (name) => name.startsWith('.muster')),
				);
				assert.equal(files.filter((name) => name.endsWith('.jpg')).length, 60);
			}, 2_000_000);
		} finally {
			unmount(folder);
		}
	});
});

describe('wrong words beside get and check', {concurrency: 2}, () => {
	const table: readonly (readonly [readonly string[], readonly RegExp[]])[] = [
		[
			['gte', 's3://lake'],
			[/"gte"/, /muster get/],
		],
		[
			['resume', '77'],
			[/job 77/, /muster jobs/],
		],
		[
			['resume', 'x'],
			[/"?x"?/, /number|muster jobs/],
		],
		[
			['attach', '77'],
			[/job 77/, /\n {2}\S/],
		],
		[
			['verify', 'nothing'],
			[/nothing/, /\n {2}\S/],
		],
		[['verify'], [/FOLDER/]],
		[
			['jobs', '--jsn'],
			[/--jsn/, /--json/],
		],
		[[], [/terminal/]],
	];
	for (const [words, says] of table)
		test(`muster ${words.join(' ')}`, async () => {
			const at = place();
			const old = tree(at.home);
			const ran = await run(at, {}, words);
			if (show) console.log(ran.status, ran.out, ran.err);
			assert.equal(ran.status, 2, ran.err);
			for (const said of says) assert.match(ran.err, said);
			checkWords(ran);
			assert.deepEqual(tree(at.home), old);
		});
});
