import {useCallback, useEffect, useMemo, useRef, useState} from 'react';
import type {BrowseEntry, StoreAccess} from '../../job/link/messages.ts';
import {errorRecord, type ErrorRecord} from '../../model/error.ts';
import {useServices} from './services.ts';

export type Listing = {
	readonly entries: readonly BrowseEntry[];
	readonly status: 'listing' | 'done' | 'stopped' | 'failed';
	/** where the next page begins, while there are more */
	readonly continuation: string | null;
	readonly error: ErrorRecord | null;
	readonly seconds: number;
};

const start: Listing = {
	entries: [],
	status: 'listing',
	continuation: null,
	error: null,
	seconds: 0,
};

/** Pages that are fetched without being asked for; more on request. */
const pagesAtOnce = 50;

/**
 * One folder's listing, page by page as it arrives. What was listed is kept with the place, so
 * going up a folder shows it at once.
 */
export function usePages(
	access: StoreAccess | null,
	bucket: string,
	prefix: string,
): Listing & {readonly reload: () => void; readonly stop: () => void; readonly more: () => void} {
	const {client, navigation} = useServices();
	const {memory} = navigation.place;
	const key = `pages:${bucket}/${prefix}`;
	const [listing, setListing] = useState<Listing>(
		() => (memory.get(key) as Listing | undefined) ?? start,
	);
	const [turn, setTurn] = useState(0);
	const controller = useRef<AbortController | null>(null);
	const request = useMemo(() => ({access, bucket, prefix, turn}), [access, bucket, prefix, turn]);

	useEffect(() => {
		let current = (memory.get(key) as Listing | undefined) ?? start;
		const {access, bucket, prefix} = request;
		if (access === null || current.status === 'done') return undefined;
		const abort = new AbortController();
		controller.current = abort;
		const show = (change: Partial<Listing>) => {
			current = {...current, ...change};
			memory.set(key, current);
			setListing(current);
		};

		const run = async () => {
			const began = performance.now();
			show({status: 'listing', error: null});
			for (let page = 0; page < pagesAtOnce; page++) {
				const answer = await client.call(
					'browse',
					{
						...access,
						bucket,
						prefix,
						...(current.continuation === null ? {} : {continuation: current.continuation}),
					},
					abort.signal,
				);
				if (abort.signal.aborted) return;
				show({
					entries: [...current.entries, ...answer.entries],
					continuation: answer.continuation,
					seconds: (performance.now() - began) / 1000,
				});
				if (answer.continuation === null) {
					show({status: 'done'});
					return;
				}
			}

			show({status: 'stopped'});
		};

		run().catch((error: unknown) => {
			if (!abort.signal.aborted) show({status: 'failed', error: errorRecord(error)});
		});
		return () => {
			abort.abort();
		};
	}, [client, key, memory, request]);

	const reload = useCallback(() => {
		memory.delete(key);
		setListing(start);
		setTurn((value) => value + 1);
	}, [key, memory]);
	const stop = useCallback(() => {
		controller.current?.abort();
		setListing((value) => {
			const stopped: Listing = {...value, status: 'stopped'};
			memory.set(key, stopped);
			return stopped;
		});
	}, [key, memory]);
	const more = useCallback(() => {
		setTurn((value) => value + 1);
	}, []);
	return {...listing, reload, stop, more};
}
