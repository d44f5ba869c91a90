import {execFileSync} from 'node:child_process';

/**
 * A shell that runs a command and then keeps the terminal open, so that a test can look at what
 * the command left behind (`stty`). The end is told in an escape sequence that nobody sees.
 */
const script = `
trap : INT TERM HUP TSTP
"$@"
printf '\\033]777;ended;%s\\007' "$?"
while read -r _; do :; done
`;

/** The identifier of the OSC sequence that tells the end; its text is `ended;STATUS`. */
export const heldOsc = 777;

export function heldCommand(
	file: string,
	words: readonly string[],
): {file: string; args: string[]} {
	return {file: '/bin/sh', args: ['-c', script, 'sh', file, ...words]};
}

/** The exit status of a shell, as the code or the signal it stands for. */
export function shellStatus(status: number): {code: number; signal: number} {
	return status > 128 && status < 165
		? {code: status, signal: status - 128}
		: {code: status, signal: 0};
}

/** The process that the shell runs, or undefined when it has ended. */
export function childOf(pid: number): number | undefined {
	try {
		const [first] = execFileSync('pgrep', ['-P', String(pid)], {encoding: 'utf8'}).split('\n');
		return first === undefined || first === '' ? undefined : Number(first);
	} catch {
		return undefined;
	}
}
