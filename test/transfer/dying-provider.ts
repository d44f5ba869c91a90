import {provider as fake} from './fake-provider.ts';

/** A store whose first request ends the thread, as a bug in native code would. */
export const provider = {
	...fake,
	writer: () => ({
		write() {
			process.exit(7);
		},
	}),
};
