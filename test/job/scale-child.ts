import {baseSpec, rollCall, run, secretsInEnvironment} from './bed.ts';
import {createEngine} from '../../source/job/engine.ts';
import type {JobSpec} from '../../source/model/job-spec.ts';

// A job in a process of its own, so that its memory can be told: JSON in, one line of JSON out.

type Order = {
	readonly endpoint: string;
	readonly region: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly jobs: string;
	readonly folder: string;
	readonly download: boolean;
	readonly spec: Partial<JobSpec>;
};

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
secretsInEnvironment(order);
const engine = createEngine({jobsFolder: order.jobs, logLevel: 'info'});
const spec = {...baseSpec(order, order.folder), ...order.spec};
const started = performance.now();
const ready = order.download ? await run(engine, spec) : await rollCall(engine, spec);
const seconds = (performance.now() - started) / 1000;
const {rollCall: counts, totals, summary} = ready;
await engine.shutDown();
process.stdout.write(
	`${JSON.stringify({
		counts,
		totals,
		summary,
		seconds,
		totalSeconds: (performance.now() - started) / 1000,
		megabytes: Math.round(process.resourceUsage().maxRSS / 1024),
	})}\n`,
);
process.exit(0);
