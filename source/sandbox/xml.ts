const special = /[&<>"'\u0000-\u001F\u007F\uFFFE\uFFFF]/g;
const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&apos;',
};

/**
 * Text for an XML document. Control characters become references (`&#x1;`) as S3 writes them,
 * although XML 1.0 forbids most of these: who needs such keys asks for `encoding-type=url`.
 */
export function escapeXml(text: string): string {
	return text.replace(
		special,
		(character) => entities[character] ?? `&#x${character.charCodeAt(0).toString(16)};`,
	);
}

const needsNothing = /^[\w./-]*$/;

/** `encoding-type=url` as S3 does it: like a form, so a space is `+`, but `/` stays. */
export function encodeListing(text: string): string {
	if (needsNothing.test(text)) return text;
	return encodeURIComponent(text.toWellFormed())
		.replaceAll('%20', '+')
		.replaceAll('%2F', '/')
		.replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
