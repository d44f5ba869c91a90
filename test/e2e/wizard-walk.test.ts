import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmod, mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, test} from 'node:test';
import {
	actorBucket,
	actorKey,
	actorAt,
	datalakeBucket,
	datalakePrefix,
	demoActors,
	missingActorImage,
	roadImages,
	roadRows,
	writeSamples,
} from '../../source/sandbox/index.ts';
import type {SandboxProcessOptions} from '../../source/sandbox/index.ts';
import {folderTree} from '../helpers/folder-tree.ts';
import type {Tty} from '../helpers/tty.ts';
import {
	builtEntry,
	frameFaults,
	moveTo,
	objectTree,
	press,
	resizeThrough,
	Walk,
	wrongKeys,
} from '../helpers/walk.ts';

/** A secret that stands nowhere else, to look for in whatever was written. */
const identity = {
	accessKeyId: 'AKIAWIZARDWALK000001',
	secretAccessKey: 'wizard/walk+secret/that/must/never/reach/a/disk',
};

async function withSamples(more: SandboxProcessOptions = {}): Promise<Walk> {
	const walk = await Walk.make({samples: 'demo', identities: [identity], ...more});
	await writeSamples(walk.work);
	return walk;
}

/** What holds of every screen of the wizard: whole at any size, deaf to keys without a meaning. */
async function examine(tty: Tty): Promise<void> {
	assert.deepEqual(frameFaults(tty), []);
	await resizeThrough(tty);
	await wrongKeys(tty);
}

/** On a machine that is ready the first start needs no key. */
async function toBuckets(tty: Tty): Promise<void> {
	await tty.until(/> road-datalake/);
	assert.match(tty.screen().join('\n'), /All six checks are fine/);
	// a key takes the message away
	await press(tty, 'down', /> studio-actors/);
	await press(tty, 'up', /> road-datalake/);
}

/** With two sign-ins a person is asked. */
async function toBucketsByKeys(tty: Tty): Promise<void> {
	await tty.until(/> New download/);
	await examine(tty);
	await press(tty, 'enter', /> elsewhere/);
	await press(tty, 'down', /> environment/);
	await examine(tty);
	await press(tty, 'enter', /> road-datalake/);
}

/** The whole line that repeats the job, as `o` shows it for selecting. */
async function againLine(tty: Tty): Promise<string> {
	await press(tty, 'o', /> 1 The line that repeats this job/);
	await press(tty, 'enter', /Esc goes back/);
	await tty.quiet(150, 2000);
	const screen = tty.screen();
	const from = screen.findIndex((line) => line.startsWith('muster get '));
	const to = screen.indexOf('', from);
	assert.ok(from > 0 && to > from, tty.framed());
	tty.key('escape');
	await tty.until(/Again +muster get/);
	return screen
		.slice(from, to)
		.map((line, index, all) => (index === all.length - 1 ? line : line.padEnd(tty.columns)))
		.join('');
}

/** The same line as it stands on the summary, without its blanks. */
function shownAgain(tty: Tty): string {
	const screen = tty.screen();
	const from = screen.findIndex((line) => / Again +muster get/.test(line));
	const rest = screen.slice(from + 1);
	const end = rest.findIndex((line) => !line.startsWith('         '));
	return [screen[from]?.replace(/^ Again/, '') ?? '', ...rest.slice(0, end)]
		.join('')
		.replaceAll(/\s/g, '');
}

