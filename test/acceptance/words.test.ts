import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test, type TestContext} from 'node:test';
import {startSandboxProcess} from '../../source/sandbox/index.ts';
import {Stage} from './bed.ts';
import {withoutTmux, type Tmux} from './tmux.ts';
import {browseTo} from './walk.ts';

// The situations of UX.md section 5, each with its words, on the screen and in plain lines.

const skip = withoutTmux();
const limits = {skip, timeout: 90_000};
const list = (folder: string, name: string, lines: readonly string[]) =>
	writeFileSync(path.join(folder, name), `${lines.join('\n')}\n`);

let runs = 0;

/** What a plain command leaves on the screen, unwrapped, with its exit status. */
async function plain(shell: Tmux, words: string): Promise<string> {
	await shell.command('clear-history');
	runs++;
	await shell.line(`clear; muster ${words} --plain; echo "status $? of ${runs}"`);
	await shell.until(new RegExp(`^status \\d+ of ${runs}$`, 'm'), 30_000);
	return (await shell.screen('-J', '-S', '-')).map((line) => line.trimEnd()).join('\n');
}

const flat = (lines: readonly string[]) => lines.map((line) => line.trim()).join(' ');

async function shows(shell: Tmux, words: RegExp, limit?: number): Promise<string> {
	return flat(await shell.until((lines) => words.test(flat(lines)), limit));
}

test('UX 7.30 (1): no credentials', limits, async () => {
	await using stage = await Stage.make({samples: 'demo'});
	const none = {AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined};
	const shell = await stage.shell({env: none});
	const out = await plain(shell, 'get s3://road-datalake/ --to out --yes');
	assert.match(out, /No AWS sign-in found on this machine[^]*code=no-credentials[^]*status 4/);
	await shell.line('clear; muster');
	await shell.until(/> New download[^]*Disk/);
	await shell.key('enter');
	await shows(shell, /No AWS sign-in found on this machine\./);
});

test('UX 7.30 (2): a sign-in that ends in the middle of a job', limits, async () => {
	await using stage = await Stage.make({samples: 'demo', rate: 20 * 1024});
	const shell = await stage.shell();
	await shell.line('muster get s3://studio-actors/actors/ --to out --yes');
	await shell.until(/Downloading[^]*[1-9]\d* of 239 files/);
	await stage.sandbox.control('POST expire');
	const screen = await shows(shell, /Your AWS sign-in ended.*The job waits, nothing is lost\./);
	assert.match(screen, /i sign in again/);
	assert.doesNotMatch(screen, /failed/);
	await shell.key('q', '2');
	await shell.until(/^\$$/m);
	const out = await plain(shell, 'get s3://studio-actors/actors/ --to out2 --yes');
	assert.match(out, /sign-in[^]*code=expired-credentials[^]*status 4/i);
});

test('UX 7.30 (3, 4, 5, 6): buckets and folders', limits, async (t: TestContext) => {
	await using stage = await Stage.make({samples: 'demo', listBuckets: false});
	const shell = await stage.shell({
		env: {...stage.profiles('alpha', 'beta'), AWS_REGION: 'us-east-1'},
	});
	const config = path.join(stage.home, '.aws', 'config');
	writeFileSync(config, readFileSync(config, 'utf8').replaceAll('eu-west-1', 'us-east-1'));
	await shell.line('muster');
	await shell.until(/> New download[^]*Disk/);
	await shell.key('enter');
	await shell.until(/Which sign-in/);
	await shell.key('enter');
	await t.test('UX 7.30 (3): ListBuckets is denied', async () => {
		await shows(
			shell,
			/This profile may not list all buckets\. That is normal; a bucket name is enough\./,
		);
		assert.match((await shell.screen()).at(-1) ?? '', /n type a name/);
	});
	const open = async (name: string) => {
		await shell.key('n');
		await shell.until(/Bucket name/);
		// what was typed before may be corrected; here it is typed anew
		await shell.command('send-keys', 'C-u');
		await shell.until(/Bucket name ▏/);
		await shell.key(name);
		// text and Enter in one read would be a paste
		await shell.until((lines) => lines.some((line) => line.includes(name)));
		await shell.key('enter');
	};
	await t.test('UX 7.30 (4): another region, switched', async () => {
		await open('road-datalake');
		await shows(shell, /road-datalake is in eu-west-1, not us-east-1\. Switched for this bucket\./);
		await shell.until(/muster {2}Browse[^]*datalake_training/);
	});
	await shell.escape();
	await t.test('UX 7.30 (5): no such bucket, a near one was used before', async () => {
		await shell.until(/muster {2}Buckets/);
		await open('road-datalak');
		const words = await shows(shell, /There is no bucket "road-datalak"\./);
		assert.match(words, /n types/);
	});
	await t.test('UX 7.30 (6): an empty prefix', async () => {
		await open('road-datalake/nothing/');
		await shows(
			shell,
			/Nothing under nothing\/\. One level up there (?:is|are) 1 folder\. ← goes up\./,
		);
	});
	await shell.key('ctrl+c', 'ctrl+c');
	await shell.until(/^\$$/m);
	await t.test('UX 7.30 (5, 6): in plain lines', async () => {
		const bucket = await plain(shell, 'get s3://road-datalak/ --to out --yes --profile alpha');
		assert.match(bucket, /There is no bucket "road-datalak"\. code=no-such-bucket[^]*status 2/);
		const empty = await plain(
			shell,
			'get s3://road-datalake/nothing/ --to out --yes --profile alpha',
		);
		assert.match(empty, /There is nothing under s3:\/\/road-datalake\/nothing\/[^]*status 2/);
	});
});

