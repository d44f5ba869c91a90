import assert from 'node:assert/strict';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import {parse} from 'csv-parse/sync';
import {createSandbox, memoryBucket} from '../../source/sandbox/index.ts';
import type {Sandbox} from '../../source/sandbox/index.ts';
import {checkWords, environment, eventsOf, muster, treeOf} from './built.ts';
import type {Event} from './built.ts';

/** Keys that somebody may have put into a bucket, below `in/`. */
const names: readonly string[] = [
	[
		'../x',
		'../../x',
		'/abs',
		'//abs',
		'/etc/passwd',
		'a/../../b',
		'a/./b',
		'./c',
		'..',
		'.',
		'a//b',
	],
	['..\\..\\w', 'C:\\boot.ini', 'C:/boot.ini', '\\\\host\\share\\f', 'file:///etc/passwd'],
	['nul\u0000byte.png', 'line\nend.png', 'carriage\rreturn.png', 'tab\there.png'],
	['\u001B[2J\u001B]0;owned\u0007.png', 'bell\u0007.png', 'csi\u009B31m.png', 'del\u007F.png'],
	[
		'\u202Egnp.exe',
		'iso\u2066late\u2069.png',
		'zero\u200Bwidth.png',
		'\uFEFFbom.png',
		'line\u2028sep.png',
	],
	['b'.repeat(255), `${'c'.repeat(251)}.png`, 'd'.repeat(300), `${'é'.repeat(150)}.png`],
	['dots...', 'dot.', 'spaces   ', ' lead', 'both ', '   ', '...'],
	['stem', 'stem/inner.png', 'stem/inner.png/deeper.png'],
	[
		'Case.png',
		'case.png',
		'CASE.PNG',
		'caf\u00E9.png',
		'cafe\u0301.png',
		'\uFB01le.png',
		'file.png',
	],
	['CON', 'con.txt', 'aux.png', 'LPT1', 'nul', 'COM1.tar.gz'],
	['.muster/ledger.sqlite', '.MUSTER/ledger.sqlite', '.muster', '.muster./x', '.mus\u200Cter/x'],
	[`${'deep/'.repeat(120)}end.png`, `${'x'.repeat(200)}/${'y'.repeat(200)}/${'z'.repeat(200)}.png`],
	['\u{1F98A}/\u{1F468}\u200D\u{1F469}\u200D\u{1F467}.png', '日本語/画像.png', 'naïve file.png'],
	[
		'-rf',
		'--to=elsewhere',
		'--yes',
		'$(touch owned)',
		'`id`',
		'a;b',
		'a|b',
		'a&b',
		'~',
		'~/x',
		'*',
		'?',
	],
	[
		'%2e%2e/%2e%2e/x',
		'%2e%2e%2fx',
		'a%00b',
		'a+b.png',
		'a b.png',
		'a%20b.png',
		'#hash',
		'?query=1',
		'a?versionId=7',
	],
	[
		'=cmd|calc!A1',
		'+1+1',
		'@SUM(A1)',
		'-2+3',
		'"quoted".png',
		"it's.png",
		'comma,semi;.png',
		'photo~0123456789ab.png',
	],
].flat();
const prefix = 'in/';
const keys = names.map((name) => prefix + name);
const bodies = new Map(keys.map((key, index) => [key, `body ${index} of ${key}`]));

let sandbox: Sandbox;
let root = '';
before(async () => {
	sandbox = await createSandbox({
		buckets: [
			memoryBucket('wild', [
				...bodies,
				['in/marker/', ''],
				['in/full-marker/', 'a folder with bytes'],
				['\u0000', 'beyond the prefix'],
			]),
		],
	});
	root = mkdtempSync(path.join(tmpdir(), 'muster-wild-'));
});
after(async () => {
	await sandbox.close();
	rmSync(root, {recursive: true, force: true});
});

type Manifest = {
	readonly name: string;
	readonly words: readonly string[];
	readonly write: (folder: string) => void;
};

/** What no list can hold: a zero byte ends a name in it. */
const listed = keys.filter((key) => !key.includes('\0'));

const manifests: readonly Manifest[] = [
	{name: 'prefix', words: ['s3://wild/in'], write: () => undefined},
	{
		name: 'key list',
		words: ['s3://wild/in', '--keys', 'keys.txt'],
		write: (folder) => writeFileSync(path.join(folder, 'keys.txt'), `${listed.join('\0')}\0`),
	},
	{
		name: 'CSV',
		words: ['s3://wild/in', '--csv', 'list.csv', '--column', 'file', '--group-by', 'group'],
		write: (folder) => {
			const groups = ['good', '../../evil', '\u001B[31mred', '.muster', '=1+1', 'CON', ''];
			const rows = listed.map((key, index) =>
				[String(index), `"${key.replaceAll('"', '""')}"`, groups[index % groups.length]].join(','),
			);
			writeFileSync(path.join(folder, 'list.csv'), `id,file,group\n${rows.join('\n')}\n`);
		},
	},
];

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number =>
	a < b ? -1 : 1;

const field = (event: Event, name: string): string => String(event[name]);
const files = (events: readonly Event[], ...states: readonly string[]): readonly Event[] =>
	events.filter((event) => event.type === 'file' && states.includes(field(event, 'status')));

