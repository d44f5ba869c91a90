import type {IdentityCenter} from './identity-center.ts';
import {escapeXml} from './xml.ts';

const words = {
	pending: 'An app on this machine asks to sign in. The terminal must show the same code.',
	approved: 'Approved. You can go back to the terminal.',
	denied: 'Refused. You can go back to the terminal.',
	used: 'This code was used. You can go back to the terminal.',
	expired: 'This code has run out. The terminal shows a new one.',
	unknown: 'There is no such code. Type the one that the terminal shows.',
} as const;

/** The page on which a person approves a code: for a browser, and good enough for curl. */
export function devicePage(
	center: IdentityCenter,
	userCode: string,
	decided?: 'approved' | 'denied' | 'unknown',
): string {
	const known = center.status().codes.find((code) => code.userCode === userCode);
	const state = decided ?? known?.state ?? 'unknown';
	const code = escapeXml(userCode);
	const buttons =
		'<button name="decision" value="approve">Approve</button> <button name="decision" value="deny">Deny</button>';
	const form =
		state === 'pending' || state === 'unknown'
			? `<form method="post" action="/device"><p><input name="user_code" value="${code}" aria-label="Code" autofocus></p><p>${buttons}</p></form>`
			: `<p class="code">${code}</p>`;
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sandbox sign-in</title>
<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}input,.code{font:1.6rem monospace;letter-spacing:.1em}button{font:inherit;padding:.4em 1.2em}</style></head>
<body><h1>Sandbox sign-in</h1><p>${words[state]}</p>${form}<p><small>This page belongs to muster's sandbox. It opens nothing elsewhere.</small></p></body></html>
`;
}
