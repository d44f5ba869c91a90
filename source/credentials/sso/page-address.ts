import {MusterError} from '../../model/error.ts';
import {safeText} from '../../model/safe-text.ts';

/** Longer ones are nobody's sign-in page, and no QR code that fits a terminal. */
const maxLength = 1000;
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether an address is this machine's own, where nobody listens in and http will do. */
export const isLoopback = ({hostname}: URL): boolean => loopback.test(hostname);

/**
 * The address of a sign-in page as the service gave it, fit for a screen, a clipboard and a browser:
 * https, or http on this machine alone; no control characters, no name and password in it. Throws MusterError.
 */
export function pageAddress(given: string | undefined): string {
	const text = given ?? '';
	const url = URL.canParse(text) && !hasUnsafe(text) ? new URL(text) : undefined;
	const isFit =
		url !== undefined &&
		(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) &&
		url.username === '' &&
		url.password === '' &&
		url.href.length <= maxLength;
	if (isFit) return url.href;
	throw new MusterError('server', 'The sign-in service gave an address that cannot be trusted.', {
		hint: 'Check sso_start_url and sso_region in ~/.aws/config, and who answers there.',
		detail: safeText(text).slice(0, 200),
	});
}

/** The code that the page must show, as the service gave it. Throws MusterError. */
export function pageCode(given: string | undefined): string {
	if (given !== undefined && /^[A-Za-z0-9-]{1,32}$/.test(given)) return given;
	throw new MusterError('server', 'The sign-in service gave a code that cannot be shown.', {
		hint: 'Try again; if it stays so, check sso_start_url and sso_region in ~/.aws/config.',
	});
}

/** The parser of URLs takes tabs and line ends out silently: what it was given is looked at before. */
const hasUnsafe = (text: string) => safeText(text) !== text || /[\s\u0000-\u0020]/.test(text);
