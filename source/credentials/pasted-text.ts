/** What a value may be, by the names that shells, files, JSON and web pages give it. */
export type PastedField = 'access' | 'secret' | 'token' | 'region' | 'expires';

export type PastedValue = {
	readonly field: PastedField;
	readonly value: string;
	/** the line begins with `#`, which is a comment or the prompt of root */
	readonly commented: boolean;
};

/** `AWS_ACCESS_KEY_ID`, `AccessKeyId`, `Access key ID`, `--access-key`; the first group that took part is the field. */
const named = new RegExp(
	`(?<![A-Za-z0-9_/+])(?:${[
		'(?<access>(?:aws[-_ ]?)?access[-_ ]?key(?:[-_ ]?id)?)',
		'(?<secret>(?:aws[-_ ]?)?secret(?:[-_ ]?access)?[-_ ]?key|aws[-_ ]?access[-_ ]?secret)',
		'(?<token>(?:aws[-_ ]?)?(?:session|security)[-_ ]?token|token)',
		'(?<region>(?:aws[-_ ]?)?(?:default[-_ ]?)?region)',
		'(?<expires>(?:aws[-_ ]?)?(?:session[-_ ]?|credentials?[-_ ]?)?expiration|x_security_token_expires|expires?[-_ ]?at)',
	].join('|')})(?![A-Za-z0-9_/+-])`,
	'gi',
);
const namedHere = new RegExp(named.source, 'iy');

/** Between a name and its value: `=`, `": "`, `", "` of a call, ` [None]: ` of a question, `>` of XML, or blanks. */
const separator =
	/"?[ \t]*(?:\[[^\]\n]*\][ \t]*)?(?:[:=,>][ \t]*(?:\n[ \t]*(?:#[ \t]+)?)?|[ \t]+)/y;
const quotes = /["'`\u00AB\u00BB\u2018-\u201F\u2032\u2033\u2039\u203A\u300C\u300D\uFF02\uFF07]/g;
/** Of shells, of continued lines and of PowerShell; that of root, `#`, may as well be a comment. */
const prompts =
	/^[ ]*(?:>+|PS [^>\n]*>|[A-Za-z]:\\[^>\n]*>|[❯➜$%]|\[?[\w.-]+@[\w.-]+[: ][^\n$#%]*[$#%])[ ]+/gm;
const bareWord = /[^\s",;&<>{}()]+/y;
/** What a terminal broke off an encoded value: nothing else on the line. */
const restLine = /[ \t]*\n[ \t]*(?:#[ \t]+)?([A-Za-z0-9+/]+={0,2}|={1,2})[ \t]*(?=\n|$|["',;])/y;
const endMarks = /^(?:EOF|EOT|END)$/;
/** A shorter line was not broken by a terminal. */
const brokenLine = 30;
/** Characters that a whole value has; only a token has no length of its own. */
const whole: Readonly<Partial<Record<PastedField, number>>> = {access: 20, secret: 40};

/**
 * What a terminal, a web page or a chat put into text on its way is taken out again: the marks of
 * a bracketed paste, colours, characters without width, other blanks, other quotes, prompts and
 * continued lines.
 */
export function cleanPaste(text: string): string {
	return text
		.replace(/\u001B?\[20[01]~/g, '')
		.replace(/\u001B\[[\d;?]*[A-Za-z]/g, '')
		.replace(/[\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/g, '')
		.replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
		.replace(/[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000\t\v\f]/g, ' ')
		.replace(/\\u00([0-7][0-9a-f])/gi, (_all, hex: string) =>
			String.fromCharCode(Number.parseInt(hex, 16)),
		)
		.replace(/[\\`^][ ]*\n/g, '\n')
		.replace(quotes, '"')
		.replace(/\\+(["/])/g, '$1')
		.replace(/(?:\\+r)?\\+n(?=[ ]*(?:["{}[\]]|aws_|export|set[ ]|$))/gi, '\n')
		.replace(/^[ ]*[|│┃][ ]?|[ ]*[|│┃][ ]*$/gm, '')
		.replace(prompts, '');
}

/** Every value that stands behind a name, in their order. Empty ones don't count. */
export function namedValues(text: string): readonly PastedValue[] {
	const found: PastedValue[] = [];
	for (const match of text.matchAll(named)) {
		const field = fieldOf(match.groups);
		const value = field && valueAt(text, match.index + match[0].length, field);
		if (!field || !value) continue;
		const line = text.slice(text.lastIndexOf('\n', match.index) + 1, match.index);
		found.push({field, value, commented: /^\s*(?:[#;]|\/\/|rem\b)/i.test(line)});
	}
	return found;
}

/** The words of text in which nothing is named, without headings such as `Access key ID`. */
export function bareWords(text: string): readonly string[] {
	return text
		.replace(named, ' ')
		.replace(/^[ ]*#[ ]/gm, '')
		.split(/[\s",;|]+/)
		.filter((word) => word !== '' && !aside.test(word));
}

/** Marks, and the values of a region or a date. */
const aside = /^(?:[:#$>-]+|[=:]*[a-z]{2,}(?:-[a-z]+)+-\d|[=:]*\d{4}-\d\d-\d\dT.*)$/;

function fieldOf(groups: Readonly<Record<string, string>> | undefined): PastedField | undefined {
	return Object.entries(groups ?? {}).find(([, text]) => text !== undefined)?.[0] as
		PastedField | undefined;
}

function valueAt(text: string, end: number, field: PastedField): string | undefined {
	const start = end + (matchAt(separator, text, end)?.[0].length ?? 0);
	if (start === end || matchAt(namedHere, text, start) !== undefined) return undefined;
	// nothing behind the name: the next line is another assignment
	const crossed = text.slice(end, start).includes('\n');
	if (crossed && (text.slice(start).split('\n', 1)[0] ?? '').search(named) !== -1) return undefined;
	return text[start] === '"'
		? (quoted(text, start + 1) ?? unquoted(text, start + 1, field))
		: unquoted(text, start, field);
}

/** Undefined when the closing quote was lost, and the next one belongs to something else. */
function quoted(text: string, start: number): string | undefined {
	const end = text.indexOf('"', start);
	if (end === -1) return undefined;
	const inner = text.slice(start, end);
	return inner.search(named) === -1 && !/\n\s*\n/.test(inner)
		? inner.replace(/\n[ ]*#[ ]|\s+/g, '')
		: undefined;
}

function unquoted(text: string, start: number, field: PastedField): string | undefined {
	let value = matchAt(bareWord, text, start)?.[0];
	if (value === undefined || field === 'region' || field === 'expires') return value;
	let at = start + value.length;
	for (;;) {
		const wide = at - text.lastIndexOf('\n', at - 1) - 1;
		const more = matchAt(restLine, text, at);
		const part = more?.[1];
		if (more === undefined || part === undefined || endMarks.test(part)) return value;
		const limit = whole[field];
		const fits = limit === undefined ? wide >= brokenLine : value.length + part.length <= limit;
		if (!fits) return value;
		value += part;
		at += more[0].length;
	}
}

function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | undefined {
	pattern.lastIndex = index;
	return pattern.exec(text) ?? undefined;
}
