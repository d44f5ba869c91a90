import {compareKeys} from './key-order.ts';
import {bytesObject} from './objects.ts';
import type {SandboxBucket, SandboxObject} from './types.ts';

export type BucketOptions = {
	readonly region?: string;
	readonly created?: number;
	readonly public?: boolean;
	readonly listable?: boolean;
	readonly requesterPays?: boolean;
};

export const defaultRegion = 'eu-west-1';

/**
 * A bucket whose keys and objects come from functions; `keyAt` must be in UTF-8 byte order. `find`
 * answers for keys that don't exist with undefined.
 */
export function indexedBucket(
	name: string,
	size: number,
	keyAt: (index: number) => string,
	find: (key: string) => SandboxObject | undefined,
	options: BucketOptions = {},
): SandboxBucket {
	return {
		name,
		region: options.region ?? defaultRegion,
		created: options.created ?? Date.UTC(2023, 3, 18, 8),
		public: options.public ?? false,
		listable: options.listable ?? true,
		requesterPays: options.requesterPays ?? false,
		size,
		keyAt,
		object: find,
	};
}

type Content = SandboxObject | Uint8Array | string | (() => SandboxObject);

/** A bucket from keys and contents. A function is asked once, when its object is first needed. */
export function memoryBucket(
	name: string,
	contents: Iterable<readonly [string, Content]> | Readonly<Record<string, Content>>,
	options: BucketOptions = {},
): SandboxBucket {
	const entries = Symbol.iterator in contents ? contents : Object.entries(contents);
	const objects = new Map<string, Content>(entries);
	const keys = [...objects.keys()].sort(compareKeys);
	const find = (key: string) => {
		const content = objects.get(key);
		if (content === undefined) return undefined;
		const object = materialise(content);
		if (object !== content) objects.set(key, object);
		return object;
	};
	return indexedBucket(name, keys.length, (index) => keys[index] ?? '', find, options);
}

function materialise(content: Content): SandboxObject {
	if (typeof content === 'function') return content();
	if (typeof content === 'string' || content instanceof Uint8Array) return bytesObject(content);
	return content;
}
