import {createHmac, hash} from 'node:crypto';
import type {Credentials} from '../types.ts';
import {encodeQuery} from './address.ts';
import {KeyedHash} from './keyed-hash.ts';

/** What a signature covers. Header names in lower case; `path` encoded as it is sent; the body is empty. */
export type Signable = {
	readonly method: 'GET' | 'HEAD';
	readonly path: string;
	readonly query: Readonly<Record<string, string>> | undefined;
	readonly headers: Readonly<Record<string, string>>;
};

/** SHA-256 of no bytes: none of our requests has a body. */
const emptyPayload = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Signing keys hold for a day and a region. */
type Key = {readonly scope: string; readonly hash: KeyedHash};

/**
 * AWS Signature Version 4 in its S3 dialect (path encoded once, payload hash as a header), for
 * requests without a body. The SDK's own signer takes 60 µs a request, a third of what an object of
 * 10 KiB costs altogether; this one takes 6. A property test holds one against the other.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export class RequestSigner {
	readonly #credentials: Credentials;
	readonly #keys = new Map<string, Key>();
	#second = Number.NaN;
	#stamp = '';

	constructor(credentials: Credentials) {
		this.#credentials = credentials;
	}

	/**
	 * All headers that are to be sent, as a flat list: name, value, name, value. `now` is the time of
	 * the server's clock in Unix milliseconds.
	 */
	sign(request: Signable, region: string, now: number): string[] {
		const stamp = this.#stampOf(now);
		const {sessionToken, accessKeyId} = this.#credentials;
		const headers: Record<string, string> = {
			...request.headers,
			'x-amz-content-sha256': emptyPayload,
			'x-amz-date': stamp,
			...(sessionToken && {'x-amz-security-token': sessionToken}),
		};
		const sent: string[] = [];
		let canonical = '';
		let names = '';
		for (const name of Object.keys(headers).sort()) {
			const value = headers[name] ?? '';
			sent.push(name, value);
			canonical += `${name}:${plain.test(value) ? value : value.trim().replace(/\s+/g, ' ')}\n`;
			names += names === '' ? name : `;${name}`;
		}
		const {method, path, query} = request;
		const asked = query === undefined ? '' : encodeQuery(query);
		const digest = hash(
			'sha256',
			`${method}\n${path}\n${asked}\n${canonical}\n${names}\n${emptyPayload}`,
		);
		const {scope, hash: keyed} = this.#key(stamp.slice(0, 8), region);
		const signature = keyed.hex(`AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${digest}`);
		sent.push(
			'authorization',
			`AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
		);
		return sent;
	}

	/** `YYYYMMDDTHHMMSSZ`; the same for all requests of a second. */
	#stampOf(now: number): string {
		const second = Math.floor(now / 1000);
		if (second !== this.#second) {
			this.#second = second;
			this.#stamp = new Date(second * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
		}
		return this.#stamp;
	}

	#key(day: string, region: string): Key {
		const scope = `${day}/${region}/s3/aws4_request`;
		const known = this.#keys.get(scope);
		if (known !== undefined) return known;
		const steps = [day, region, 's3', 'aws4_request'];
		const first = Buffer.from(`AWS4${this.#credentials.secretAccessKey}`);
		const secret = steps.reduce(
			(key, step) => createHmac('sha256', key).update(step).digest(),
			first,
		);
		const key = {scope, hash: new KeyedHash(secret)};
		// Yesterday's keys and those of other regions: a handful.
		if (this.#keys.size > 32) this.#keys.clear();
		this.#keys.set(scope, key);
		return key;
	}
}

/** A header value that is signed as it is: nothing to trim, no runs of spaces. */
const plain = /^(?:[^\s]+(?: [^\s]+)*)?$/;
