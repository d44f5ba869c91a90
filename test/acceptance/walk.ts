import {writeSamples} from '../../source/sandbox/index.ts';
import type {Stage} from './bed.ts';
import type {Tmux} from './tmux.ts';

/** Looks at a screen that shows what was waited for. `overlay`: something lies over the screen. */
export type Look = (name: string, kind?: 'screen' | 'overlay' | 'field') => Promise<void>;

/** From the first screen to the analysis of the sandbox's CSV, looking at each screen on the way. */
export async function walkToAnalysis(stage: Stage, shell: Tmux, look: Look): Promise<void> {
	await writeSamples(stage.work);
	await shell.line('muster');
	await shell.until(/> New download[^]*Disk +[\d.]+/);
	await look('welcome');
	await shell.key('enter');
	await shell.until(/> alpha +access key/);
	await look('profile');
	await shell.key('?');
	await shell.until(/Keys of this screen/);
	await look('help', 'overlay');
	await shell.escape();
	await shell.key('enter');
	await shell.until(/> road-datalake[^]*(?:You can list it\.|datalake_training\/)/);
	await look('bucket');
	await shell.key('/');
	await shell.key('r');
	await shell.until(/Find r/);
	await look('search', 'field');
	await shell.escape();
	await shell.key('enter');
	await shell.until(/> \[ \] datalake_training\/[^]*/);
	await shell.until(/all listed/);
	await look('browse');
	await shell.key('f');
	await shell.until(/images\.csv/);
	await look('manifest');
	await shell.key('down');
	await shell.until(/> (?:images\.csv|actorsData\.json)/);
	if (!/> images\.csv/.test((await shell.screen()).join('\n'))) await shell.key('down');
	await shell.until(/> images\.csv/);
	await shell.key('enter');
	await shell.until(/tried on 200 rows/);
	await shell.until(/found$|found /m);
	await look('columns');
	await shell.key('enter');
	await shell.until(/Where do the files go[^]* free/);
	await look('folder');
	await shell.key('enter');
	await shell.until(/How should it be fetched/);
	await look('options');
	await shell.key('enter');
	await shell.until(/322 ready[^]*\d+ missing[^]*pothole +134 +112/);
	await look('analysis');
}

/** From the analysis to the summary. The sandbox must be slow at first. */
export async function walkToSummary(stage: Stage, shell: Tmux, look: Look): Promise<void> {
	await shell.key('a');
	await shell.until(/One rule for all/);
	await look('ambiguous', 'overlay');
	await shell.escape();
	await shell.key('right');
	await shell.until(/134 files/);
	await look('group, in the analysis');
	await shell.escape();
	await shell.key('d');
	await shell.until(/Downloading[^]*[1-9]\d* of 322 files/);
	await look('download');
	await shell.key('enter');
	await shell.until(/files[^]*(?:done|waiting)[^]*matched by/);
	await look('group');
	await shell.escape();
	await shell.key('x');
	await shell.until(/Problems/);
	await look('problems');
	await shell.escape();
	await shell.until(/Downloading/);
	await shell.key('p');
	await shell.until(/Paused\./);
	await look('paused');
	await shell.key('q');
	await shell.until(/Stay here/);
	await look('quit', 'overlay');
	await shell.key('3');
	await shell.until(/Paused\./);
	await shell.escape();
	await shell.until(/Jobs/);
	await look('jobs');
	await shell.escape();
	await shell.until(/Paused\./);
	await shell.key('p');
	await stage.throttle({rate: 0, latency: {min: 0, max: 0}});
	await shell.until(/Job 1 finished/, 30_000);
	await look('summary');
}

/** The wizard's first questions, answered so that it browses an address such as `bucket/prefix/`. */
export async function browseTo(shell: Tmux, address: string): Promise<void> {
	await shell.line('muster');
	// on a machine that is ready and has no jobs the first screens need no key
	await shell.until((lines) => /Which (?:bucket|sign-in)|> Again/.test(lines.join('\n')));
	if (/> Again/.test((await shell.screen()).join('\n'))) {
		await shell.key('down');
		await shell.until(/> New download[^]*ok S3/);
		await shell.key('enter');
		await shell.until(/Which (?:bucket|sign-in)/);
	}
	if (/Which sign-in/.test((await shell.screen()).join('\n'))) await shell.key('enter');
	await shell.until(/Which bucket/);
	await shell.key('n');
	await shell.until(/Bucket name ▏/);
	await shell.key(address);
	await shell.until(/Bucket name \S+▏/);
	await shell.key('enter');
	await shell.until(/muster {2}Browse/);
}