test('UX 7.30 (7, 8, 9, 10) and the second start: a CSV', limits, async (t: TestContext) => {
	await using stage = await Stage.make({samples: 'flat', keys: 200, size: 500});
	const {work} = stage;
	const name = (index: number) => `img_${String(index).padStart(7, '0')}.jpg`;
	const rows = Array.from({length: 60}, (_, index) => `${index},${name(index)}`);
	list(work, 'bad.csv', ['id,file', ...rows.slice(0, 20), '20,a,b,c', ...rows.slice(20)]);
	list(work, 'other.csv', ['take,who', ...rows.map((_, index) => `take_${index},anna`)]);
	list(work, 'none.csv', ['id,file', ...rows.map((_, index) => `${index},nowhere_${index}.jpg`)]);
	const shell = await stage.shell();
	const get = 'get s3://flat/images/ --yes --to out --csv';
	await t.test('UX 7.30 (8): bad rows, in plain lines', async () => {
		const out = await plain(shell, `${get} bad.csv`);
		assert.match(out, /Line 22 has 4 fields, the header has 2/);
		assert.match(out, /60 ok[^]*status 0/);
	});
	await t.test('UX 7.30 (9): nothing matches, in plain lines', async () => {
		const out = await plain(shell, 'get s3://flat/images/ --yes --to none --csv none.csv');
		assert.match(out, /60 missing[^]*status 3/);
	});
	await browseTo(shell, 'flat/images/');
	await shell.until(/img_0000000\.jpg/);
	await shell.key('f');
	await shell.until(/bad\.csv/);
	const choose = async (file: string) => {
		await shell.key('/');
		await shell.until(/Find [^]*/);
		await shell.key(file);
		await shell.until(new RegExp(`^ > ${file}`, 'm'));
		await shell.key('enter');
		await shell.until(/Enter use/);
		await shell.key('enter');
		await shell.until(new RegExp(`Manifest · ${file}`));
		await shell.until(/tried on/);
	};
	await t.test('UX 7.30 (7): no column fits', async () => {
		await choose('other.csv');
		await shows(shell, /No column fits file names under images\/\. Best: \w+, 0 % of 60 rows\./);
		assert.match((await shell.screen()).at(-1) ?? '', /p prefix {2}e ending {2}m match/);
		await shell.escape();
		await shell.escape();
	});
	await t.test('UX 7.30 (8): bad rows, and b shows them', async () => {
		await choose('bad.csv');
		await shows(shell, /1 bad row skipped \(b\)/);
		await shell.key('b');
		await shows(shell, /Line 22 has 4 fields, the header has 2/i);
		await shell.escape();
	});
	await t.test('UX 7.30 (10): all are here already', async () => {
		await shell.key('enter');
		await shell.until(/Where do the files go/);
		await shell.key('f');
		await shell.until(/Folder [^]*▏/);
		await shell.command('send-keys', 'C-u');
		await shell.key(path.join(work, 'out'));
		await shell.key('enter');
		await shell.until(/the folder is there/);
		await shell.key('enter');
		await shell.until(/How should it be/);
		await shell.key('enter');
		await shows(shell, /All 60 files are already in \S+out, same size\./, 20_000);
		await shows(shell, /Enter done; v check every checksum/);
		await shell.key('enter');
		await shell.until(/finished/);
	});
	await shell.key('q');
	await shell.until(/^\$$/m);
	await t.test('UX 7.30: on a second start Enter, then d, starts the same CSV job', async () => {
		mkdirSync(path.join(work, 'elsewhere'));
		await plain(shell, 'get s3://flat/images/ --yes --to again --csv bad.csv');
		const {id} = await stage.job();
		for (let index = 0; index < 60; index += 2) {
			const {rmSync} = await import('node:fs');
			rmSync(path.join(work, 'again', name(index)), {force: true});
			rmSync(path.join(work, 'again', 'images', name(index)), {force: true});
		}
		await shell.line('clear; muster');
		await shell.until(/> Again: bad\.csv from flat to \S+again/);
		await shell.key('enter');
		await shell.until(/30 ready/);
		await shell.key('d');
		await shell.until(/Job \d+ finished/);
		const job = await stage.job((one) => one.state === 'finished' && one.id !== id);
		assert.equal(job.spec.manifest.kind, 'csv');
		assert.equal(job.folder, path.join(work, 'again'));
	});
});

