const entities: Readonly<Record<string, string>> = {
	amp: '&',
	lt: '<',
	gt: '>',
	quot: '"',
	apos: "'",
};

/** Text of an element with its entities and character references read; unknown ones stay as they are. */
export function unescapeXml(text: string): string {
	if (!text.includes('&')) return text;
	return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
		if (name !== undefined) return entities[name] ?? whole;
		const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
		return point <= 0x10_ffff ? String.fromCodePoint(point) : whole;
	});
}

/** Text of the first element of this name, in a small document such as an error answer, which may be cut off. */
export function tagText(xml: string, name: string): string | undefined {
	const open = `<${name}>`;
	const start = xml.indexOf(open);
	if (start === -1) return undefined;
	const end = xml.indexOf(`</${name}>`, start);
	return end === -1 ? undefined : unescapeXml(xml.slice(start + open.length, end));
}

export type XmlListener = {
	open(name: string, depth: number): void;
	/** `text` is that of an element without children, entities read */
	close(name: string, depth: number, text: string): void;
};

/**
 * Walks a document without DTD, tag by tag: enough XML for what object stores answer (attributes,
 * comments, CDATA and empty elements included), without building a tree. Names lose their prefix.
 * @returns whether the root element was closed; false means that the document is cut off
 */
export function walkXml(xml: string, listener: XmlListener): boolean {
	let depth = 0;
	let text = '';
	let position = 0;
	for (;;) {
		const start = xml.indexOf('<', position);
		if (start === -1) return false;
		if (start > position) text += unescapeXml(xml.slice(position, start));
		const second = xml.charCodeAt(start + 1);
		if (second === slash) {
			const end = xml.indexOf('>', start);
			if (end === -1) return false;
			listener.close(localName(xml.slice(start + 2, end).trimEnd()), depth, text);
			text = '';
			position = end + 1;
			if (--depth <= 0) return true;
		} else if (second === bang || second === question) {
			const cdata = xml.startsWith('<![CDATA[', start);
			const mark = cdata ? ']]>' : xml.startsWith('<!--', start) ? '-->' : '>';
			const end = xml.indexOf(mark, start + (cdata ? 9 : 2));
			if (end === -1) return false;
			if (cdata) text += xml.slice(start + 9, end);
			position = end + mark.length;
		} else {
			const end = tagEnd(xml, start);
			if (end === -1) return false;
			const empty = xml.charCodeAt(end - 1) === slash;
			const name = tagName(xml.slice(start + 1, empty ? end - 1 : end));
			listener.open(name, ++depth);
			text = '';
			position = end + 1;
			if (!empty) continue;
			listener.close(name, depth, '');
			if (--depth === 0) return true;
		}
	}
}

const slash = 0x2f;
const bang = 0x21;
const question = 0x3f;

/** The `>` that ends a tag: one inside a quoted attribute does not. */
function tagEnd(xml: string, start: number): number {
	const end = xml.indexOf('>', start);
	if (end === -1 || !/["']/.test(xml.slice(start, end))) return end;
	const tag = /(?:"[^"]*"|'[^']*'|[^"'>])*>/y;
	tag.lastIndex = start;
	return tag.test(xml) ? tag.lastIndex - 1 : -1;
}

function tagName(tag: string): string {
	const space = tag.search(/\s/);
	return localName(space === -1 ? tag : tag.slice(0, space));
}

function localName(name: string): string {
	const colon = name.indexOf(':');
	return colon === -1 ? name : name.slice(colon + 1);
}
