import type {Socket} from 'node:net';
import {ChunkedBody} from './chunked.ts';
import {parseHead, type Framing, type Head, type Method, type ResponseHeaders} from './head.ts';
import {HttpError} from './http-error.ts';

/** What hears an answer. Exactly one of `onEnd` and `onError` comes last. */
export type AnswerHandler = {
	onHead(status: number, headers: ResponseHeaders): void;
	/** a piece of the body, valid only during the call: the next read overwrites it */
	onBody(chunk: Buffer): void;
	onEnd(): void;
	/**
	 * `isStale`: not a byte came on a connection that had carried an answer before, so the server had
	 * most likely closed it meanwhile, and the request may go again (RFC 9112, 9.3.1).
	 */
	onError(error: unknown, isStale: boolean): void;
};

/** Opens a socket that gives its bytes to `onRead`, in a buffer that is valid only during the call. */
export type OpenSocket = (
	onRead: (bytes: Buffer) => void,
	onOpen: () => void,
) => {readonly socket: Socket; readonly timer: NodeJS.Timeout};

const longestHead = 64 * 1024;
/** Most servers close a connection that was idle for some tens of seconds; milliseconds. */
const longestIdle = 15_000;
const endOfHead = Buffer.from('\r\n\r\n');

type Open = {
	readonly method: Method;
	readonly handler: AnswerHandler;
	/** the beginning of a head that has not come whole yet */
	head: Buffer | undefined;
	state: 'head' | 'body';
	framing: Framing;
	/** bytes of a body of known length that are still to come */
	left: number;
	chunks: ChunkedBody | undefined;
	keepAlive: boolean;
	/** bytes of an answer have come */
	isAnswered: boolean;
};

/**
 * One HTTP/1.1 connection with one request at a time (RFC 9112), for answers that go straight from
 * the socket's read buffer to their use: no streams, no copies, one buffer for all connections of a
 * thread. A client with streams takes some 100 µs of a thread for an object of 10 KiB, this one 30.
 */
export class Connection {
	readonly #socket: Socket;
	readonly #timer: NodeJS.Timeout;
	#open: Open | undefined;
	#isUsable = true;
	/** it has carried a whole answer */
	#isReused = false;
	/** a request that waits for the connection to be made */
	#early = '';
	#isOpen = false;
	/** monotonic milliseconds at which it was made, 0 before */
	openedAt = 0;
	/** monotonic milliseconds at which the last answer ended */
	#idleSince = performance.now();
	/** milliseconds without use after which the server may close it */
	#idleLimit = longestIdle;

