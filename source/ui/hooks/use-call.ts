import {useCallback, useEffect, useRef, useState} from 'react';
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
	const [state, setState] = useState<CallState<Result>>(() =>
		params === null ? {status: 'idle'} : {status: 'loading'},
	);
	const [turn, setTurn] = useState(0);
	const abort = useRef<AbortController | null>(null);
	const key = params === null ? null : JSON.stringify(params);
	const latest = useRef(params);
	latest.current = params;

	useEffect(() => {
		if (latest.current === null) {
			setState({status: 'idle'});
			return;
		}

		const controller = new AbortController();
		abort.current = controller;
		setState((previous) =>
			previous.status === 'done'
				? {status: 'loading', previous: previous.value}
				: {status: 'loading'},
		);
		client.call(method, latest.current, controller.signal).then(
			(value) => {
				if (!controller.signal.aborted) setState({status: 'done', value});
			},
			(error: unknown) => {
				if (!controller.signal.aborted) setState({status: 'failed', error: errorRecord(error)});
			},
		);
		return () => {
			controller.abort();
		};
	}, [client, method, key, turn]);

	const reload = useCallback(() => {
		setTurn((value) => value + 1);
	}, []);
	const stop = useCallback(() => {
		abort.current?.abort();
		setState((previous) =>
			previous.status === 'loading' && previous.previous !== undefined
				? {status: 'done', value: previous.previous}
				: {status: 'idle'},
		);
	}, []);
	return {...state, reload, stop};
}
