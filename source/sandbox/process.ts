import {createSandbox} from './server.ts';
import {processOptions, sampleBuckets} from './process-options.ts';

// The sandbox as a process of its own: `node dist/sandbox/process.js '{"samples":"demo"}'`. It prints
// one line of JSON when it listens and ends with SIGTERM, or when nobody needs it any more.

const options = processOptions(process.argv[2] ?? '{}');
const {latency} = options;
const sandbox = await createSandbox({
	buckets: sampleBuckets(options),
	port: options.port ?? 0,
	rules: options.rules ?? [],
	control: options.control ?? true,
	listBuckets: options.listBuckets ?? true,
	...(options.identities === undefined ? {} : {identities: options.identities}),
	...(options.identityCenter === undefined ? {} : {identityCenter: options.identityCenter}),
	throttle: {
		...(options.rate === undefined ? {} : {rate: options.rate}),
		...(latency === undefined
			? {}
			: {latency: typeof latency === 'number' ? {min: latency, max: latency} : latency}),
	},
});

const stop = () => {
	void sandbox.close().then(() => process.exit(0));
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

const {expireAfterSeconds} = options;
if (expireAfterSeconds !== undefined) {
	const look = setInterval(() => {
		if ((sandbox.stats().operations.GetObject ?? 0) === 0) return;
		clearInterval(look);
		setTimeout(() => sandbox.identityCenter.expireSession(), expireAfterSeconds * 1000);
	}, 100);
}

const {keepAlivePid, idleSeconds = 60} = options;
if (keepAlivePid !== undefined) {
	setInterval(() => {
		if (!isAlive(keepAlivePid) && sandbox.idleMilliseconds() >= idleSeconds * 1000) stop();
	}, 500);
}

const {endpoint, port, accessKeyId, secretAccessKey, sessionToken, region, buckets} = sandbox;
const info = {endpoint, port, accessKeyId, secretAccessKey, sessionToken, region};
const names = buckets.map(({name}) => name);
process.stdout.write(`${JSON.stringify({...info, pid: process.pid, buckets: names})}\n`);

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// it is there but belongs to someone else
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