/** Each file lies below the folder, outside of muster's own, under a printable name, with the bytes of its key. */
function checkFiles(out: string, events: readonly Event[]): Map<string, string> {
	const paths = new Map<string, string>();
	for (const event of files(events, 'downloaded', 'local')) {
		const key = field(event, 'key');
		const local = field(event, 'path');
		const file = path.resolve(out, local);
		assert.ok(file.startsWith(`${out}${path.sep}`), `${local} leaves the folder`);
		assert.equal(path.relative(out, file), local, 'the path needs no tidying');
		assert.doesNotMatch(local, /^\.muster(?:\/|$)/i);
		assert.doesNotMatch(local, /[\p{Cc}\u202A-\u202E\u2066-\u2069\u2028]/u);
		assert.equal(
			readFileSync(file, 'utf8'),
			bodies.get(key),
			`${local} has the bytes of another key`,
		);
		assert.ok(!paths.has(local), `${local} stands for two keys`);
		paths.set(local, key);
	}
	return paths;
}

function checkReports(out: string): void {
	for (const name of ['resolved.csv', 'missing.csv', 'failed.csv']) {
		const text = readFileSync(path.join(out, '.muster/reports', name), 'utf8');
		const rows: string[][] = parse(text);
		for (const cell of rows.flat())
			assert.doesNotMatch(
				cell,
				/^[=@\t\r]|^[+-](?![\d.,]+$|$)/,
				`${name}: a spreadsheet would run it`,
			);
	}
	JSON.parse(readFileSync(path.join(out, '.muster/reports/summary.json'), 'utf8'));
}

for (const manifest of manifests)
	for (const layout of ['keys', 'flat', 'groups'])
		test(`${manifest.name}, layout ${layout}`, async () => {
			const home = mkdtempSync(path.join(root, 'p-'));
			const work = path.join(home, 'work');
			const out = path.join(work, 'nest/out');
			mkdirSync(work);
			manifest.write(work);
			const outside = (): Record<string, string> =>
				treeOf(home, (name) => name.startsWith('config') || name === 'work/nest');
			const old = outside();
			const get = (...more: readonly string[]) =>
				muster(
					['get', ...manifest.words, '--to', 'nest/out', '--yes', '--layout', layout, ...more],
					{
						env: environment(sandbox, home),
						cwd: work,
					},
				);

			const ran = await get('--json');
			checkWords(ran);
			const events = eventsOf(ran.out, ran.status);
			const summary = events.at(-1) as Record<string, number> & Event;
			const {
				wanted = 0,
				downloaded = 0,
				failed = 0,
				missing = 0,
				ambiguous = 0,
				duplicate = 0,
			} = summary;
			assert.equal(wanted, manifest.name === 'prefix' ? keys.length + 1 : listed.length);
			assert.equal(downloaded + failed + missing + ambiguous + duplicate, wanted);
			assert.equal(summary['exit_code'], failed > 0 ? 1 : missing + ambiguous > 0 ? 3 : 0, ran.err);
			assert.equal(files(events, 'downloaded').length, downloaded);
			assert.equal(files(events, 'failed').length, failed);
			for (const event of files(events, 'failed'))
				assert.match(JSON.stringify(event['error']), /message":".{10}/);
			const paths = checkFiles(out, events);
			assert.equal(paths.size, downloaded);
			const onDisk = treeOf(out, (name) => name === '.muster');
			assert.deepEqual(
				Object.keys(onDisk)
					.filter((name) => onDisk[name]?.startsWith('file'))
					.sort(),
				[...paths.keys()].sort(),
			);
			assert.deepEqual(outside(), old, 'something outside of the folder was changed');
			if (manifest.name === 'prefix') {
				const bad = files(events, 'failed').map((event) => field(event, 'key'));
				assert.deepEqual(bad, ['in/full-marker/'], 'only a folder cannot be a file');
				assert.equal(new Set(paths.values()).size, keys.length);
			}
			// a cell of a table has no white space at its ends; everything else is found
			const trimmed = manifest.name === 'CSV' ? listed.filter((key) => key.endsWith(' ')) : [];
			assert.deepEqual(
				files(events, 'missing').map((event) => field(event, 'wanted')),
				trimmed.map((key) => key.trim()),
			);
			assert.equal(ambiguous + duplicate, 0);
			checkReports(out);

			sandbox.resetStats();
			const again = await get('--json');
			checkWords(again);
			const later = eventsOf(again.out, again.status);
			assert.equal(later.at(-1)?.['downloaded'], 0);
			assert.equal(later.at(-1)?.['local'], downloaded);
			assert.equal(sandbox.stats().operations.GetObject ?? 0, 0);
			assert.deepEqual(
				new Map([...checkFiles(out, later)].sort(byName)),
				new Map([...paths].sort(byName)),
			);

			const plain = await get('--plain', '--verbose');
			checkWords(plain);
			assert.ok(!existsSync(path.join(work, 'owned')));
			assert.deepEqual(outside(), old);
		});

describe('the other commands over the same folder', () => {
	test('check, verify, jobs show no control character', async () => {
		const home = mkdtempSync(path.join(root, 'p-'));
		const env = environment(sandbox, home);
		const run = (...words: readonly string[]) => muster(words, {env, cwd: home});
		const got = await run('get', 's3://wild/in', '--to', 'out', '--yes', '--plain', '--verbose');
		checkWords(got);
		writeFileSync(path.join(home, 'out', 'stem', 'inner.png~x'), '');
		const [first = ''] = Object.keys(treeOf(path.join(home, 'out'))).filter((name) =>
			name.includes('gnp'),
		);
		writeFileSync(path.join(home, 'out', first), 'spoilt');
		for (const words of [
			['check', 's3://wild/in', '--to', 'out', '--verbose'],
			['check', 's3://wild', '--keys', '-', '--to', 'out'],
			['verify', 'out'],
			['jobs'],
		]) {
			const ran = await run(...words);
			checkWords(ran);
			if (words[0] === 'verify') assert.equal(ran.status, 1, ran.out);
		}
	});
});
