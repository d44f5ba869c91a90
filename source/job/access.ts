import {openCredentials, type CredentialHolder} from '../credentials/index.ts';
import {providerFor} from '../stores/index.ts';
import type {Store} from '../stores/types.ts';
import type {StoreAccess} from './link/messages.ts';

export type OpenAccess = {readonly credentials: CredentialHolder; readonly store: Store};

/** Stores that were opened in this process, kept by what opens them: a wizard asks many questions of one. */
export class AccessCache {
	readonly #open = new Map<string, Promise<OpenAccess>>();

	/** Opens the store of a spec; region and endpoint that the spec leaves out come from environment and profile. */
	async get(access: StoreAccess): Promise<OpenAccess> {
		const key = JSON.stringify([access.store, access.credentials]);
		const known = this.#open.get(key);
		if (known !== undefined) return known;
		const opened = open(access);
		this.#open.set(key, opened);
		opened.catch(() => this.#open.delete(key));
		return opened;
	}

	async close(): Promise<void> {
		const all = await Promise.allSettled(this.#open.values());
		this.#open.clear();
		for (const result of all) {
			if (result.status === 'fulfilled') await result.value.store.close();
		}
	}
}

async function open({store, credentials}: StoreAccess): Promise<OpenAccess> {
	const holder = openCredentials(
		credentials,
		store.region === undefined ? {} : {region: store.region},
	);
	const region = await holder.region();
	const endpoint = store.endpoint ?? (await holder.endpoint());
	return {
		credentials: holder,
		store: providerFor(store.provider).open(
			{
				...store,
				...(region === undefined ? {} : {region}),
				...(endpoint === undefined ? {} : {endpoint}),
			},
			holder.source,
		),
	};
}
