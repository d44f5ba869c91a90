import {once} from 'node:events';
import net from 'node:net';
import type {AddressInfo, Socket} from 'node:net';
import {setImmediate, setTimeout as delay} from 'node:timers/promises';
import tls from 'node:tls';

/** A request as it came over the wire. */
export type Seen = {
	readonly method: string;
	/** decoded, without the leading slash and the query; `bucket/key` with S3 */
	readonly path: string;
	readonly query: string;
	/** names in lower case */
	readonly headers: ReadonlyMap<string, string>;
	/** the first byte that a Range asks for; undefined without one */
	readonly rangeStart: number | undefined;
	/** requests with this method and path so far, from 1 */
	readonly nth: number;
	/** requests on this connection so far, from 1 */
	readonly turn: number;
	/** milliseconds of a clock that never goes back */
	readonly at: number;
};

/** An answer in parts. Headers keep their names as they were sent. */
export type Answer = {
	readonly status: number;
	readonly reason: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
	readonly body: Buffer;
};

export type Visit = {
	readonly seen: Seen;
	readonly wire: Wire;
	/** asks the real server, once */
	readonly answer: () => Promise<Answer>;
	/** asks the real server and passes its answer on as it comes */
	readonly pass: () => Promise<void>;
};

/** What happens to one request: a fault writes the answer itself, byte by byte if it likes. */
export type Fault = (visit: Visit) => Promise<void> | void;

/** Chooses what happens to a request; undefined passes it on, and its answer back. */
export type Script = (seen: Seen) => Fault | undefined;

/** The client's end of a connection. Nothing here rejects when the client goes away. */
export class Wire {
	readonly #socket: Socket;

	constructor(socket: Socket) {
		this.#socket = socket;
	}

	/** No further request can come. */
	get over(): boolean {
		return this.#socket.destroyed || this.#socket.writableEnded;
	}

	/** Resolves when the bytes have left, or can't. */
	async send(bytes: Buffer | string): Promise<void> {
		if (this.over) return;
		await new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve()));
	}

	/** In pieces of so many bytes with a wait between them, or just each by itself (0). */
	async drip(bytes: Buffer, piece: number, milliseconds: number): Promise<void> {
		for (let at = 0; at < bytes.length && !this.over; at += piece) {
			await this.send(bytes.subarray(at, at + piece));
			await (milliseconds > 0 ? delay(milliseconds) : setImmediate());
		}
	}

	/** RST: the client may lose what it has not read yet. */
	reset(): void {
		this.#socket.resetAndDestroy();
	}

	/** FIN, once what was sent has left. */
	finish(): void {
		this.#socket.end();
	}

	/** Nothing more, until the client goes away. */
	async silence(): Promise<void> {
		if (!this.#socket.destroyed) await once(this.#socket, 'close').catch(() => undefined);
	}
}

export type ProxyOptions = {
	/** `http://HOST:PORT` of the real server */
	readonly upstream: string;
	readonly script?: Script;
	/** speaks TLS with this pair, in PEM */
	readonly secure?: {readonly key: string; readonly cert: string};
};

/**
 * A server on loopback that passes requests on to a real one and answers with whatever bytes a script
 * likes. It reads heads of requests without bodies, which is all that a download sends.
 */
export class FaultProxy implements AsyncDisposable {
	script: Script;
	/** a new connection is not served but given to this */
	onConnection: ((socket: Socket) => void) | undefined;
	readonly requests: Seen[] = [];
	connections = 0;
	port = 0;
	readonly #upstream: URL;
	readonly #counts = new Map<string, number>();
	readonly #sockets = new Set<Socket>();
	readonly #secure: tls.Server | undefined;
	readonly #server = net.createServer({noDelay: true}, (socket) => this.#connected(socket));

