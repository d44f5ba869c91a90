import {createHash} from 'node:crypto';
import http from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import {crc32} from 'node:zlib';

export type FakeObject = {body: Buffer; etag: string; digest?: string};

/** What a test lets happen; true when it has answered itself. `nth` counts the key's requests from 1. */
export type Mischief = (call: {
	key: string;
	nth: number;
	range: string | undefined;
	object: FakeObject;
	request: http.IncomingMessage;
	response: http.ServerResponse;
}) => boolean | void;

/** A small object server on loopback. */
export class FakeServer {
	readonly objects = new Map<string, FakeObject>();
	readonly requests: Array<{key: string; range: string | undefined; etag: string | undefined}> = [];
	mischief: Mischief = () => {};
	origin = '';
	connections = 0;
	readonly #counts = new Map<string, number>();
	readonly #sockets = new Set<Socket>();
	readonly #server = http.createServer((request, response) => this.#answer(request, response));

	async start(): Promise<this> {
		this.#server.on('connection', (socket: Socket) => {
			this.connections++;
			this.#sockets.add(socket);
			socket.on('close', () => this.#sockets.delete(socket));
		});
		await new Promise<void>((resolve) => {
			this.#server.listen(0, '127.0.0.1', resolve);
		});
		this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
		return this;
	}

	async stop(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	put(key: string, body: Buffer, digest?: string): FakeObject {
		const md5 = createHash('md5').update(body).digest('hex');
		const object = {body, etag: `"${md5}"`, digest: digest ?? `crc32 ${crc32Of(body)}`};
		this.objects.set(key, object);
		return object;
	}

	count(key: string): number {
		return this.#counts.get(key) ?? 0;
	}

	#answer(request: http.IncomingMessage, response: http.ServerResponse): void {
		const key = decodeURIComponent((request.url ?? '/').slice(1));
		const {range} = request.headers;
		const nth = this.count(key) + 1;
		this.#counts.set(key, nth);
		this.requests.push({key, range, etag: request.headers['if-match']});
		const object = this.objects.get(key);
		if (object === undefined) {
			response.writeHead(404).end('gone');
			return;
		}
		if (this.mischief({key, nth, range, object, request, response}) === true) return;
		const wanted = request.headers['if-match'];
		// A mischief may have replaced the object.
		send(response, this.objects.get(key) ?? object, range, wanted);
	}
}

export function send(
	response: http.ServerResponse,
	object: FakeObject,
	range: string | undefined,
	wanted: string | undefined,
): void {
	if (wanted !== undefined && wanted !== object.etag) {
		response.writeHead(412).end('changed');
		return;
	}
	const {length} = object.body;
	const start = Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
	response.writeHead(range === undefined ? 200 : 206, {
		'content-length': length - start,
		etag: object.etag,
		...(range === undefined && object.digest && {'x-digest': object.digest}),
		...(range !== undefined && {'content-range': `bytes ${start}-${length - 1}/${length}`}),
	});
	response.end(object.body.subarray(start));
}

export function crc32Of(body: Buffer): string {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(crc32(body));
	return bytes.toString('base64');
}
