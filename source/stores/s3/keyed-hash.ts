import {createHmac, hash} from 'node:crypto';

const block = 64;
const digestLength = 32;
/** What is signed is some 120 bytes long; anything longer takes the ordinary way. */
const longest = 512;

/**
 * HMAC-SHA-256 (RFC 2104) with one key for many short texts. Node's `createHmac` makes a key object
 * each time, which under load costs more than the rest of a signature; two one-shot hashes over
 * prepared buffers take 1.3 µs.
 */
export class KeyedHash {
	readonly #key: Buffer;
	/** padded key, then the text */
	readonly #inner = Buffer.alloc(block + longest, 0x36);
	/** padded key, then the inner digest */
	readonly #outer = Buffer.alloc(block + digestLength, 0x5c);

	/** `key`: at most 64 bytes. */
	constructor(key: Buffer) {
		if (key.length > block) throw new RangeError('The key is longer than a block of SHA-256.');
		this.#key = key;
		for (const [index, byte] of key.entries()) {
			this.#inner[index] = byte ^ 0x36;
			this.#outer[index] = byte ^ 0x5c;
		}
	}

	/** The code of an ASCII text, in hexadecimal. */
	hex(text: string): string {
		if (text.length > longest) return createHmac('sha256', this.#key).update(text).digest('hex');
		const end = block + this.#inner.write(text, block, 'latin1');
		hash('sha256', this.#inner.subarray(0, end), 'buffer').copy(this.#outer, block);
		return hash('sha256', this.#outer, 'hex');
	}
}
