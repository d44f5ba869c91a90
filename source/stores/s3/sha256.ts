import {createHash, createHmac} from 'node:crypto';
import type {Hash, Hmac} from 'node:crypto';

type Secret = string | ArrayBuffer | ArrayBufferView;

/** Node's SHA-256 in the shape that the SDK's signer asks for; several times faster than the one in JavaScript. */
export class Sha256 {
	readonly digestLength = 32;
	readonly #secret: Secret | undefined;
	#hash: Hash | Hmac;

	constructor(secret?: Secret) {
		this.#secret = secret;
		this.#hash = start(secret);
	}

	update(chunk: Uint8Array): void {
		this.#hash.update(chunk);
	}

	async digest(): Promise<Uint8Array> {
		return this.#hash.digest();
	}

	reset(): void {
		this.#hash = start(this.#secret);
	}
}

function start(secret: Secret | undefined): Hash | Hmac {
	if (secret === undefined) return createHash('sha256');
	if (typeof secret === 'string') return createHmac('sha256', secret);
	return createHmac(
		'sha256',
		ArrayBuffer.isView(secret)
			? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
			: new Uint8Array(secret),
	);
}
