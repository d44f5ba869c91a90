import {createEngine} from '../../source/job/engine.ts';
import type {JobSpec} from '../../source/model/job-spec.ts';
import {baseSpec, ended, rollCall, secretsInEnvironment, untilPhase} from './bed.ts';

// A job that is killed at some moment. Says `ready` after its roll call and `done` at its end.

type Order = {
	readonly endpoint: string;
	readonly region: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly jobs: string;
	readonly folder: string;
	readonly resume: number | null;
	readonly spec: Partial<JobSpec>;
};

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
secretsInEnvironment(order);
const engine = createEngine({jobsFolder: order.jobs, logLevel: 'info'});
if (order.resume === null) {
	await rollCall(engine, {...baseSpec(order, order.folder), ...order.spec});
	await engine.call('start', {});
} else await engine.call('resumeJob', {job: order.resume as never});
await untilPhase(engine, 'downloading', 'finished', 'failed');
process.stdout.write('ready\n');
const {summary} = await ended(engine);
await engine.shutDown();
process.stdout.write(`${JSON.stringify(summary)}\n`);
process.exit(0);