/** Runs a line in bash, where `muster` is the built program. */
async function inBash(walk: Walk, line: string): Promise<{status: number; out: string}> {
	const bin = path.join(walk.home, 'bin');
	await mkdir(bin, {recursive: true});
	const script = path.join(bin, 'muster');
	await writeFile(script, `#!/bin/sh\nexec '${process.execPath}' '${builtEntry}' "$@"\n`);
	await chmod(script, 0o755);
	const child = spawn('bash', ['-c', line], {
		cwd: walk.home,
		env: {...walk.env, PATH: `${bin}:${process.env['PATH'] ?? ''}`},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let out = '';
	child.stdout.on('data', (data: Buffer) => (out += data.toString()));
	child.stderr.on('data', (data: Buffer) => (out += data.toString()));
	const [status] = (await once(child, 'close')) as [number];
	return {status, out};
}

/** Every file below a folder that has a text in it. */
async function filesWith(folder: string, text: string): Promise<string[]> {
	const entries = await readdir(folder, {recursive: true, withFileTypes: true});
	const found: string[] = [];
	for (const entry of entries) {
		if (!entry.isFile()) continue;
		const file = path.join(entry.parentPath, entry.name);
		if ((await readFile(file)).includes(text)) found.push(file);
	}
	return found;
}

/** The line of the summary, run by bash after the end, asks for no object and finds all of them here. */
async function endAndRepeat(walk: Walk, tty: Tty, local: number, status: number): Promise<void> {
	const line = await againLine(tty);
	assert.equal(shownAgain(tty), line.replaceAll(/\s/g, ''));
	await quit(tty, status);
	const before = (await walk.stats()).operations.GetObject ?? 0;
	const ran = await inBash(walk, line);
	assert.equal(ran.status, status, ran.out);
	assert.match(ran.out, new RegExp(`\\b${local} already (?:here|local)`));
	assert.equal((await walk.stats()).operations.GetObject ?? 0, before, 'no object was asked for');
}

async function quit(tty: Tty, code: number): Promise<void> {
	tty.key('q');
	assert.equal((await tty.exit).code, code);
	assert.equal(tty.alternateScreen, false);
	assert.ok(tty.cursor.visible);
	assert.match(tty.scrollback().join('\n'), /muster job \d+: /);
}

/** Files below the prefix that the rows of the CSV mean, under the key's path below it. */
function wantedRoads(): [string, string][] {
	const keys = roadRows().flatMap(({kind, key}) =>
		key !== undefined && (kind === 'exact' || kind === 'other-extension') ? [key] : [],
	);
	return keys.map((key) => [key.slice(datalakePrefix.length), key]);
}

describe('the wizard in a terminal, from welcome to summary', {timeout: 240_000}, () => {
	test('a CSV: every screen at three sizes, pastes, pause, quit, resume, the line, the next start', async () => {
		await using walk = await withSamples({rate: 60_000});
		const first = walk.muster();
		await toBuckets(first);
		await examine(first);

		// a paste fills the field and presses nothing, its line feed included
		await press(first, 'n', /Bucket ▏|Name ▏|▏/);
		first.paste('road-data\nlake');
		await first.until(/road-data ?lake/);
		await press(first, 'ctrl+u', /(?:Bucket|Name)[^\n]* ▏/);
		first.paste('road-datalake\n');
		await first.until(/road-datalake ?▏/);
		await press(first, 'enter', /> \[ \] datalake_training\//);
		await examine(first);
		await press(first, 'enter', /> \[ \] GEN\//);
		await press(first, '/', /Find[^\n]*▏/);
		first.paste('real');
		await first.until(/> \[ \] REAL\//);
		await press(first, 'enter', /> \[ \] REAL\//);
		await press(first, 'enter', /> \[ \] 2024\//);
		await press(first, 'f', /What do you want\?/);
		await examine(first);
		await press(first, 'n', /Path ▏/);
		first.paste(walk.in('images.csv'));
		await first.until(/images\.csv▏/);
		await press(first, 'enter', /> 2 image[^]*> 4 label/);
		await examine(first);
		await press(first, 'tab', /→2 Which column/);
		await press(first, 'down', /> 3 site/);
		await press(first, 'enter', /Where do the files go\?/);
		await examine(first);
		await press(first, 'f', /Folder ~/);
		await press(first, 'ctrl+u', /Folder ▏/);
		first.paste('road pictures');
		await first.until(/Folder road pictures▏/);
		await press(first, 'enter', /> ~\/datasets\/road pictures/);
		await press(first, 'enter', /How should it be fetched\?/);
		await examine(first);
		await press(first, 'enter', /322 ready[^]*> all +12/);
		await examine(first);

		await press(first, 'd', /Downloading · job 1/);
		await first.until(() => first.screen().some((line) => / [1-9]\d* of 322 files/.test(line)));
		await resizeThrough(first);
		await press(first, 'p', /Paused · job 1[^]*p go on/);
		assert.doesNotMatch(
			first.screen().join('\n'),
			/[1-9][\d.]* (?:[KM]i)?B\/s/,
			'no speed while it is paused',
		);
		// open files still come to their end, the screen stays the same one
		await wrongKeys(first, ([title = '']) => title);
		await resizeThrough(first);
		await press(first, 'p', /Downloading · job 1/);
		await press(first, 'q', /1 Keep it running[^]*2 Pause it and quit[^]*3 Stay here/);
		first.key('2');
		assert.equal((await first.exit).code, 130);
		assert.match(first.scrollback().join('\n'), /muster resume 1/);
		const [stopped] = await walk.jobs();
		assert.ok(stopped !== undefined && stopped.filesDone < 322, 'it was stopped on its way');

		// what was cut amid its way counts as handed over for a server whose socket took it all
		const finished = Object.keys(await folderTree(walk.in('road pictures')));
		const atStop = (await walk.stats()).gets;
		await walk.rate(0);
		const second = walk.muster();
		await second.until(/> Job 1 is not finished: \d+ of 322 files/);
		await examine(second);
		await press(second, 'enter', /Job 1 finished/);
		await second.until(/Downloaded +322 /);
		await examine(second);
		assert.deepEqual(
			await folderTree(walk.in('road pictures')),
			objectTree(datalakeBucket(), wantedRoads()),
		);
		const gets = (await walk.stats()).gets;
		assert.ok(finished.length > 0);
		for (const [name, key] of wantedRoads()) {
			if (!finished.includes(name)) continue;
			const [before, after] = [atStop, gets].map((all) => all[`road-datalake/${key}`]?.requests);
			assert.equal(after, before, `${name} was finished and is fetched again`);
		}
		await endAndRepeat(walk, second, 322, 3);

		// the choices of the last time
		const third = walk.muster();
		await third.until(/> Again: images\.csv from road-datalake to ~\/datasets\/road pictures/);
		await examine(third);
		await press(third, 'enter', /322 already local/);
		await press(third, 'enter', /Job 3 finished/);
		await press(third, 'enter', /> Again: images/);
		third.key('q');
		assert.equal((await third.exit).code, 0);
		const fourth = walk.muster();
		await fourth.until(/ok S3/);
		await moveTo(fourth, /New download/);
		await press(fourth, 'enter', /> road-datalake/);
		await press(fourth, 'enter', /> \[ \] 2024\//);
		await press(fourth, 'f', /What do you want\?/);
		await moveTo(fourth, /images\.csv/);
		await press(fourth, 'enter', /> 2 image[^]*> 3 site/);
		await press(fourth, 'enter', /> ~\/datasets\/road pictures +last time for this bucket/);
		fourth.key('q');
		assert.equal((await fourth.exit).code, 0);

		assert.deepEqual(await filesWith(walk.home, identity.secretAccessKey), []);
		assert.ok(
			(await filesWith(walk.home, 'road-datalake')).length > 3,
			'the search finds what is there',
		);
	});

	test('an actor list', async () => {
		await using walk = await withSamples();
		const other = '[profile elsewhere]\naws_access_key_id = AKIA0\naws_secret_access_key = none\n';
		await mkdir(path.join(walk.home, '.aws'));
		await writeFile(path.join(walk.home, '.aws', 'config'), other);
		const tty = walk.muster();
		await toBucketsByKeys(tty);
		await moveTo(tty, /studio-actors/);
		await press(tty, 'enter', /> \[ \] actors\//);
		await press(tty, 'f', /What do you want\?/);
		await moveTo(tty, /actorsData\.json/);
		await press(tty, 'enter', /Where do the files go\?/);
		await press(tty, 'enter', /How should it be fetched\?/);
		await press(tty, 'enter', /239 ready +1 missing[^]*> 0007_/);
		await examine(tty);
		await press(tty, 'd', /Job 1 finished/);
		await tty.until(/Downloaded +239 /);
		await tty.until(/11 actors complete, 1 with something to look at/);
		const [job] = await walk.jobs();
		assert.ok(job !== undefined);
		const places = Array.from({length: demoActors.actors}, (_, index) => actorAt(index)).flatMap(
			(actor, index) =>
				Array.from({length: demoActors.images}, (__, image) => actorKey(actor, image)).filter(
					(___, image) => index !== missingActorImage.actor || image !== missingActorImage.image,
				),
		);
		const tree = await folderTree(job.folder);
		const images = Object.fromEntries(
			Object.entries(tree).filter(([name]) => name.endsWith('.png')),
		);
		assert.deepEqual(
			images,
			objectTree(
				actorBucket(),
				places.map((key) => [key, key]),
			),
		);
		await endAndRepeat(walk, tty, 239, 3);
		assert.deepEqual(await filesWith(walk.home, identity.secretAccessKey), []);
	});

	test('a whole prefix', async () => {
		await using walk = await withSamples();
		const tty = walk.muster();
		await toBuckets(tty);
		await press(tty, 'enter', /> \[ \] datalake_training\//);
		await press(tty, 'enter', /> \[ \] GEN\//);
		await press(tty, 'enter', /> \[ \] 2025\//);
		await press(tty, 'f', /> Everything under datalake_training\/GEN\//);
		await press(tty, 'enter', /Where do the files go\?/);
		await press(tty, 'enter', /How should it be fetched\?/);
		await press(tty, 'enter', /400 ready/);
		await press(tty, 'd', /Job 1 finished/);
		await tty.until(/Downloaded +400 /);
		const prefix = 'datalake_training/GEN/';
		const keys = roadImages().flatMap(({key}) => (key.startsWith(prefix) ? [key] : []));
		assert.deepEqual(
			await folderTree(walk.in('GEN')),
			objectTree(
				datalakeBucket(),
				keys.map((key) => [key.slice(prefix.length), key]),
			),
		);
		await endAndRepeat(walk, tty, 400, 0);
	});

	test('muster demo: with Enter alone to a download', async () => {
		await using walk = await Walk.make({samples: 'demo'});
		// `demo` starts a sandbox of its own
		const tty = walk.muster(['demo'], {env: {TMPDIR: walk.home}});
		await tty.until(/> Start the rehearsal/);
		await tty.until(/ok S3/);
		await press(tty, 'enter', /> road-datalake/);
		await examine(tty);
		await moveTo(tty, /studio-actors/);
		await press(tty, 'enter', /> \[ \] actors\//);
		await press(tty, 'f', /What do you want\?/);
		await press(tty, 'enter', /Where do the files go\?/);
		await press(tty, 'enter', /How should it be fetched\?/);
		await press(tty, 'enter', /239 ready/);
		await press(tty, 'd', /Downloading/);
		await tty.until(/Job 1 finished/, 60_000);
		// the dashboard says it, too, for as long as the reports take
		await tty.until(/Downloaded +239 /);
		tty.key('q');
		assert.equal((await tty.exit).code, 0);
		assert.match(tty.scrollback().join('\n'), /The demo's files are in /);
	});
});
