import {createHash} from 'node:crypto';
import http from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import {crc32} from 'node:zlib';

/**
 * `partSize`: it was uploaded in parts of so many bytes. `hidesCount`: answers to requests for a part
 * don't tell how many there are.
 */
export type FakeObject = {
	body: Buffer;
	etag: string;
	digest?: string;
	partSize?: number;
	hidesCount?: boolean;
};

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
	/** HEAD requests, which `requests` and `count` leave out */
	heads = 0;
	/** every HEAD is answered with this status */
	headStatus: number | undefined;
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
		const [name = '', query = ''] = (request.url ?? '/').slice(1).split('?');
		const key = decodeURIComponent(name);
		if (request.method === 'HEAD') {
			this.heads++;
			if (this.headStatus !== undefined) {
				response.writeHead(this.headStatus).end();
				return;
			}
			head(response, this.objects.get(key), new URLSearchParams(query).get('part'));
			return;
		}
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
	const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
	const start = Number(from);
	const end = to === '' ? length : Math.min(length, Number(to) + 1);
	response.writeHead(range === undefined ? 200 : 206, {
		'content-length': end - start,
		etag: object.etag,
		...(range === undefined && object.digest && {'x-digest': object.digest}),
		...(range !== undefined && {'content-range': `bytes ${start}-${end - 1}/${length}`}),
	});
	response.end(object.body.subarray(start, end));
}

function head(
	response: http.ServerResponse,
	object: FakeObject | undefined,
	part: string | null,
): void {
	if (object === undefined) {
		response.writeHead(404).end();
		return;
	}
	const {body, etag, digest, partSize, hidesCount} = object;
	const digests = digest === undefined ? {} : {'x-digest': digest};
	if (part === null || partSize === undefined) {
		response.writeHead(200, {'content-length': body.length, etag, ...digests}).end();
		return;
	}
	const start = (Number(part) - 1) * partSize;
	response
		.writeHead(206, {
			'content-length': Math.min(partSize, body.length - start),
			etag,
			...(!hidesCount && {'x-parts': Math.ceil(body.length / partSize)}),
		})
		.end();
}

export function crc32Of(body: Buffer): string {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(crc32(body));
	return bytes.toString('base64');
}
