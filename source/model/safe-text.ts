/** C0, DEL, C1, bidirectional controls, zero-width and line separators: nothing of it may reach a terminal. */
const unsafe =
	/[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Untrusted text (keys, cells, server messages) with every control character shown as `?`. */
export function safeText(text: string): string {
	return text.replace(unsafe, '?');
}

/** One line of JSON in which the same characters are written as `\uXXXX`: as true as before, and harmless on a screen. */
export function safeJson(value: unknown): string {
	return JSON.stringify(value).replace(
		unsafe,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}
