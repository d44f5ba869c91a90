import v8 from 'node:v8';

/**
 * Keeps V8's young generation from growing until the answered function is called. A roll call makes
 * millions of short-lived rows; V8 would meet that with up to 128 MiB of room for new objects, and
 * keep it. Small, it costs the roll call a tenth more CPU and the process 60 to 100 MiB less.
 */
export function keepHeapSmall(): () => void {
	v8.setFlagsFromString('--semi-space-growth-factor=1');
	return () => v8.setFlagsFromString('--semi-space-growth-factor=2');
}
