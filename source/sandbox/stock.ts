import type {SandboxBucket, SandboxObject} from './types.ts';
import {changedObject, grownObject} from './objects.ts';
import type {Stock} from './operations.ts';

/** The buckets of a server, with the objects that were overwritten or removed while it runs. */
export class Shelf implements Stock {
	readonly region: string;
	listBuckets: boolean;
	readonly #buckets: ReadonlyMap<string, SandboxBucket>;
	readonly #changed = new Map<string, SandboxObject | 'removed'>();
	readonly #versions = new Map<string, number>();

	constructor(buckets: readonly SandboxBucket[], region: string, listBuckets: boolean) {
		this.region = region;
		this.listBuckets = listBuckets;
		const sorted = [...buckets].sort((a, b) => (a.name < b.name ? -1 : 1));
		this.#buckets = new Map(sorted.map((bucket) => [bucket.name, bucket]));
	}

	bucket(name: string): SandboxBucket | undefined {
		return this.#buckets.get(name);
	}

	buckets(): readonly SandboxBucket[] {
		return [...this.#buckets.values()];
	}

	object(bucket: SandboxBucket, key: string): SandboxObject | undefined {
		if (this.#changed.size === 0) return bucket.object(key);
		const changed = this.#changed.get(`${bucket.name}/${key}`);
		if (changed === 'removed') return undefined;
		return changed ?? bucket.object(key);
	}

	/** Gives the object new bytes and a new ETag; false when there is none. */
	change(bucketName: string, key: string): boolean {
		const original = this.bucket(bucketName)?.object(key);
		if (original === undefined) return false;
		const name = `${bucketName}/${key}`;
		const version = (this.#versions.get(name) ?? 0) + 1;
		this.#versions.set(name, version);
		this.#changed.set(name, changedObject(original, version));
		return true;
	}

	/** Appends bytes, or takes so many from the end; what it had before stays. False when there is none. */
	grow(bucketName: string, key: string, bytes: number): boolean {
		const bucket = this.bucket(bucketName);
		const present = bucket && this.object(bucket, key);
		if (present === undefined) return false;
		this.#changed.set(`${bucketName}/${key}`, grownObject(present, bytes));
		return true;
	}

	/** Takes the object away after it was listed, say. */
	remove(bucketName: string, key: string): void {
		this.#changed.set(`${bucketName}/${key}`, 'removed');
	}

	/** Undoes every change. */
	restore(): void {
		this.#changed.clear();
	}
}
