/** What a terminal in its plain mode (TERM=xterm-256color) sends for each key. */
const names: Readonly<Record<string, string>> = {
	up: '\u001B[A',
	down: '\u001B[B',
	right: '\u001B[C',
	left: '\u001B[D',
	home: '\u001B[H',
	end: '\u001B[F',
	pageup: '\u001B[5~',
	pagedown: '\u001B[6~',
	insert: '\u001B[2~',
	delete: '\u001B[3~',
	enter: '\r',
	tab: '\t',
	'shift+tab': '\u001B[Z',
	escape: '\u001B',
	space: ' ',
	backspace: '\u007F',
	f1: '\u001BOP',
};

/** The bytes of one key: a name (`up`, `enter`, `ctrl+c`) or a single character. Throws on anything else. */
export function keyBytes(key: string): string {
	const named = names[key];
	if (named !== undefined) return named;
	const control = /^ctrl\+([a-z])$/.exec(key)?.[1];
	if (control !== undefined) return String.fromCharCode(control.charCodeAt(0) - 96);
	if (Array.from(key).length === 1) return key;
	throw new Error(`there is no key ${JSON.stringify(key)}; type() sends text`);
}
