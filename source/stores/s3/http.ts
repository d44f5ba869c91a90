import {isAscii} from 'node:buffer';
import {SmallAnswers} from '../../http/small-answers.ts';
import type {ResponseHeaders, SignedRequest} from '../types.ts';

export type HttpAnswer = {
	readonly status: number;
	readonly headers: ResponseHeaders;
	readonly body: string;
};

/** Small answers over kept-alive connections: listing pages and facts. The bytes of objects go another way. */
export type Http = {
	send(method: 'GET' | 'HEAD', request: SignedRequest, signal?: AbortSignal): Promise<HttpAnswer>;
	close(): void;
};

export function createHttp(): Http {
	const answers = new SmallAnswers();
	return {
		async send(method, request, signal) {
			const {status, headers, body} = await answers.send(method, request, signal);
			return {status, headers, body: textOf(body)};
		},
		close: () => answers.close(),
	};
}

/** A listing with `encoding-type=url` is plain ASCII: taken as it is, in a string of one byte a character. */
function textOf(bytes: Buffer): string {
	return isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8');
}
