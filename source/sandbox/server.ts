import {createServer} from 'node:http';
import type {IncomingMessage, ServerResponse} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import {addressOf} from './address.ts';
import type {Address} from './address.ts';
import {deliveryOf, fitsAtOnce, sendAtOnce, sendSlowly, textBody} from './answer.ts';
import type {Answer, Sent} from './answer.ts';
import {parseQuery} from './canonical.ts';
import {defaultRegion} from './buckets.ts';
import {handleControl} from './control.ts';
import {Identities} from './identities.ts';
import {IdentityCenter} from './identity-center.ts';
import {handleIdentityCenter, isForIdentityCenter} from './identity-center-http.ts';
import {operationOf, perform} from './operations.ts';
import {Pacer, latencyOf, unthrottled} from './pace.ts';
import {Rules} from './rules.ts';
import {S3Error, accessDenied} from './s3-error.ts';
import {verifySignature} from './signature.ts';
import type {Signer} from './signature.ts';
import {Statistics} from './statistics.ts';
import {Shelf} from './stock.ts';
import type {
	Operation,
	RequestRecord,
	RuleAction,
	SandboxBucket,
	SandboxIdentity,
	SandboxObject,
	SandboxOptions,
	SandboxStats,
	Throttle,
} from './types.ts';

export const defaultIdentity: SandboxIdentity = {
	accessKeyId: 'AKIASANDBOXSANDBOX00',
	secretAccessKey: 'sandbox/secret/that/opens/nothing/elsewhere',
};

/** A running S3 on loopback. */
export type Sandbox = {
	/** `http://127.0.0.1:PORT` */
	readonly endpoint: string;
	readonly port: number;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken: string | undefined;
	readonly region: string;
	readonly buckets: readonly SandboxBucket[];
	readonly identities: Identities;
	/** sign-in by device code, the access portal and STS, on the same port */
	readonly identityCenter: IdentityCenter;
	/** misbehaviour on request; change it at any time */
	readonly rules: Rules;
	readonly throttle: Readonly<Throttle>;
	setThrottle(throttle: Partial<Throttle>): void;
	setListBuckets(allowed: boolean): void;
	stats(): SandboxStats;
	resetStats(): void;
	/** the newest answered requests */
	log(): readonly RequestRecord[];
	/** gives an object new bytes and a new ETag; false when there is none */
	change(bucket: string, key: string): boolean;
	/** appends bytes to an object, or takes some from its end; false when there is none */
	grow(bucket: string, key: string, bytes: number): boolean;
	remove(bucket: string, key: string): void;
	/** the object as it is now, after whatever was done to it */
	object(bucket: string, key: string): SandboxObject | undefined;
	/** undoes `change`, `grow` and `remove` */
	restore(): void;
	/** milliseconds since the newest request, or since the start */
	idleMilliseconds(): number;
	close(): Promise<void>;
};

type Visit = {
	readonly operation: Operation;
	readonly bucket: string;
	readonly key: string;
	readonly actions: readonly RuleAction[];
	readonly answer: Answer;
};

