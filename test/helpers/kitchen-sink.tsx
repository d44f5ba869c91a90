/**
 * Draws any screen with made-up data, to be looked at in a real terminal:
 *
 *     node --import=tsx test/helpers/kitchen-sink.tsx bucket
 *     node --import=tsx test/helpers/kitchen-sink.tsx columns narrow
 *
 * `q` or Ctrl+C twice ends it. `wizard` walks through all of the questions.
 */
import {writeFileSync} from 'node:fs';
import {runApp} from '../../source/ui/render.tsx';
import type {AppOptions} from '../../source/ui/types.ts';
import {FakeEngineClient, fakeRemembered} from './fake-engine.ts';
import {mockJob, mockSpec, wizardAnswers} from './wizard-fakes.ts';
import {MusterError} from '../../source/model/error.ts';

const [what = 'wizard', ...flags] = process.argv.slice(2);
const has = (flag: string) => flags.includes(flag);
const client = new FakeEngineClient(
	wizardAnswers({
		...(has('denied') ? {buckets: new MusterError('denied', 'Access denied to ListBuckets.')} : {}),
		...(has('none') ? {profiles: []} : {}),
		...(has('first') ? {jobs: []} : {}),
		...(has('jobs')
			? {
					jobs: [
						mockJob({state: 'running', socket: '/tmp/none', filesDone: 4206}),
						mockJob({state: 'stopped', filesDone: 120, id: mockJob().id}),
					],
				}
			: {}),
	}),
);
client.answers.prepare = ({spec}) => {
	setTimeout(() => client.set({phase: 'listing', job: mockJob().id, spec}), 100);
	return {job: mockJob().id};
};
const options: AppOptions = {
	client,
	start: 'wizard',
	exitWhenDone: false,
	workingFolder: '/home/kim/work',
	home: '/home/kim',
	remembered: fakeRemembered({
		buckets: has('first')
			? {}
			: {
					'studio-voice-takes': {
						usedAt: Date.now() - 3_600_000,
						region: 'eu-west-1',
						prefix: 'sessions/2025/',
						folder: '/data/takes',
					},
					'studio-voice-takes-archive': {usedAt: Date.now() - 3 * 86_400_000},
				},
		...(has('hints') ? {hintsSeen: {}} : {}),
	}),
	onHangup: 'background',
	inline: has('inline'),
	bell: true,
	color: true,
	version: '0.1.0',
	...(what === 'wizard'
		? {}
		: {
				access: {store: mockSpec.store, credentials: mockSpec.credentials},
				bucket: mockSpec.bucket,
				prefix: mockSpec.prefix,
				preset: {manifest: mockSpec.manifest, folder: mockSpec.folder},
			}),
	...(has('demo') ? {demo: {folder: '/tmp/muster-demo'}} : {}),
};
const heartbeat = flags.find((flag) => flag.startsWith('heartbeat='))?.slice('heartbeat='.length);
if (heartbeat !== undefined) {
	// Shows from outside that neither timers nor snapshots stand still.
	let beats = 0;
	setInterval(() => {
		beats++;
		client.set({notice: {level: 'info', text: `beat ${beats}`}});
		writeFileSync(heartbeat, String(beats));
	}, 50).unref();
}

if (has('crash')) {
	setTimeout(() => {
		throw new Error('an injected crash');
	}, 1500);
}

const result = await runApp(
	options,
	what === 'wizard' ? undefined : {screen: what, props: {file: '/home/kim/work/takes_2025.csv'}},
);
for (const text of result.lines) process.stdout.write(`${text}\n`);
process.exitCode = result.exitCode;
