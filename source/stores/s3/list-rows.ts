import {objectKey} from '../../model/brand.ts';
import type {ObjectInfo} from '../../model/object.ts';
import {isoTime} from './iso-time.ts';
import {unescapeXml} from './xml.ts';

/** Rows of a listing that stand together in its document, from `start` up to `end`. */
export type RowRun = {
	readonly objects: ObjectInfo[];
	readonly start: number;
	readonly end: number;
};

const opening = '<Contents>';
const closing = '</Contents>';

/**
 * Reads the `<Contents>` elements in the form that S3 and most others write: one after another, plain
 * tags without attributes, one level of fields. Answers undefined whenever anything looks different;
 * then the document has to be walked as XML. A page of 1,000 keys takes a quarter of a millisecond.
 */
export function readPlainRows(xml: string, decode: (text: string) => string): RowRun | undefined {
	const start = xml.indexOf(opening);
	// comments and CDATA may hold anything, a tag's look-alike too
	if (start === -1 || xml.includes('<!')) return undefined;
	const objects: ObjectInfo[] = [];
	const reader = new RowReader(xml, decode);
	let end = start;
	for (let at = start; xml.startsWith(opening, at); at = afterSpace(xml, end)) {
		const object = reader.read(at + opening.length);
		if (object === undefined) return undefined;
		objects.push(object);
		end = reader.end;
	}
	return xml.includes('<Contents', end) ? undefined : {objects, start, end};
}

class RowReader {
	/** behind the row that was read last */
	end = 0;
	readonly #xml: string;
	readonly #decode: (text: string) => string;
	/** where the text of the field under way ends */
	#textEnd = 0;

	constructor(xml: string, decode: (text: string) => string) {
		this.#xml = xml;
		this.#decode = decode;
	}

	/** The row whose fields begin at `at`. */
	read(at: number): ObjectInfo | undefined {
		const xml = this.#xml;
		let key = '';
		let size = 0;
		let etag = '';
		let modified = Number.NaN;
		let storageClass = '';
		let restore: ObjectInfo['restore'];
		for (let start = afterSpace(xml, at); ; start = afterSpace(xml, this.end)) {
			// one look at the letter after `<` instead of a comparison with every name
			const letter = xml.charCodeAt(start + 1);
			if (letter === letters.K && xml.startsWith('<Key>', start)) {
				if (!this.#field(start + 5, '</Key>')) return undefined;
				key = this.#decode(this.#text(start + 5));
			} else if (letter === letters.L && xml.startsWith('<LastModified>', start)) {
				if (!this.#field(start + 14, '</LastModified>')) return undefined;
				modified = isoTime(this.#text(start + 14));
			} else if (letter === letters.E && xml.startsWith('<ETag>', start)) {
				if (!this.#field(start + 6, '</ETag>')) return undefined;
				etag = this.#etag(start + 6);
			} else if (letter === letters.S && xml.startsWith('<Size>', start)) {
				if (!this.#field(start + 6, '</Size>')) return undefined;
				size = Number(this.#text(start + 6));
			} else if (letter === letters.S && xml.startsWith('<StorageClass>', start)) {
				if (!this.#field(start + 14, '</StorageClass>')) return undefined;
				storageClass = this.#text(start + 14);
			} else if (letter === letters.slash && xml.startsWith(closing, start)) {
				this.end = start + closing.length;
				return objectInfo(key, size, etag, modified, storageClass, restore);
			} else if (letter === letters.R && xml.startsWith('<RestoreStatus>', start)) {
				if (!this.#skip(start)) return undefined;
				restore = restoreOf(xml.slice(start, this.end));
			} else if (!this.#skip(start)) return undefined;
		}
	}

	/** Finds the end of a field whose text begins at `start`; false when it holds more than text. */
	#field(start: number, close: string): boolean {
		const end = this.#xml.indexOf('<', start);
		if (end === -1 || !this.#xml.startsWith(close, end)) return false;
		this.#textEnd = end;
		this.end = end + close.length;
		return true;
	}

	#text(start: number): string {
		return unescapeXml(this.#xml.slice(start, this.#textEnd));
	}

	/** Nearly every ETag stands in quotes, and S3 writes those as entities. */
	#etag(start: number): string {
		const from = start + quote.length;
		const to = this.#textEnd - quote.length;
		const isQuoted =
			to >= from && this.#xml.startsWith(quote, start) && this.#xml.startsWith(quote, to);
		if (!isQuoted) return this.#text(start);
		return unescapeXml(`"${this.#xml.slice(from, to)}"`);
	}

	/** Goes past a field that nobody needs (Owner, ChecksumType), with what it holds. */
	#skip(start: number): boolean {
		const xml = this.#xml;
		for (const {open, close} of usual)
			if (xml.startsWith(open, start) && this.#field(start + open.length, close)) return true;
		const tagEnd = xml.indexOf('>', start);
		if (tagEnd === -1 || xml.charCodeAt(start) !== letters.less) return false;
		const close = closingOf(xml.slice(start + 1, tagEnd));
		if (close === undefined) return false;
		if (this.#field(tagEnd + 1, close)) return true;
		const end = xml.indexOf(close, tagEnd);
		if (end === -1) return false;
		const inside = xml.slice(tagEnd + 1, end);
		// a field with one of its own name in it, or with the end of its row, is not what it looks like
		if (inside.includes(`<${close.slice(2, -1)}`) || inside.includes('Contents>')) return false;
		this.end = end + close.length;
		return true;
	}
}

const quote = '&quot;';
const letters = {less: 0x3c, slash: 0x2f, E: 0x45, K: 0x4b, L: 0x4c, R: 0x52, S: 0x53} as const;

/** fields that S3 gives each row for nothing, in its order */
const usual = ['ChecksumAlgorithm', 'ChecksumType'].map((name) => ({
	open: `<${name}>`,
	close: `</${name}>`,
}));

/** closing tags by the name of a field, undefined for what is no plain name; a handful in all */
const closings = new Map<string, string | undefined>();

function closingOf(name: string): string | undefined {
	if (closings.has(name)) return closings.get(name);
	const close = /^[A-Za-z]{1,40}$/.test(name) ? `</${name}>` : undefined;
	if (closings.size < 100) closings.set(name, close);
	return close;
}

function afterSpace(xml: string, at: number): number {
	let position = at;
	for (;;) {
		const code = xml.charCodeAt(position);
		if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return position;
		position++;
	}
}

/** Facts of an object from the texts of its fields; what is empty or no date is left out. */
export function objectInfo(
	key: string,
	size: number,
	etag: string,
	modified: number,
	storageClass: string,
	restore?: ObjectInfo['restore'],
): ObjectInfo {
	const isDated = !Number.isNaN(modified);
	// most rows have everything: one shape of object for all of them
	if (etag !== '' && isDated && storageClass !== '' && restore === undefined)
		return {key: objectKey(key), size, etag, modified, storageClass};
	return {
		key: objectKey(key),
		size,
		...(etag === '' ? {} : {etag}),
		...(isDated ? {modified} : {}),
		...(storageClass === '' ? {} : {storageClass}),
		...(restore === undefined ? {} : {restore}),
	};
}

/** What a `RestoreStatus` says, as its XML or as the text of its one field. */
export function restoreOf(status: string): ObjectInfo['restore'] {
	if (/\btrue\b/.test(status)) return 'ongoing';
	return /\bfalse\b/.test(status) ? 'ready' : undefined;
}
