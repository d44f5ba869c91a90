import {isUtf8} from 'node:buffer';
import {createReadStream} from 'node:fs';
import {open, stat} from 'node:fs/promises';
import {basename} from 'node:path';
import {formatCount} from '../model/format.ts';
import {MusterError} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** How a file's bytes become text. */
export type TextForm = {
	readonly encoding: Encoding;
	/** it starts with a byte order mark */
	readonly bom: boolean;
	/** line of the first byte that is not UTF-8; set only for `windows-1252` */
	readonly badLine?: number;
	/** lines may end with a zero byte (key lists only) */
	readonly zeroBytes: boolean;
};

export const encodingNames: Readonly<Record<Encoding, string>> = {
	'utf-8': 'UTF-8',
	'utf-16le': 'UTF-16',
	'utf-16be': 'UTF-16',
	'windows-1252': 'Windows-1252',
};

/** A manifest error with the file's name in front of what is wrong. */
export function manifestError(file: string, problem: string, hint: string, cause?: unknown) {
	return new MusterError('manifest', `${nameOf(file)}${problem}`, {hint, cause});
}

/** The file's own name, safe to show. */
export const nameOf = (file: string): string => safeText(basename(file) || file);

/** Turns what the file system says about a manifest into words. */
export function openError(file: string, error: unknown): MusterError {
	const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
	const shown = safeText(file);
	if (code === 'ENOENT' || code === 'ENOTDIR') {
		return new MusterError('manifest', `There is no file ${shown}.`, {
			hint: 'Check the path; it is looked up from the folder in which muster was started.',
			cause: error,
		});
	}

	if (code === 'EISDIR') {
		return new MusterError('manifest', `${shown} is a folder, not a file.`, {
			hint: 'Name the list itself: a CSV, a key list or an actorsData.json.',
		});
	}

	if (code === 'EACCES' || code === 'EPERM') {
		return new MusterError('manifest', `${shown} may not be read by this user.`, {
			hint: `Give yourself the right to read it: chmod u+r ${shown}`,
			cause: error,
		});
	}

	return new MusterError('manifest', `${shown} could not be read.`, {
		hint: 'Check the disk or the network share it lies on, then try again.',
		detail: code ?? String(error),
		cause: error,
	});
}

/** The first bytes of a file. Throws a MusterError when it can't be opened. */
export async function readHead(file: string, bytes = 65_536): Promise<Buffer> {
	try {
		if ((await stat(file)).isDirectory()) throw Object.assign(new Error(file), {code: 'EISDIR'});
		const handle = await open(file);
		try {
			const buffer = Buffer.alloc(bytes);
			let length = 0;
			for (;;) {
				const {bytesRead} = await handle.read(buffer, length, bytes - length, length);
				length += bytesRead;
				if (bytesRead === 0 || length === bytes) return buffer.subarray(0, length);
			}
		} finally {
			await handle.close();
		}
	} catch (error) {
		throw openError(file, error);
	}
}

/**
 * Reads a file once to tell its encoding: a byte order mark, UTF-16 without one, UTF-8, and
 * Windows-1252 for text that is none of these. Throws for a file that is no text.
 */
export async function textForm(
	file: string,
	options: {zeroBytes?: boolean; signal?: AbortSignal} = {},
): Promise<TextForm> {
	const head = await readHead(file);
	const marked = markOf(head) ?? (options.zeroBytes === true ? undefined : unmarkedUtf16(head));
	if (marked !== undefined && marked.encoding !== 'utf-8') return {...marked, zeroBytes: false};
	const known = binaryKind(head);
	if (known !== undefined) throw binaryError(file, known);

	const found = await scan(file, options.signal);
	if (found.zeroLine !== undefined && options.zeroBytes !== true) {
		throw manifestError(
			file,
			` is not a text file: there is a zero byte in line ${formatCount(found.zeroLine)}.`,
			'Give a CSV, TSV or text file; a table from a spreadsheet has to be saved as CSV first.',
		);
	}

	const bom = marked !== undefined;
	const zeroBytes = found.zeroLine !== undefined;
	if (found.badLine === undefined) return {encoding: 'utf-8', bom, zeroBytes};
	if (looksBinary(head)) throw binaryError(file, 'a binary file');
	return {encoding: 'windows-1252', bom: false, badLine: found.badLine, zeroBytes};
}

/** The file's text as UTF-8 buffers, without its byte order mark, in pieces of some 64 KiB. */
export async function* textChunks(
	file: string,
	form: TextForm,
	signal?: AbortSignal,
): AsyncGenerator<Buffer> {
	const decoder = form.encoding === 'utf-8' ? undefined : new TextDecoder(form.encoding);
	let first = form.bom && form.encoding === 'utf-8';
	for await (const chunk of bytesOf(file, signal)) {
		if (decoder !== undefined) {
			const text = decoder.decode(chunk, {stream: true});
			if (text !== '') yield Buffer.from(text);
			continue;
		}

		yield first ? chunk.subarray(3) : chunk;
		first = false;
	}

	const rest = decoder?.decode();
	if (rest !== undefined && rest !== '') yield Buffer.from(rest);
}

