/**
 * Walks the real program through the demo in a pseudo-terminal and keeps a picture of each screen in
 * `media/`. Run by `npm run media`, after a build; nothing in it is made up.
 */
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {ttyPng} from '../helpers/tty-picture.ts';
import {Tty} from '../helpers/tty.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const media = path.join(root, 'media');
const size = {columns: 100, rows: 30};

/** One picture of a screen at rest: what has to stand on it, and how it was reached. */
async function shoot(tty: Tty, name: string, there: RegExp): Promise<void> {
	await tty.until(there, 20_000);
	await tty.quiet(300, 3000);
	await keep(tty, name);
}

async function keep(tty: Tty, name: string): Promise<void> {
	const png = ttyPng(tty);
	await writeFile(path.join(media, `${name}.png`), png);
	process.stdout.write(`media/${name}.png  ${Math.ceil(png.length / 1024)} KiB\n`);
}

async function press(tty: Tty, key: string, there: RegExp): Promise<void> {
	tty.key(key);
	await tty.until(there, 20_000);
	await tty.quiet(150, 2000);
}

/** From the first screen to the roll call of the CSV, and back out. */
async function csvWizard(tty: Tty): Promise<void> {
	await shoot(tty, 'welcome', /ok S3 /);
	tty.key('enter');
	await shoot(tty, 'bucket', /> road-datalake/);
	await press(tty, 'enter', /> \[ \] datalake_training\//);
	await press(tty, 'enter', /> \[ \] GEN\//);
	await press(tty, 'down', /> \[ \] REAL\//);
	tty.key('c');
	await shoot(tty, 'prefix', /REAL\/ +1,600/);
	await press(tty, 'enter', /> \[ \] 2024\//);
	await press(tty, 'f', /What do you want\?/);
	tty.key('down');
	await shoot(tty, 'manifest', /> images\.csv/);
	tty.key('enter');
	await shoot(tty, 'wizard', /found/);
	tty.key('enter');
	await shoot(tty, 'folder', /Where do the files go\?/);
	tty.key('enter');
	await shoot(tty, 'options', /How should it be fetched\?/);
	tty.key('enter');
	await shoot(tty, 'analysis', /322 ready[^]*> pothole +134 +112/);
	tty.key('?');
	await shoot(tty, 'help', /Keys of this screen/);
	await press(tty, 'escape', /> pothole/);
	await press(tty, 'enter', /> pothole_0034/);
	tty.key('x');
	await shoot(tty, 'group', /> POTHOLE_0114/);
}

/** The actor list: a download with a pane for each actor, and its account. */
async function actorDownload(tty: Tty): Promise<void> {
	await tty.until(/ok S3 /, 20_000);
	await press(tty, 'enter', /> road-datalake/);
	await press(tty, 'down', /> studio-actors/);
	await press(tty, 'enter', /> \[ \] actors\//);
	await press(tty, 'f', /What do you want\?/);
	await press(tty, 'down', /> (?:actorsData\.json|images\.csv)/);
	if (!tty.screen().some((line) => line.includes('> actorsData.json')))
		await press(tty, 'down', /> actorsData\.json/);
	await press(tty, 'enter', /Where do the files go\?/);
	await press(tty, 'enter', /How should it be fetched\?/);
	await press(tty, 'enter', /239 ready/);
	await press(tty, 'd', /Download/);
	// the bar of the whole job stands in the third row
	await tty.until(() => / (?:5[4-9]|6\d) %\s*$/.test(tty.screen()[2] ?? ''), 60_000);
	await keep(tty, 'download');
	await tty.until(/Job \d+ finished/, 60_000);
	await shoot(tty, 'summary', /Again +muster get/);
	tty.key('h');
	await shoot(tty, 'jobs', /muster +Jobs[^]*studio-actors/);
}

async function walk(home: string, way: (tty: Tty) => Promise<void>): Promise<void> {
	const tty = Tty.node([path.join(root, 'dist', 'cli.js'), 'demo'], {
		...size,
		cwd: home,
		env: {HOME: home, XDG_CONFIG_HOME: path.join(home, 'config'), TMPDIR: '/tmp'},
	});
	try {
		await way(tty);
	} catch (error) {
		process.stderr.write(`${tty.framed()}\n`);
		throw error;
	} finally {
		tty.kill('SIGTERM');
		await tty.exit;
		// the program says where it left its files: they were for the pictures alone
		const left = /files are in (\S*muster-demo-\w+)/.exec(tty.scrollback().join('\n'))?.[1];
		if (left !== undefined) await rm(left, {recursive: true, force: true});
		await tty.close();
	}
}

const home = await mkdtemp(path.join(tmpdir(), 'muster-media-'));
try {
	await mkdir(media, {recursive: true});
	await walk(home, csvWizard);
	await walk(home, actorDownload);
} finally {
	await rm(home, {recursive: true, force: true});
}