	static async start(options: ProxyOptions): Promise<FaultProxy> {
		const proxy = new FaultProxy(options);
		proxy.#server.listen(0, '127.0.0.1');
		await once(proxy.#server, 'listening');
		proxy.port = (proxy.#server.address() as AddressInfo).port;
		return proxy;
	}

	private constructor({upstream, script, secure}: ProxyOptions) {
		this.#upstream = new URL(upstream);
		this.script = script ?? (() => undefined);
		this.#secure = secure && tls.createServer({...secure}, (socket) => void this.#serve(socket));
		this.#secure?.on('tlsClientError', () => undefined);
	}

	get origin(): string {
		return this.#secure === undefined
			? `http://127.0.0.1:${this.port}`
			: `https://localhost:${this.port}`;
	}

	/** Nobody is connected, and everything that was asked has been seen. */
	get idle(): boolean {
		return this.#sockets.size === 0;
	}

	/** Another certificate for connections from now on. */
	present(pair: {readonly key: string; readonly cert: string}): void {
		this.#secure?.setSecureContext(pair);
	}

	/** Forgets what it has seen. */
	forget(): void {
		this.requests.length = 0;
		this.#counts.clear();
		this.connections = 0;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const closed = once(this.#server, 'close');
		this.#server.close();
		// one that was being accepted gets no answer either
		this.onConnection = (socket) => socket.destroy();
		for (const socket of this.#sockets) socket.destroy();
		await closed;
	}

	#connected(socket: Socket): void {
		this.connections++;
		this.#sockets.add(socket);
		socket.on('error', () => undefined);
		socket.on('close', () => this.#sockets.delete(socket));
		if (this.onConnection !== undefined) this.onConnection(socket);
		else if (this.#secure === undefined) void this.#serve(socket);
		else this.#secure.emit('connection', socket);
	}

	async #serve(socket: Socket): Promise<void> {
		socket.on('error', () => undefined);
		const wire = new Wire(socket);
		const nextHead = headReader(socket);
		for (let turn = 1; !wire.over; turn++) {
			const head = await nextHead();
			if (head === undefined) return;
			const seen = this.#see(head, turn);
			let answer: Promise<Answer> | undefined;
			const visit = {
				seen,
				wire,
				answer: () => (answer ??= this.#answer(head)),
				pass: () => this.#pass(head, wire),
			};
			try {
				await (this.script(seen) ?? passOn)(visit);
			} catch {
				// the real server is gone: so is this connection
				socket.destroy();
			}
		}
	}

	#see(head: string, turn: number): Seen {
		const [line = '', ...rest] = head.split('\r\n');
		const [method = '', target = ''] = line.split(' ');
		const [path = '', query = ''] = target.split('?');
		const headers = new Map(rest.filter(Boolean).map(readHeader));
		const range = /^bytes=(\d+)-/.exec(headers.get('range') ?? '')?.[1];
		const name = `${method} ${path}${query.includes('list-type') ? '?list' : ''}`;
		const nth = (this.#counts.get(name) ?? 0) + 1;
		this.#counts.set(name, nth);
		const seen = {
			method,
			path: decodeURIComponent(path.slice(1)),
			query,
			headers,
			rangeStart: range === undefined ? undefined : Number(range),
			nth,
			turn,
			at: performance.now(),
		};
		this.requests.push(seen);
		return seen;
	}

	async #answer(head: string): Promise<Answer> {
		const pieces: Buffer[] = [];
		for await (const piece of this.#ask(head)) pieces.push(piece as Buffer);
		return readAnswer(Buffer.concat(pieces));
	}

	async #pass(head: string, wire: Wire): Promise<void> {
		let held: Buffer | undefined = Buffer.alloc(0);
		for await (const piece of this.#ask(head)) {
			if (wire.over) return;
			if (held === undefined) {
				await wire.send(piece as Buffer);
				continue;
			}
			held = Buffer.concat([held, piece as Buffer]);
			if (!held.includes('\r\n\r\n')) continue;
			await wire.send(wireForm(readAnswer(held)));
			held = undefined;
		}
		if (held !== undefined) throw new Error('the real server gave no answer');
	}

	/** One request on a connection of its own, whose end ends the answer. */
	#ask(head: string): Socket {
		const socket = net.connect(Number(this.#upstream.port), this.#upstream.hostname);
		this.#sockets.add(socket);
		socket.on('close', () => this.#sockets.delete(socket));
		socket.write(`${withoutConnection(head)}\r\nConnection: close\r\n\r\n`);
		return socket;
	}
}

/** The usual course. */
export const passOn: Fault = async ({pass}) => pass();

/** The head of an answer as bytes, with the empty line. */
export function headOf({status, reason, headers}: Answer): Buffer {
	const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
	return Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`, 'latin1');
}

export const wireForm = (answer: Answer): Buffer => Buffer.concat([headOf(answer), answer.body]);

/** The answer with other headers: those of these names are left out, then these come. */
export function withHeaders(
	answer: Answer,
	headers: Readonly<Record<string, string | undefined>>,
): Answer {
	const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
	const kept = answer.headers.filter(([name]) => !names.has(name.toLowerCase()));
	const added = Object.entries(headers).flatMap(([name, value]) =>
		value === undefined ? [] : [[name, value] as const],
	);
	return {...answer, headers: [...kept, ...added]};
}

/** Resolves with the next head of a request without its empty line; undefined at the end. */
function headReader(socket: Socket): () => Promise<string | undefined> {
	let held = Buffer.alloc(0);
	let ended = false;
	let look = (): void => undefined;
	socket.on('data', (piece: Buffer) => {
		held = Buffer.concat([held, piece]);
		look();
	});
	socket.on('close', () => {
		ended = true;
		look();
	});
	return () =>
		new Promise((resolve) => {
			look = () => {
				const end = held.indexOf('\r\n\r\n');
				if (end === -1 && !ended) return;
				look = () => undefined;
				const head = end === -1 ? undefined : held.subarray(0, end).toString('latin1');
				held = held.subarray(end + 4);
				resolve(head);
			};
			look();
		});
}

function readHeader(line: string): [string, string] {
	const colon = line.indexOf(':');
	return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function withoutConnection(head: string): string {
	return head
		.split('\r\n')
		.filter((line) => !/^(?:connection|keep-alive):/i.test(line))
		.join('\r\n');
}

function readAnswer(bytes: Buffer): Answer {
	const end = bytes.indexOf('\r\n\r\n');
	if (end === -1) throw new Error('the real server gave no answer');
	const [line = '', ...rest] = withoutConnection(bytes.subarray(0, end).toString('latin1')).split(
		'\r\n',
	);
	const [, status = '', reason = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(line) ?? [];
	const headers = rest.map((text): [string, string] => {
		const colon = text.indexOf(':');
		return [text.slice(0, colon), text.slice(colon + 1).trim()];
	});
	return {status: Number(status), reason, headers, body: bytes.subarray(end + 4)};
}
