import {openCredentials, type CredentialHolder} from '../credentials/index.ts';
import {providerFor} from '../stores/index.ts';
import type {ErrorRecord} from '../model/error.ts';
import type {Store} from '../stores/types.ts';
import type {CredentialSpec, StoreSpec} from '../model/job-spec.ts';
import type {StoreAccess} from './link/messages.ts';
import {SignInGate} from './sign-in/gate.ts';

export type OpenAccess = {
	readonly credentials: CredentialHolder;
	readonly store: Store;
	/** the error of a bucket that does not take the credentials as they are */
	readonly probe: (bucket: string, prefix: string) => Promise<ErrorRecord | undefined>;
	/** where a job waits while the credentials are refused */
	readonly gate: SignInGate;
};

/** Stores that were opened in this process, kept by what opens them: a wizard asks many questions of one. */
export class AccessCache {
	readonly #open = new Map<string, Promise<OpenAccess>>();
	/** by spec alone: keys that were pasted for one question are good for all that follow */
	readonly #holders = new Map<string, CredentialHolder>();

	/** Opens the store of a spec; region and endpoint that the spec leaves out come from environment and profile. */
	async get(access: StoreAccess): Promise<OpenAccess> {
		const key = JSON.stringify([access.store, access.credentials]);
		const known = this.#open.get(key);
		if (known !== undefined) return known;
		const opened = open(access.store, this.#holder(access.credentials));
		this.#open.set(key, opened);
		opened.catch(() => this.#open.delete(key));
		return opened;
	}

	#holder(spec: CredentialSpec): CredentialHolder {
		const key = JSON.stringify(spec);
		const known = this.#holders.get(key);
		if (known !== undefined) return known;
		const holder = openCredentials(spec);
		this.#holders.set(key, holder);
		return holder;
	}

	async close(): Promise<void> {
		const all = await Promise.allSettled(this.#open.values());
		this.#open.clear();
		for (const result of all) {
			if (result.status === 'fulfilled') await result.value.store.close();
		}
	}
}

async function open(store: StoreSpec, holder: CredentialHolder): Promise<OpenAccess> {
	const region = store.region ?? (await holder.region());
	const endpoint = store.endpoint ?? (await holder.endpoint());
	const gate = new SignInGate(holder);
	const settled = {
		...store,
		...(region === undefined ? {} : {region}),
		...(endpoint === undefined ? {} : {endpoint}),
	};
	const provider = providerFor(store.provider);
	return {
		async probe(bucket, prefix) {
			// Not by way of the gate: the question is whether it may open.
			const asker = provider.open(settled, holder.source);
			try {
				return (await asker.probeBucket(bucket, undefined, prefix)).error;
			} finally {
				await asker.close();
			}
		},
		credentials: holder,
		gate,
		store: provider.open(settled, holder.source, (error, used, signal) =>
			gate.refused(error, used, signal),
		),
	};
}
