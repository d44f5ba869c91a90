import {isAscii} from 'node:buffer';
import {Agent} from 'undici';
import type {ResponseHeaders, SignedRequest} from '../types.ts';

export type HttpAnswer = {
	readonly status: number;
	readonly headers: ResponseHeaders;
	readonly body: string;
};

/** Small answers over kept-alive connections: listing pages and facts. The bytes of objects go another way. */
export type Http = {
	send(method: 'GET' | 'HEAD', request: SignedRequest, signal?: AbortSignal): Promise<HttpAnswer>;
	close(): Promise<void>;
};

export function createHttp(): Http {
	const agent = new Agent({
		connections: 64,
		connect: {timeout: 10_000},
		headersTimeout: 30_000,
		bodyTimeout: 30_000,
	});
	return {
		async send(method, {origin, path, headers}, signal) {
			const answer = await agent.request({
				method,
				origin,
				path,
				headers: [...headers],
				...(signal && {signal}),
			});
			return {
				status: answer.statusCode,
				headers: answer.headers,
				body: textOf(Buffer.from(await answer.body.arrayBuffer())),
			};
		},
		close: () => agent.destroy(),
	};
}

/** A listing with `encoding-type=url` is plain ASCII: taken as it is, in a string of one byte a character. */
function textOf(bytes: Buffer): string {
	return isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8');
}
