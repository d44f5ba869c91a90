import {HttpError} from './http-error.ts';

/** A chunk's size line or a trailer longer than this is nobody's honest answer. */
const longestLine = 8 * 1024;

/**
 * Takes a body apart that comes in chunks (RFC 9112, 7.1). Extensions and trailers are read over.
 * Holds no bytes of the body itself.
 */
export class ChunkedBody {
	#state: 'size' | 'data' | 'data-end' | 'trailer' = 'size';
	#left = 0;
	/** the beginning of a line whose end has not come yet */
	#line = '';
	#trailer = 0;
	readonly #onData: (data: Buffer) => void;

	constructor(onData: (data: Buffer) => void) {
		this.#onData = onData;
	}

	/**
	 * Reads on; returns how many bytes belong to the body's end, or undefined while more must come.
	 * What lies beyond that is not this answer's. Throws HttpError.
	 */
	read(bytes: Buffer): number | undefined {
		let at = 0;
		while (at < bytes.length) {
			if (this.#state === 'data') {
				const take = Math.min(this.#left, bytes.length - at);
				this.#onData(bytes.subarray(at, at + take));
				at += take;
				this.#left -= take;
				if (this.#left === 0) this.#state = 'data-end';
				continue;
			}
			const end = bytes.indexOf(10, at);
			this.#line += bytes.toString('latin1', at, end < 0 ? bytes.length : end);
			if (this.#line.length > longestLine) throw bad('a line of it is too long');
			if (end < 0) return undefined;
			at = end + 1;
			if (!this.#line.endsWith('\r')) throw bad('a line of it has no proper end');
			const line = this.#line.slice(0, -1);
			this.#line = '';
			if (this.#take(line)) return at;
		}
		return undefined;
	}

	/** True at the end of the body. */
	#take(line: string): boolean {
		switch (this.#state) {
			case 'size': {
				const size = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?$/.exec(line)?.[1];
				if (size === undefined) throw bad('the size of a part of it makes no sense');
				this.#left = Number.parseInt(size, 16);
				this.#state = this.#left === 0 ? 'trailer' : 'data';
				return false;
			}
			case 'data-end':
				if (line !== '') throw bad('a part of it is longer than announced');
				this.#state = 'size';
				return false;
			default:
				this.#trailer += line.length;
				if (this.#trailer > longestLine) throw bad('its trailer is too long');
				return line === '';
		}
	}
}

function bad(why: string): HttpError {
	return new HttpError('HTTP_BAD_ANSWER', `The body can't be read: ${why}.`);
}
