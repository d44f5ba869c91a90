import {MusterError} from '../model/error.ts';
import * as s3 from './s3/index.ts';
import type {StoreProvider} from './types.ts';

/** Every store that muster knows: a new one is a folder and a line here. */
export const providers: readonly {readonly provider: StoreProvider; readonly module: string}[] = [
	s3,
];

/** The provider with this id (`JobSpec.store.provider`). Throws MusterError `configuration`. */
export function providerFor(id: string): StoreProvider {
	return entry(id).provider;
}

/** URL of the module whose export `provider` is this provider; transfer workers import it. */
export function providerModule(id: string): string {
	return entry(id).module;
}

function entry(id: string): (typeof providers)[number] {
	const found = providers.find(({provider}) => provider.id === id);
	if (found) return found;
	const known = providers.map(({provider}) => provider.id).join(', ');
	throw new MusterError('configuration', `There is no store "${id}".`, {
		hint: `Known stores: ${known}.`,
	});
}
