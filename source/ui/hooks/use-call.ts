import {useCallback, useEffect, useMemo, useRef, useState} from 'react';
import type {EngineClient, LinkMethod, LinkParams, LinkResult} from '../../job/link/messages.ts';
import {errorRecord, type ErrorRecord} from '../../model/error.ts';

export type CallState<T> =
	| {readonly status: 'idle'}
	| {readonly status: 'loading'; readonly previous?: T}
	| {readonly status: 'done'; readonly value: T}
	| {readonly status: 'failed'; readonly error: ErrorRecord};

/**
 * Asks the engine when the parameters change (compared as JSON), and not at all while they are
 * null. An answer that comes after the screen closed or asked something else is dropped.
 */
export function useCall<M extends LinkMethod>(
	client: EngineClient,
	method: M,
	params: LinkParams<M> | null,
): CallState<LinkResult<M>> & {readonly reload: () => void; readonly stop: () => void} {
	type Result = LinkResult<M>;
	const [turn, setTurn] = useState(0);
	const key = params === null ? null : JSON.stringify(params);
	const request = useMemo(
		() => ({turn, params: key === null ? null : (JSON.parse(key) as LinkParams<M>)}),
		[key, turn],
	);
	const [known, setKnown] = useState<{
		readonly request: unknown;
		readonly state: CallState<Result>;
	}>({request: null, state: {status: 'idle'}});
	const abort = useRef<AbortController | null>(null);

	useEffect(() => {
		const controller = new AbortController();
		abort.current = controller;
		const show = (state: CallState<Result>) => {
			if (!controller.signal.aborted) setKnown({request, state});
		};

		const run = async (asked: LinkParams<M>) => {
			try {
				show({status: 'done', value: await client.call(method, asked, controller.signal)});
			} catch (error) {
				show({status: 'failed', error: errorRecord(error)});
			}
		};

		if (request.params !== null) void run(request.params);
		return () => {
			controller.abort();
		};
	}, [client, method, request]);

	const reload = useCallback(() => {
		setTurn((value) => value + 1);
	}, []);
	const stop = useCallback(() => {
		abort.current?.abort();
		setKnown(({state}) => ({request, state: state.status === 'done' ? state : {status: 'idle'}}));
	}, [request]);
	return {...stateOf(request, known), reload, stop};
}

/** What is known about a request: an answer to an earlier one counts as the previous value. */
function stateOf<T>(
	request: {readonly params: unknown},
	known: {readonly request: unknown; readonly state: CallState<T>},
): CallState<T> {
	if (request.params === null) return {status: 'idle'};
	if (known.request === request) return known.state;
	return known.state.status === 'done'
		? {status: 'loading', previous: known.state.value}
		: {status: 'loading'};
}