/** Starts the sandbox on 127.0.0.1 and resolves when it listens. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
	const server = new SandboxServer(options);
	await server.listen(options.port ?? 0);
	return server;
}

class SandboxServer implements Sandbox {
	readonly region: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken: string | undefined;
	readonly identities: Identities;
	readonly identityCenter: IdentityCenter;
	readonly rules: Rules;
	port = 0;
	readonly #options: SandboxOptions;
	readonly #shelf: Shelf;
	readonly #statistics = new Statistics();
	readonly #pacer: Pacer;
	readonly #pacerOf = new WeakMap<Socket, Pacer>();
	readonly #http = createServer({keepAliveTimeout: 75_000}, (request, response) => {
		this.#serve(request, response).catch(() => response.destroy());
	});
	readonly #clock: () => number;
	#throttle: Throttle;
	#serial = 0;
	#lastRequest = Date.now();

	constructor(options: SandboxOptions) {
		const identities = options.identities ?? [defaultIdentity];
		const first = identities[0] ?? defaultIdentity;
		this.accessKeyId = first.accessKeyId;
		this.secretAccessKey = first.secretAccessKey;
		this.sessionToken = first.sessionToken;
		this.region = options.region ?? options.buckets[0]?.region ?? defaultRegion;
		this.identities = new Identities(identities);
		this.rules = new Rules(options.rules ?? []);
		this.#options = options;
		this.#shelf = new Shelf(options.buckets, this.region, options.listBuckets ?? true);
		this.#throttle = {...unthrottled, ...options.throttle};
		this.#pacer = new Pacer(this.#throttle.rate);
		this.#clock = options.clock ?? Date.now;
		this.identityCenter = new IdentityCenter(this.identities, this.#clock, options.identityCenter);
		this.#http.on('connection', (socket: Socket) => {
			socket.setNoDelay(true);
			this.#statistics.connectionOpened();
			socket.once('close', () => this.#statistics.openConnections--);
		});
	}

	async listen(port: number): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			this.#http.once('error', reject);
			this.#http.listen(port, '127.0.0.1', resolve);
		});
		this.port = (this.#http.address() as AddressInfo).port;
	}

	get endpoint(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	get buckets(): readonly SandboxBucket[] {
		return this.#shelf.buckets();
	}

	get throttle(): Readonly<Throttle> {
		return this.#throttle;
	}

	setThrottle(throttle: Partial<Throttle>): void {
		this.#throttle = {...this.#throttle, ...throttle};
		this.#pacer.rate = this.#throttle.rate;
	}

	setListBuckets(allowed: boolean): void {
		this.#shelf.listBuckets = allowed;
	}

	stats(): SandboxStats {
		return this.#statistics.read();
	}

	resetStats(): void {
		this.#statistics.reset();
	}

	log(): readonly RequestRecord[] {
		return this.#statistics.log();
	}

	change(bucket: string, key: string): boolean {
		return this.#shelf.change(bucket, key);
	}

	grow(bucket: string, key: string, bytes: number): boolean {
		return this.#shelf.grow(bucket, key, bytes);
	}

	object(bucketName: string, key: string): SandboxObject | undefined {
		const bucket = this.#shelf.bucket(bucketName);
		return bucket && this.#shelf.object(bucket, key);
	}

	remove(bucket: string, key: string): void {
		this.#shelf.remove(bucket, key);
	}

	restore(): void {
		this.#shelf.restore();
	}

	idleMilliseconds(): number {
		return Date.now() - this.#lastRequest;
	}

	async close(): Promise<void> {
		await new Promise<void>((resolve) => {
			this.#http.close(() => resolve());
			this.#http.closeAllConnections();
		});
	}

	async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		this.#lastRequest = Date.now();
		// a client that goes away is no event here
		response.on('error', () => {});
		if (this.#options.control === true && request.url?.startsWith('/_sandbox/') === true) {
			await handleControl(this, request, response);
			return;
		}
		if (isForIdentityCenter(request)) {
			await handleIdentityCenter(this.identityCenter, this.endpoint, request, response);
			return;
		}
		request.resume();
		const visit = this.#visit(request);
		const {status} = visit.answer;
		const sent = await this.#send(request, response, visit);
		const {operation, bucket, key} = visit;
		const range = request.headers.range ?? '';
		this.#statistics.answered({operation, bucket, key, range, status, ...sent});
	}

	#send(
		request: IncomingMessage,
		response: ServerResponse,
		{answer, actions, operation}: Visit,
	): Sent | Promise<Sent> {
		const headOnly = request.method === 'HEAD';
		const latency = latencyOf(this.#throttle.latency, this.#serial++);
		const pacers = operation === 'GetObject' ? this.#pacers(request.socket) : noPacers;
		const isPlain = actions.length === 0 && latency === 0 && pacers.length === 0;
		if (isPlain && fitsAtOnce(answer)) return sendAtOnce(response, answer, headOnly);
		return sendSlowly(response, answer, headOnly, deliveryOf(actions, latency), pacers);
	}

	#pacers(socket: Socket): readonly Pacer[] {
		const {rate, ratePerConnection} = this.#throttle;
		if (rate <= 0 && ratePerConnection <= 0) return noPacers;
		let own = this.#pacerOf.get(socket);
		if (own === undefined || own.rate !== ratePerConnection) {
			own = new Pacer(ratePerConnection);
			this.#pacerOf.set(socket, own);
		}
		return [this.#pacer, own];
	}

	/** Finds what a request asks for, what the rules do to it, and its answer. */
	#visit(request: IncomingMessage): Visit {
		const method = request.method ?? 'GET';
		const url = request.url ?? '/';
		const mark = url.indexOf('?');
		const rawPath = mark === -1 ? url : url.slice(0, mark);
		let operation: Operation = 'Other';
		let actions: readonly RuleAction[] = [];
		let address: Address | undefined;
		try {
			address = addressOf(request.headers.host ?? '', rawPath);
			const query = parseQuery(mark === -1 ? '' : url.slice(mark + 1));
			operation = operationOf(method, address, query);
			const {bucket = '', key = '', path} = address;
			this.#statistics.arrived(method, operation, bucket, key);
			actions = this.rules.actionsFor({method, operation, bucket, key});
			const now = this.#clock();
			const signer = verifySignature({request, path, query}, this.identities, now);
			this.#misbehave(actions, signer, bucket, key);
			const answer = perform({request, operation, address, query, signer}, this.#shelf);
			return {operation, bucket, key, actions, answer: this.#dated(answer)};
		} catch (error) {
			const {bucket = '', key = ''} = address ?? {};
			const answer = this.#dated(this.#refusal(asS3Error(error), rawPath));
			return {operation, bucket, key, actions, answer};
		}
	}

	/** Actions that change the answer itself, in their order. Throws the S3Error to answer with. */
	#misbehave(
		actions: readonly RuleAction[],
		signer: Signer | undefined,
		bucket: string,
		key: string,
	): void {
		for (const action of actions) {
			if (action.type === 'change') this.change(bucket, key);
			else if (action.type === 'grow') this.grow(bucket, key, action.bytes);
			else if (action.type === 'remove') this.remove(bucket, key);
			else if (action.type === 'deny') throw accessDenied();
			else if (action.type === 'throttle') throw slowDown(action.retryAfterSeconds);
			else if (action.type === 'error') {
				throw new S3Error(action.status, action.code, action.message ?? action.code);
			} else if (action.type === 'expire' && signer !== undefined) {
				this.identities.expire(signer.accessKeyId);
				throw new S3Error(400, 'ExpiredToken', 'The provided token has expired.');
			}
		}
	}

	#refusal(error: S3Error, resource: string): Answer {
		const requestId = this.#serial.toString(16).toUpperCase().padStart(16, '0');
		return {
			status: error.status,
			headers: [
				'Content-Type',
				'application/xml',
				'x-amz-request-id',
				requestId,
				'x-amz-id-2',
				'sandbox',
				...error.headers,
			],
			body: textBody(error.document(resource, requestId)),
		};
	}

	// Node's own Date header tells the machine's time; a sandbox with a clock of its own tells that.
	#dated(answer: Answer): Answer {
		if (this.#options.clock === undefined) return answer;
		const date = new Date(this.#clock()).toUTCString();
		return {...answer, headers: [...answer.headers, 'Date', date]};
	}
}

/** A fault of the sandbox itself shows as S3 shows its own. */
function asS3Error(error: unknown): S3Error {
	if (error instanceof S3Error) return error;
	return new S3Error(500, 'InternalError', error instanceof Error ? error.message : String(error));
}

const noPacers: readonly Pacer[] = [];

function slowDown(retryAfterSeconds: number | undefined): S3Error {
	return new S3Error(503, 'SlowDown', 'Please reduce your request rate.', {
		headers: retryAfterSeconds === undefined ? [] : ['Retry-After', String(retryAfterSeconds)],
	});
}