test('UX 7.30 (9): nothing matches, on the screen', limits, async () => {
	await using stage = await Stage.make({samples: 'flat', keys: 50, size: 500});
	list(stage.work, 'none.csv', [
		'id,file',
		...Array.from({length: 9}, (_, index) => `${index},no_${index}.jpg`),
	]);
	const shell = await stage.shell();
	await shell.line('muster get s3://flat/images/ --to out --csv none.csv --column file');
	const asked = flat(await shell.until(/\[w\]|status|\$$/m));
	if (/\[w\]/.test(asked)) await shell.line('w');
	await shows(shell, /None of 9 rows exists\.|9 missing/);
});

test('UX 7.30 (13): S3 asks to slow down', limits, async () => {
	await using stage = await Stage.make({samples: 'demo', rate: 20 * 1024});
	await stage.rules({match: {operation: 'GetObject', every: 3}, action: {type: 'throttle'}});
	const shell = await stage.shell();
	await shell.line('muster get s3://studio-actors/actors/ --to out --yes');
	await shows(shell, /S3 asked us to slow down\. Using \d+ of \d+ connections for now\./, 20_000);
	await shell.key('ctrl+c', 'ctrl+c');
	await shell.until(/^\$$/m);
	await stage.throttle({rate: 100 * 1024});
	await stage.rules({match: {operation: 'GetObject', count: 20}, action: {type: 'throttle'}});
	const out = await plain(shell, 'get s3://studio-actors/actors/ --to out2 --yes');
	assert.match(out, /S3 asked us to slow down\. Using \d+ of \d+ connections for now\./);
});

test('UX 7.30 (14): the network is down, and comes back', limits, async () => {
	await using stage = await Stage.make({samples: 'demo', rate: 20 * 1024});
	const shell = await stage.shell();
	await shell.line('muster get s3://studio-actors/actors/ --to out --yes --retries 2');
	await shows(shell, /[1-9]\d* of 239 files/, 20_000);
	await stage.sandbox.stop();
	await shows(shell, /No connection to S3 for \d+ s\. Next try in \d+ s, for up to 24 h\./, 40_000);
	await shows(shell, /p try now/);
	const back = await startSandboxProcess({samples: 'demo', port: stage.sandbox.port});
	try {
		await shell.key('p');
		await shows(shell, /239 of 239 files/, 30_000);
		await shows(shell, /0 failed/);
	} finally {
		await back.stop();
	}
});

test('UX 7.30 (15): a file that arrives damaged', limits, async () => {
	await using stage = await Stage.make({samples: 'flat', keys: 3, size: 5000});
	await stage.rules({
		match: {operation: 'GetObject', key: '*_0000001.jpg'},
		action: {type: 'flip', at: 7},
	});
	const shell = await stage.shell();
	const out = await plain(shell, 'get s3://flat/images/ --to out --yes');
	assert.match(out, /img_0000001\.jpg[^]*code=checksum[^]*status [13]/);
	await shell.line('clear; muster resume 1');
	await shows(shell, /img_0000001\.jpg/, 30_000);
});

test('UX 7.30 (16): a folder that is not to be written', limits, async () => {
	await using stage = await Stage.make({samples: 'flat', keys: 3});
	const file = path.join(stage.home, 'a-file');
	writeFileSync(file, '');
	const shell = await stage.shell();
	const out = await plain(shell, `get s3://flat/images/ --to ${file}/takes --yes`);
	assert.match(out, /a-file[^]*code=disk[^]*status 5/);
});
