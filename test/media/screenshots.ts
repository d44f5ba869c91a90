/**
 * Walks the real program through the samples in a pseudo-terminal and keeps a picture of each screen in
 * `media/`. Run by `npm run media`; nothing in the pictures is made up. The paths that show are those
 * of a person's machine in the temporary folder, always the same one.
 */
import {mkdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {
	actorBucketName,
	demoThrottle,
	startSandboxProcess,
	writeActorLists,
	writeSamples,
} from '../../source/sandbox/index.ts';
import type {SandboxProcess, SandboxRule} from '../../source/sandbox/index.ts';
import {ttyPng} from '../helpers/tty-picture.ts';
import {Tty} from '../helpers/tty.ts';
import {builtEntry, moveTo, press} from '../helpers/walk.ts';

const media = fileURLToPath(new URL('../../media/', import.meta.url));
const home = path.join(tmpdir(), 'ada');
const work = path.join(home, 'datasets');
/** one port, so that the endpoint in a command is the same in every picture */
const port = 9000;

async function keep(tty: Tty, name: string): Promise<void> {
	const png = ttyPng(tty);
	await writeFile(path.join(media, `${name}.png`), png);
	process.stdout.write(`media/${name}.png  ${Math.ceil(png.length / 1024)} KiB\n`);
}

/** One picture of a screen at rest: what has to stand on it first. */
async function shoot(tty: Tty, name: string, there: RegExp): Promise<void> {
	await tty.until(there, 20_000);
	await tty.quiet(400, 3000);
	await keep(tty, name);
}

/** Waits for some percent of the overall bar, which stands in the third row. */
async function percentDone(tty: Tty, percent: number): Promise<void> {
	await tty.until(() => {
		const [, shown] = / (\d+) %\s*$/.exec(tty.screen()[2] ?? '') ?? [];
		return Number(shown) >= percent;
	}, 60_000);
}

/** A machine that is ready goes on by itself at the first start. */
async function toBuckets(tty: Tty): Promise<void> {
	await tty.until(/ok S3|All six checks are fine/);
	if (/New download/.test(tty.screen().join('\n'))) {
		await moveTo(tty, /New download/);
		tty.key('enter');
	}
	await tty.until(/> road-datalake/);
	await press(tty, 'down', /> studio-actors/);
	await press(tty, 'up', /> road-datalake/);
}

/** From the first screen to the roll call of the CSV, and back out. */
async function csvWizard(tty: Tty): Promise<void> {
	await toBuckets(tty);
	await shoot(tty, 'bucket', /You can list it/);
	await press(tty, 'enter', /> \[ \] datalake_training\//);
	await press(tty, 'enter', /> \[ \] GEN\//);
	await press(tty, 'down', /> \[ \] REAL\//);
	tty.key('c');
	await shoot(tty, 'browse', /REAL\/ +1,600/);
	await press(tty, 'enter', /> \[ \] 2024\//);
	await press(tty, 'f', /What do you want\?/);
	await moveTo(tty, /images\.csv/);
	await shoot(tty, 'manifest', /> images\.csv/);
	tty.key('enter');
	await shoot(tty, 'columns', /> 2 image[^]*found/);
	tty.key('enter');
	await shoot(tty, 'folder', /GiB free of/);
	tty.key('enter');
	await shoot(tty, 'options', /How should it be fetched\?/);
	tty.key('enter');
	await shoot(tty, 'analysis', /322 ready[^]*> pothole +134 +112/);
	tty.key('?');
	await shoot(tty, 'help', /Keys of this screen/);
	await press(tty, 'escape', /> pothole/);
	tty.key('q');
	await tty.exit;
}

/** The actor list: a download with a pane for each actor, and its account. */
async function actorDownload(tty: Tty): Promise<void> {
	await toBuckets(tty);
	await moveTo(tty, /studio-actors/);
	await press(tty, 'enter', /> \[ \] actors\//);
	await press(tty, 'f', /What do you want\?/);
	await moveTo(tty, /actorsData\.json/);
	await press(tty, 'enter', /Where do the files go\?/);
	await press(tty, 'enter', /How should it be fetched\?/);
	await press(tty, 'enter', /239 ready/);
	await press(tty, 'd', /Downloading/);
	await percentDone(tty, 45);
	await keep(tty, 'download');
	await tty.until(/Job \d+ finished/, 60_000);
	await shoot(tty, 'summary', /Again +muster get/);
	tty.key('h');
	await shoot(tty, 'jobs', /muster +Jobs[^]*studio-actors/);
	await press(tty, 'escape', /Job \d+ finished/);
	tty.key('q');
	await tty.exit;
}

/** The first screen of a person who has been here before. */
async function backAgain(tty: Tty): Promise<void> {
	await shoot(tty, 'welcome', /Again: actorsData[^]*ok S3/);
	tty.key('q');
	await tty.exit;
}

/** Objects that stay unreadable, for the list of problems. */
const troubles: readonly SandboxRule[] = ['0002_*_3.png', '0005_*_17.png', '0041_*_8.png'].map(
	(name) => ({match: {operation: 'GetObject', key: `*/${name}`}, action: {type: 'deny'}}),
);

/** As many actors as the script that muster replaces had: 287 with 20 images each. */
async function manyActors(tty: Tty, slow: () => Promise<unknown>): Promise<void> {
	await press(tty, 'enter', /Downloading/);
	await percentDone(tty, 35);
	// slow enough that the rows, put in order once in five seconds, are those of the active ones
	await slow();
	await percentDone(tty, 38);
	await keep(tty, 'download-many');
	await press(tty, 'x', /Problems/);
	await shoot(tty, 'problems', /0041_/);
	tty.key('ctrl+c', 'ctrl+c');
	await tty.exit;
}

async function walk(
	sandbox: SandboxProcess,
	words: readonly string[],
	way: (tty: Tty) => Promise<void>,
): Promise<void> {
	const tty = Tty.node([builtEntry, ...words], {
		columns: 100,
		rows: 30,
		cwd: work,
		env: {
			HOME: home,
			XDG_CONFIG_HOME: undefined,
			XDG_RUNTIME_DIR: home,
			AWS_ACCESS_KEY_ID: sandbox.accessKeyId,
			AWS_SECRET_ACCESS_KEY: sandbox.secretAccessKey,
			AWS_REGION: sandbox.region,
			AWS_ENDPOINT_URL: sandbox.endpoint,
		},
	});
	try {
		await way(tty);
	} catch (error) {
		process.stderr.write(`${tty.framed()}\n`);
		throw error;
	} finally {
		await tty.close();
	}
}

async function pictures(): Promise<void> {
	const {rate, latency} = demoThrottle;
	await writeSamples(work);
	const demo = await startSandboxProcess({samples: 'demo', port, rate, latency});
	try {
		await walk(demo, [], csvWizard);
		await walk(demo, [], actorDownload);
		await walk(demo, [], backAgain);
	} finally {
		await demo.stop();
	}
	const set = {actors: 287, images: 20};
	const studio = path.join(work, 'studio');
	await writeActorLists(studio, set, actorBucketName);
	const many = await startSandboxProcess({
		samples: 'actors',
		...set,
		port,
		rate: 700_000,
		latency: 20,
		rules: troubles,
	});
	try {
		await walk(many, ['get', '--actors', 'studio/actorsData.json'], (tty) =>
			manyActors(tty, async () => many.control('PUT throttle', {rate: 40_000})),
		);
	} finally {
		await many.stop();
	}
}

// It must not be there: what a person keeps under this name is not ours to remove.
await mkdir(home);
try {
	await mkdir(work);
	await mkdir(media, {recursive: true});
	await pictures();
} finally {
	await rm(home, {recursive: true, force: true, maxRetries: 5, retryDelay: 100});
}