/** A whole small file as text, whatever its encoding. */
export async function wholeText(file: string, signal?: AbortSignal): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of textChunks(file, await textForm(file, {signal}), signal)) {
		chunks.push(chunk);
	}

	return Buffer.concat(chunks).toString('utf8');
}

async function* bytesOf(file: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
	signal?.throwIfAborted();
	try {
		// The signal is checked by hand: a stream that it destroys reports the reason as a read error.
		for await (const chunk of createReadStream(file)) {
			if (signal?.aborted === true) break;
			yield chunk as Buffer;
		}
	} catch (error) {
		throw openError(file, error);
	}

	signal?.throwIfAborted();
}

/** One pass over all bytes: the line of the first zero byte, and of the first that is not UTF-8. */
async function scan(
	file: string,
	signal?: AbortSignal,
): Promise<{zeroLine?: number; badLine?: number}> {
	let zeroLine: number | undefined;
	let badLine: number | undefined;
	let line = 1;
	let carry = Buffer.alloc(0);
	for await (const chunk of bytesOf(file, signal)) {
		const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
		const cut = wholeCharacters(bytes);
		const part = bytes.subarray(0, cut);
		carry = Buffer.from(bytes.subarray(cut));
		const zero = zeroLine === undefined ? part.indexOf(0) : -1;
		if (zero !== -1) zeroLine = line + newlines(part.subarray(0, zero));
		if (badLine === undefined && !isUtf8(part)) badLine = line + linesBeforeBad(part);
		line += newlines(part);
	}

	if (badLine === undefined && !isUtf8(carry)) badLine = line;
	return {zeroLine, badLine};
}

/** Length of `bytes` without a UTF-8 character that is cut off at their end. */
function wholeCharacters(bytes: Buffer): number {
	for (let back = 1; back <= Math.min(3, bytes.length); back++) {
		const byte = bytes[bytes.length - back] ?? 0;
		if (byte < 0x80) return bytes.length;
		if (byte >= 0xc0) {
			const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
			return length > back ? bytes.length - back : bytes.length;
		}
	}

	return bytes.length;
}

function linesBeforeBad(bytes: Buffer): number {
	let lines = 0;
	let start = 0;
	for (;;) {
		const end = bytes.indexOf(10, start);
		if (end === -1 || !isUtf8(bytes.subarray(start, end))) return lines;
		lines++;
		start = end + 1;
	}
}

/** Line ends (by default line feeds) between two offsets of a buffer. */
export function newlines(bytes: Buffer, start = 0, end = bytes.length, feed = 10): number {
	let count = 0;
	for (let at = start; at < end; at++) if (bytes[at] === feed) count++;

	return count;
}

function markOf(head: Buffer): {encoding: Encoding; bom: true} | undefined {
	if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) {
		return {encoding: 'utf-8', bom: true};
	}

	if (head[0] === 0xff && head[1] === 0xfe) return {encoding: 'utf-16le', bom: true};
	return head[0] === 0xfe && head[1] === 0xff ? {encoding: 'utf-16be', bom: true} : undefined;
}

/** Latin text in UTF-16 has a zero in nearly every second byte, always on the same side. */
function unmarkedUtf16(head: Buffer): {encoding: Encoding; bom: false} | undefined {
	const pairs = Math.min(head.length, 4096) >> 1;
	if (pairs < 4) return undefined;
	let even = 0;
	let odd = 0;
	for (let pair = 0; pair < pairs; pair++) {
		if (head[pair * 2] === 0) even++;
		if (head[pair * 2 + 1] === 0) odd++;
	}

	if (odd > pairs * 0.8 && even < pairs * 0.05) return {encoding: 'utf-16le', bom: false};
	if (even > pairs * 0.8 && odd < pairs * 0.05) return {encoding: 'utf-16be', bom: false};
	return undefined;
}

const magic: readonly (readonly [string, string])[] = [
	['PK\u0003\u0004', 'an Excel workbook or a ZIP archive'],
	['\u00d0\u00cf\u0011\u00e0', 'an old Excel workbook'],
	['\u001f\u008b', 'a gzip archive'],
	['(\u00b5/\u00fd', 'a Zstandard archive'],
	['PAR1', 'a Parquet file'],
	['SQLite format 3', 'an SQLite database'],
	['%PDF-', 'a PDF'],
	['\u0089PNG', 'a PNG image'],
	['\u00ff\u00d8\u00ff', 'a JPEG image'],
];

function binaryKind(head: Buffer): string | undefined {
	const start = head.subarray(0, 16).toString('latin1');
	return magic.find(([bytes]) => start.startsWith(bytes))?.[1];
}

function binaryError(file: string, kind: string): MusterError {
	return manifestError(
		file,
		` is ${kind}, not a text file.`,
		kind.includes('Excel')
			? 'Save the sheet as CSV (UTF-8) and give that file.'
			: 'Give a CSV, TSV, JSON or text file that lists the wanted files.',
	);
}

function looksBinary(head: Buffer): boolean {
	let control = 0;
	for (const byte of head) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) control++;
	return control > head.length / 50;
}
