import {providerModule} from '../stores/index.ts';
import type {StoreSpec} from '../model/job-spec.ts';
import {SpareThread} from '../transfer/thread-handle.ts';

export type {SpareThread} from '../transfer/thread-handle.ts';

/**
 * Starts a transfer thread for a job that will most likely need one. A thread takes a tenth of a second to
 * load, which passes beside what the engine has to load itself; so it is called before the engine's import.
 */
export function startSpareThread({provider}: Pick<StoreSpec, 'provider'>): SpareThread {
	return new SpareThread(providerModule(provider));
}
