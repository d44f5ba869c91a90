import {MusterError} from '../model/error.ts';
import type {ObjectDigest} from '../model/object.ts';
import {inFormOf, type Hashers} from './checksum.ts';
import {createCombine} from './crc/combine.ts';
import {crcForms} from './crc/crc.ts';
import type {Extent, LargeFacts} from './pieces.ts';

/** All extents in order. Throws `internal` where bytes are missing or there twice: that must never pass. */
function inOrder(facts: LargeFacts, extents: readonly Extent[]): Extent[] {
	const sorted = [...extents].sort((one, other) => one.start - other.start);
	let end = 0;
	for (const {start, length} of sorted) {
		if (start !== end) break;
		end += length;
	}
	if (end === facts.size && sorted.reduce((sum, {length}) => sum + length, 0) === end)
		return sorted;
	throw new MusterError('internal', `The pieces of an object end at byte ${end} of ${facts.size}.`);
}

/**
 * The digest of the whole object from those of its extents, in the form of the expected one:
 * CRCs are combined, composite digests computed of their parts' digests. Undefined where only reading
 * all bytes in order can tell (SHA and MD5 of a whole object).
 */
export function wholeDigest(
	hashers: Hashers,
	facts: LargeFacts,
	digest: ObjectDigest,
	extents: readonly Extent[],
): string | undefined {
	const sorted = inOrder(facts, extents);
	if (digest.algorithm !== facts.algorithm) return undefined;
	const bytesOf = joiner(facts);
	if (digest.kind === 'full') return inFormOf(digest, bytesOf(sorted));
	const {partSize} = facts;
	if (partSize === undefined) return undefined;
	const all = hashers.start(digest.algorithm);
	for (const part of byParts(sorted, partSize)) all.update(bytesOf(part));
	return inFormOf(digest, all.end());
}

function byParts(sorted: readonly Extent[], partSize: number): Extent[][] {
	const parts: Extent[][] = [];
	for (const extent of sorted) {
		const part = Math.floor(extent.start / partSize);
		(parts[part] ??= []).push(extent);
	}
	return parts;
}

/** The digest of neighbouring extents; of several only where they can be combined. */
function joiner({algorithm}: LargeFacts): (extents: readonly Extent[]) => Buffer {
	const form = algorithm in crcForms ? crcForms[algorithm as keyof typeof crcForms] : undefined;
	const combine = form === undefined ? undefined : createCombine(form);
	return (extents) => {
		const [first, ...others] = extents;
		if (first === undefined) throw new MusterError('internal', 'A part of an object has no bytes.');
		if (others.length === 0) return Buffer.from(first.value, 'hex');
		if (combine === undefined || form === undefined)
			throw new MusterError('internal', `Digests of ${algorithm} can't be combined.`);
		const value = others.reduce(
			(crc, {value: next, length}) => combine(crc, BigInt(`0x${next}`), length),
			BigInt(`0x${first.value}`),
		);
		return Buffer.from(value.toString(16).padStart(form.width / 4, '0'), 'hex');
	};
}
