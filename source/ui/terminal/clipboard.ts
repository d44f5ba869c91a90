import {spawn} from 'node:child_process';
import type {TerminalTraits} from './environment.ts';

/** Most terminals take about 74 KB of OSC 52, base64 included. */
const osc52Limit = 55_000;

/** The OSC 52 sequence that hands a text to the terminal's clipboard, or null when it is too long. */
export function osc52(text: string): string | null {
	const bytes = Buffer.from(text, 'utf8');
	return bytes.length > osc52Limit ? null : `\u001B]52;c;${bytes.toString('base64')}\u0007`;
}

async function pipeTo(
	command: string,
	parameters: readonly string[],
	text: string,
): Promise<boolean> {
	return new Promise((resolve) => {
		const child = spawn(command, parameters, {stdio: ['pipe', 'ignore', 'ignore'], timeout: 3000});
		child.on('error', () => {
			resolve(false);
		});
		child.on('close', (code) => {
			resolve(code === 0);
		});
		child.stdin.on('error', () => undefined);
		child.stdin.end(text);
	});
}

/** What a desktop offers beside the terminal; tried only where somebody sits in front of it. */
function desktopCommands(
	environment: Readonly<Record<string, string | undefined>>,
	platform: NodeJS.Platform,
): ReadonlyArray<readonly [string, readonly string[]]> {
	if (platform === 'darwin') return [['pbcopy', []]];
	if ((environment['WAYLAND_DISPLAY'] ?? '') !== '') return [['wl-copy', []]];
	if ((environment['DISPLAY'] ?? '') !== '') return [['xclip', ['-selection', 'clipboard']]];
	return [];
}

export const sentWords = 'Sent to your terminal. No luck? o shows it for selecting.';

/**
 * Sends a text to the clipboard: through tmux where it runs (tmux drops OSC 52 silently), else by
 * OSC 52, and beside that by the desktop's own command on a local machine. Answers the words to
 * show; it never says "copied", because nobody can know.
 */
export async function copyText(
	text: string,
	traits: TerminalTraits,
	control: (sequence: string) => void,
	environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
	if (traits.tmux) {
		const sent = await pipeTo('tmux', ['load-buffer', '-w', '-'], text);
		if (sent) return sentWords;
	}

	const sequence = osc52(text);
	if (sequence !== null) control(sequence);
	if (!traits.ssh) {
		for (const [command, parameters] of desktopCommands(environment, process.platform)) {
			if (await pipeTo(command, parameters, text)) return sentWords;
		}
	}

	return sequence === null ? 'Too long to send. o shows it for selecting.' : sentWords;
}
