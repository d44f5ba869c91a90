import type {KeyCount, Operation, RequestRecord, SandboxStats} from './types.ts';

const logLength = 10_000;

type Mutable<T> = {-readonly [K in keyof T]: T[K]};

/** Counts requests and what was sent, so that tests can prove that nothing was fetched twice. */
export class Statistics {
	openConnections = 0;
	#connections = 0;
	#requests = 0;
	#bytes = 0;
	readonly #methods = new Map<string, number>();
	readonly #operations = new Map<Operation, number>();
	readonly #statuses = new Map<number, number>();
	readonly #gets = new Map<string, Mutable<KeyCount>>();
	#log: RequestRecord[] = [];
	#logAt = 0;

	connectionOpened(): void {
		this.#connections++;
		this.openConnections++;
	}

	/** A request came. Counted before it is answered, so that one that never is counts too. */
	arrived(method: string, operation: Operation, bucket: string, key: string): void {
		this.#requests++;
		add(this.#methods, method);
		add(this.#operations, operation);
		if (operation === 'GetObject') this.#get(bucket, key).requests++;
	}

	answered(record: RequestRecord): void {
		this.#bytes += record.bytes;
		add(this.#statuses, record.status);
		if (record.operation === 'GetObject' && record.status < 300) {
			const count = this.#get(record.bucket, record.key);
			count.bytes += record.bytes;
			if (record.complete) count.complete++;
		}
		this.#log[this.#logAt] = record;
		this.#logAt = (this.#logAt + 1) % logLength;
	}

	/** The newest answered requests, oldest first. */
	log(): readonly RequestRecord[] {
		if (this.#log.length < logLength) return [...this.#log];
		return [...this.#log.slice(this.#logAt), ...this.#log.slice(0, this.#logAt)];
	}

	read(): SandboxStats {
		return {
			requests: this.#requests,
			connections: this.#connections,
			openConnections: this.openConnections,
			bytes: this.#bytes,
			methods: Object.fromEntries(this.#methods),
			operations: Object.fromEntries(this.#operations),
			statuses: Object.fromEntries(this.#statuses),
			gets: Object.fromEntries([...this.#gets].map(([name, count]) => [name, {...count}])),
		};
	}

	reset(): void {
		this.#requests = 0;
		this.#connections = 0;
		this.#bytes = 0;
		for (const map of [this.#methods, this.#operations, this.#statuses, this.#gets]) map.clear();
		this.#log = [];
		this.#logAt = 0;
	}

	#get(bucket: string, key: string): Mutable<KeyCount> {
		const name = `${bucket}/${key}`;
		let count = this.#gets.get(name);
		if (count === undefined) {
			count = {requests: 0, complete: 0, bytes: 0};
			this.#gets.set(name, count);
		}
		return count;
	}
}

function add<Name>(counts: Map<Name, number>, name: Name): void {
	counts.set(name, (counts.get(name) ?? 0) + 1);
}
