import v8 from 'node:v8';

/** bytes of this thread's young generation beyond which nothing is gained any more */
const enough = 8 * 1024 * 1024;
/** the same for transfer threads, in MiB of one of the two halves */
const enoughForThreads = 8;

/**
 * Keeps V8's young generation from growing until the answered function is called. A roll call makes
 * millions of short-lived rows; V8 would meet that with up to 128 MiB of room for new objects, and
 * keep it. Small, it costs the roll call a tenth more CPU and the process 60 to 100 MiB less.
 * Afterwards it may grow to a size that a download makes use of: without a limit, engine and
 * transfer thread held 100 MiB and more of garbage each.
 */
export function keepHeapSmall(): () => void {
	v8.setFlagsFromString('--semi-space-growth-factor=1');
	// For threads to come: V8 looks at it when it makes a heap.
	v8.setFlagsFromString(`--max-semi-space-size=${enoughForThreads}`);
	return growALittle;
}

function growALittle(): void {
	v8.setFlagsFromString('--semi-space-growth-factor=2');
	const timer = setInterval(() => {
		const space = v8.getHeapSpaceStatistics().find(({space_name}) => space_name === 'new_space');
		if (space === undefined || space.space_size < enough) return;
		v8.setFlagsFromString('--semi-space-growth-factor=1');
		clearInterval(timer);
	}, 250);
	timer.unref();
}
