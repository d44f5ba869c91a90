import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** A form that a secret may take where it must not be. */
type Form = {readonly name: string; readonly bytes: Buffer};

/** So many characters of a secret are as good as all of it to who looks for leaks. */
const part = 16;

/**
 * Where these secrets stand that must stand nowhere: in the files below the folders (as bytes:
 * ledgers and their write-ahead logs too) and in the texts (screens, lines, events). Each is looked
 * for as it is, its beginning alone, in base64 at any offset, URL-encoded and as JSON writes it.
 * Answers a line for each find, without the secret; nothing is what a test wants.
 */
export function secretsIn(
	folders: readonly string[],
	texts: readonly string[],
	secrets: readonly string[],
): string[] {
	const found: string[] = [];
	const forms = secrets.map((secret) => formsOf(secret));
	const look = (where: string, content: Buffer): void => {
		for (const [index, all] of forms.entries())
			for (const {name, bytes} of all)
				if (content.includes(bytes)) found.push(`${where}: secret ${index + 1}, ${name}`);
	};
	for (const folder of folders)
		for (const file of filesBelow(folder)) {
			look(file, Buffer.from(file));
			look(file, readFileSync(file));
		}
	for (const [index, text] of texts.entries()) look(`text ${index + 1}`, Buffer.from(text));
	return found;
}

/** The command lines of this machine's processes whose words include `word`: what `ps` shows everybody. */
export function commandLines(word: string): string[] {
	if (process.platform !== 'linux') return [];
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
		.flatMap((pid) => {
			try {
				const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
				return line.includes(word) ? [line] : [];
			} catch {
				return [];
			}
		});
}

function formsOf(secret: string): readonly Form[] {
	if (secret.length < 8) throw new Error('a secret this short is found anywhere');
	const forms = new Map<string, string>([['as it is', secret]]);
	if (secret.length >= part + 8) forms.set('its beginning', secret.slice(0, part));
	// behind 0, 1 or 2 other bytes; what the neighbours decide is left out
	for (const offset of [0, 1, 2]) {
		const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
		const whole = bytes.subarray(0, bytes.length - (bytes.length % 3));
		const from = offset === 0 ? 0 : 4;
		forms.set(`base64 at ${offset}`, whole.toString('base64').slice(from));
		forms.set(`base64url at ${offset}`, whole.toString('base64url').slice(from));
	}
	forms.set('URL-encoded', encodeURIComponent(secret));
	forms.set(
		'URL-encoded, small',
		encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase()),
	);
	forms.set('JSON', JSON.stringify(secret).slice(1, -1));
	forms.set(
		'JSON with escaped slashes',
		JSON.stringify(secret)
			.slice(1, -1)
			.replaceAll('/', String.raw`\/`),
	);
	forms.set('hex', Buffer.from(secret).toString('hex'));
	return [...forms].map(([name, text]) => ({name, bytes: Buffer.from(text)}));
}

function filesBelow(folder: string): readonly string[] {
	return readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name));
}
