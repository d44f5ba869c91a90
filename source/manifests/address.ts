import {objectKey} from '../model/brand.ts';
import {decodePath, parseObjectUrl, withoutSecrets} from '../model/object-url.ts';
import type {WantedAddress} from '../model/wanted.ts';

export type AddressOptions = {
	/** endpoint of the store in use, so that its own URLs are known as objects */
	readonly endpoint?: string;
	/** text put behind the value unless it already ends with it */
	readonly ending?: string;
};

/**
 * What a manifest's text means.
 * - An S3 URL of any form names the object itself.
 * - Another URL (`https://cdn.example/img/1.png`) is a name: its decoded path, `img/1.png`, which
 *   matches only if a key really is or ends like that. Nothing is guessed from its host.
 * - A Windows path (`C:\shots\1.png`, `shots\1.png`) loses its drive and gets `/`, if it holds no `/`.
 * - Otherwise it is a name or path; leading `./` and `/` go, `//` and `..` stay as they are.
 */
export function wantedAddress(text: string, options: AddressOptions = {}): WantedAddress {
	const {ending = ''} = options;
	const url = parseObjectUrl(text, options);
	if (url !== undefined) {
		return {
			kind: 'object',
			ref: {bucket: url.bucket, key: objectKey(withEnding(url.key, ending))},
		};
	}

	return {kind: 'name', path: withEnding(namePath(text), ending)};
}

/** The text of a wanted item as it may be kept: no white space around it, no signature in it. */
export const wantedText = (text: string): string => withoutSecrets(text.trim());

function withEnding(value: string, ending: string): string {
	return ending === '' || value.toLowerCase().endsWith(ending.toLowerCase())
		? value
		: value + ending;
}

function namePath(text: string): string {
	const url = /^[a-z][a-z\d+.-]+:\/\/[^/?#]*(\/[^?#]*)?/i.exec(text);
	if (url !== null) return relative(decodePath(url[1] ?? '')) || withoutSecrets(text);
	return relative(isWindowsPath(text) ? fromWindows(text) : text) || text;
}

const relative = (path: string): string => path.replace(/^(?:\.?\/+)+/, '');

/** No `/`, at least one `\`, and nothing that Windows forbids in names. */
const isWindowsPath = (text: string): boolean =>
	/^(?:[a-z]:)?[^/<>:"|?*]*\\[^/<>:"|?*]*$/i.test(text);

const fromWindows = (text: string): string =>
	text.replace(/^(?:\\\\[^\\]+\\[^\\]+\\|[a-z]:\\?)/i, '').replaceAll('\\', '/');
