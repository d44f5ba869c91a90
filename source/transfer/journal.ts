import fs from 'node:fs';
import type {DigestAlgorithm} from '../model/object.ts';
import {createFresh, draftOf, openExisting, removeQuietly, replaceFile, type Disk} from './disk.ts';
import {errnoOf, isCrowd} from './disk-error.ts';
import type {Hashers} from './checksum.ts';
import {asDigest, isCount} from './part-note.ts';
import type {Extent, LargeFacts} from './pieces.ts';

/*
 * The journal of a large temporary file: a first line of JSON that says which object its bytes
 * belong to, then a line for each extent that is there: start, length, digest. A line is written after
 * its bytes, so a crash of muster loses at most what was under way. A crash of the machine may lose
 * bytes whose line survived: the journal names the boot it was written in, and after another boot every
 * extent is read back.
 */

const readSize = 1024 * 1024;

/** Longer than that no journal of ours grows. */
const longest = 4 * 1024 * 1024;

export const journalPath = (temporary: string): string => `${temporary}.journal`;

/** What tells one run of the machine from another; '' where the system does not say. */
function currentBoot(): string {
	try {
		return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
	} catch {
		return '';
	}
}

/** Begins on a line of its own: a full disk may have left half a line before it. */
const lineOf = ({start, length, value}: Extent): string => `\n${start} ${length} ${value}\n`;

/** Characters of a digest in hexadecimal: a shorter one was cut off. */
const digits: Readonly<Record<DigestAlgorithm, number>> = {
	crc64nvme: 16,
	crc32c: 8,
	crc32: 8,
	sha256: 64,
	sha1: 40,
	md5: 32,
};

function headerOf(facts: LargeFacts): string {
	return `${JSON.stringify({...facts, boot: currentBoot()})}\n`;
}

/** Notes an extent whose bytes are written. Trouble costs only the chance to go on from it. */
export function noteExtent(disk: Disk, temporary: string, extent: Extent): void {
	try {
		disk.writeFileSync(journalPath(temporary), lineOf(extent), {flag: 'a'});
	} catch {
		// The bytes are there; a run after a crash will fetch them again.
	}
}

/** An empty temporary file of the object's length with its journal. Throws errno errors. */
export function beginJournal(disk: Disk, temporary: string, facts: LargeFacts): void {
	const fd = createFresh(disk, temporary);
	try {
		disk.ftruncateSync(fd, facts.size);
	} finally {
		disk.closeSync(fd);
	}
	writeJournal(disk, temporary, facts, []);
}

/** Removes a temporary file with its journal. */
export function removeJournal(disk: Disk, temporary: string): void {
	removeQuietly(disk, journalPath(temporary));
	removeQuietly(disk, draftOf(journalPath(temporary)));
	removeQuietly(disk, temporary);
}

function writeJournal(
	disk: Disk,
	temporary: string,
	facts: LargeFacts,
	extents: readonly Extent[],
): void {
	const text = headerOf(facts) + extents.map(lineOf).join('');
	replaceFile(disk, journalPath(temporary), text);
}

/**
 * The extents that an earlier run left of this very object; undefined when there is nothing to go on
 * from. Yields between reads, so that other lanes of the thread go on. `parked`: it was told to stop
 * before all was read back, and the journal is as it was.
 */
export async function restoreJournal(
	disk: Disk,
	hashers: Hashers,
	temporary: string,
	facts: LargeFacts,
	isParked: () => boolean,
): Promise<readonly Extent[] | 'parked' | undefined> {
	const found = readJournal(disk, temporary, facts);
	if (found === undefined || found.extents.length === 0) return undefined;
	const stat = disk.lstatSync(temporary, {throwIfNoEntry: false});
	// Two names: a crash came between link and unlink, and writing would change a finished file.
	if (stat === undefined || !stat.isFile() || stat.nlink > 1) return undefined;
	if (stat.size !== facts.size) return undefined;
	const isSameBoot = found.boot !== '' && found.boot === currentBoot();
	const extents = isSameBoot
		? found.extents
		: await stillThere(disk, hashers, temporary, found.extents, facts.algorithm, isParked);
	if (extents === undefined) return 'parked';
	// Written anew, so that what is added never follows half a line.
	writeJournal(disk, temporary, facts, extents);
	return extents;
}

function readJournal(
	disk: Disk,
	temporary: string,
	facts: LargeFacts,
): {boot: string; extents: Extent[]} | undefined {
	try {
		const stat = disk.lstatSync(journalPath(temporary));
		if (!stat.isFile() || stat.size > longest) return undefined;
		const [header = '', ...lines] = disk.readFileSync(journalPath(temporary), 'utf8').split('\n');
		const boot = bootOf(JSON.parse(header), facts);
		// What follows the last line's end is half a line, or nothing.
		return boot === undefined ? undefined : {boot, extents: readExtents(lines.slice(0, -1), facts)};
	} catch (error) {
		// It may well be there: without a descriptor nobody can tell.
		if (isCrowd(errnoOf(error) ?? '')) throw error;
		return undefined;
	}
}

/** The boot that a journal of this very object was written in; undefined when it is another's. */
function bootOf(header: unknown, facts: LargeFacts): string | undefined {
	if (typeof header !== 'object' || header === null) return undefined;
	const {etag, size, algorithm, partSize, digest, boot} = header as Record<string, unknown>;
	const isSame =
		etag === facts.etag &&
		size === facts.size &&
		algorithm === facts.algorithm &&
		partSize === facts.partSize &&
		asDigest(digest)?.value === facts.digest?.value;
	return isSame && typeof boot === 'string' ? boot : undefined;
}

/** Extents that make sense, in order and without overlap. */
function readExtents(lines: readonly string[], facts: LargeFacts): Extent[] {
	const extents = lines.flatMap((line) => {
		const fields = /^(0|[1-9]\d{0,14}) ([1-9]\d{0,14}) ([0-9a-f]{8,64})$/.exec(line);
		if (fields === null) return [];
		const [, start = '', length = '', value = ''] = fields;
		if (value.length !== digits[facts.algorithm]) return [];
		const extent = {start: Number(start), length: Number(length), value};
		return isCount(extent.start + extent.length) ? [extent] : [];
	});
	extents.sort((one, other) => one.start - other.start);
	let end = 0;
	return extents.filter(({start, length}) => {
		if (start < end || start + length > facts.size) return false;
		end = start + length;
		return true;
	});
}

/** The extents whose bytes are on the disk; undefined when it was parked before that was known. */
async function stillThere(
	disk: Disk,
	hashers: Hashers,
	temporary: string,
	extents: readonly Extent[],
	algorithm: DigestAlgorithm,
	isParked: () => boolean,
): Promise<Extent[] | undefined> {
	const fd = openExisting(disk, temporary);
	const buffer = Buffer.allocUnsafe(readSize);
	const good: Extent[] = [];
	try {
		for (const extent of extents) {
			const hasher = hashers.start(algorithm);
			for (let at = 0; at < extent.length;) {
				if (isParked()) return undefined;
				const most = Math.min(readSize, extent.length - at);
				const read = disk.readSync(fd, buffer, 0, most, extent.start + at);
				if (read === 0) break;
				hasher.update(buffer.subarray(0, read));
				at += read;
				await new Promise((resolve) => setImmediate(resolve));
			}
			if (hasher.end().toString('hex') === extent.value) good.push(extent);
		}
	} finally {
		disk.closeSync(fd);
	}
	return good;
}