	constructor(open: OpenSocket) {
		const {socket, timer} = open(
			(bytes) => this.#read(bytes),
			() => this.#opened(),
		);
		this.#socket = socket;
		this.#timer = timer;
		socket.on('error', (error) => this.#broke(error));
		socket.on('end', () => this.#ended());
		socket.on('close', () => this.#ended());
	}

	/** Whether it can carry a request now. One that was idle for long is trusted no more. */
	get isUsable(): boolean {
		return this.#isUsable && performance.now() - this.#idleSince < this.#idleLimit;
	}

	/** `text`: a whole request head, its empty line included. Only when no other request is open. */
	send(method: Method, text: string, handler: AnswerHandler): void {
		this.#open = {
			method,
			handler,
			head: undefined,
			state: 'head',
			framing: {kind: 'close'},
			left: 0,
			chunks: undefined,
			keepAlive: false,
			isAnswered: false,
		};
		if (this.#isOpen) this.#socket.write(text, 'latin1');
		else this.#early = text;
	}

	pause(): void {
		this.#socket.pause();
	}

	resume(): void {
		this.#socket.resume();
	}

	/** Ends the open request with an error of the caller's, and the connection with it. */
	fail(error: unknown): void {
		const open = this.#open;
		this.#open = undefined;
		this.#close();
		open?.handler.onError(error, false);
	}

	/** Closes it; nobody hears of it. */
	destroy(): void {
		this.#open = undefined;
		this.#close();
	}

	#opened(): void {
		clearTimeout(this.#timer);
		this.#isOpen = true;
		this.openedAt = performance.now();
		if (this.#early !== '') this.#socket.write(this.#early, 'latin1');
		this.#early = '';
	}

	#close(): void {
		this.#isUsable = false;
		clearTimeout(this.#timer);
		this.#socket.destroy();
	}

	#broke(error: unknown): void {
		const open = this.#open;
		this.#open = undefined;
		this.#close();
		open?.handler.onError(error, this.#isReused && !open.isAnswered);
	}

	#ended(): void {
		const open = this.#open;
		if (open?.state === 'body' && open.framing.kind === 'close') {
			this.#close();
			this.#finish(open);
			return;
		}
		this.#broke(new HttpError('HTTP_CLOSED', 'The server closed the connection.'));
	}

	#read(bytes: Buffer): void {
		// An answer that nobody asked for: whatever follows could be taken for the next one.
		if (this.#open === undefined) {
			this.#close();
			return;
		}
		try {
			this.#take(this.#open, bytes);
		} catch (error) {
			this.#broke(error);
		}
	}

	#take(open: Open, bytes: Buffer): void {
		open.isAnswered = true;
		let rest = bytes;
		while (open.state === 'head') {
			const after = this.#takeHead(open, rest);
			if (after === undefined || this.#open !== open) return;
			rest = after;
		}
		this.#takeBody(open, rest);
	}

	/** What follows the head, undefined while it has not come whole. */
	#takeHead(open: Open, bytes: Buffer): Buffer | undefined {
		const all = open.head === undefined ? bytes : Buffer.concat([open.head, bytes]);
		const end = all.indexOf(endOfHead);
		if (end > longestHead || (end < 0 && all.length > longestHead))
			throw new HttpError('HTTP_HEAD_TOO_LONG', 'The head of the answer is too long.');
		if (end < 0) {
			// A copy: the read buffer is overwritten by the next read.
			open.head = open.head === undefined ? Buffer.from(all) : all;
			return undefined;
		}
		open.head = undefined;
		const head = parseHead(all.toString('latin1', 0, end), open.method);
		// Informational answers precede the real one (RFC 9110, 15.2).
		if (head.status >= 200) this.#begin(open, head);
		else if (head.status === 101)
			throw new HttpError('HTTP_BAD_ANSWER', 'The answer changes the protocol.');
		return all.subarray(end + endOfHead.length);
	}

	#begin(open: Open, {status, headers, framing, keepAlive}: Head): void {
		open.state = 'body';
		open.framing = framing;
		open.keepAlive = keepAlive;
		const hint = /timeout=(\d{1,5})/.exec(String(headers['keep-alive'] ?? ''))?.[1];
		// A second less, for the request that would meet the closing on its way.
		if (hint !== undefined)
			this.#idleLimit = Math.min(longestIdle, Math.max(0, Number(hint) - 1) * 1000);
		if (framing.kind === 'length') open.left = framing.bytes;
		if (framing.kind === 'chunked')
			open.chunks = new ChunkedBody((data) => {
				if (this.#open === open) open.handler.onBody(data);
			});
		open.handler.onHead(status, headers);
	}

	#takeBody(open: Open, bytes: Buffer): void {
		if (open.framing.kind === 'length') this.#takeLength(open, bytes);
		else if (open.chunks !== undefined) {
			const used = open.chunks.read(bytes);
			if (used !== undefined) this.#complete(open, used < bytes.length);
		} else if (bytes.length > 0) open.handler.onBody(bytes);
	}

	#takeLength(open: Open, bytes: Buffer): void {
		const isMore = bytes.length > open.left;
		const body = isMore ? bytes.subarray(0, open.left) : bytes;
		open.left -= body.length;
		if (body.length > 0) open.handler.onBody(body);
		if (open.left === 0) this.#complete(open, isMore);
	}

	/** `isMore`: bytes came that belong to no answer, so the connection is not to be trusted. */
	#complete(open: Open, isMore: boolean): void {
		// The handler may have cut it off meanwhile.
		if (this.#open !== open) return;
		if (isMore || !open.keepAlive) this.#close();
		this.#finish(open);
	}

	#finish(open: Open): void {
		this.#open = undefined;
		this.#isReused = true;
		this.#idleSince = performance.now();
		open.handler.onEnd();
	}
}
