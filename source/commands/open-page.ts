import {spawn} from 'node:child_process';
import type {Environment} from '../config/environment.ts';

type Opener = {readonly file: string; readonly words: readonly string[]};

const filled = (value: string | undefined) => value !== undefined && value !== '';

/**
 * What opens a page in the browser of the person at this terminal: only where a desktop is seen. Over
 * SSH it would open on a screen that nobody sits at, or a browser made of text in this terminal.
 */
export function pageOpener(
	environment: Environment,
	platform: NodeJS.Platform,
): Opener | undefined {
	if (filled(environment['SSH_CONNECTION']) || filled(environment['SSH_TTY'])) return undefined;
	if (platform === 'darwin') return {file: 'open', words: []};
	// not `cmd /c start`, which reads `&` in an address as the end of the command
	if (platform === 'win32') return {file: 'rundll32', words: ['url.dll,FileProtocolHandler']};
	const isDesktop = filled(environment['DISPLAY']) || filled(environment['WAYLAND_DISPLAY']);
	return isDesktop ? {file: 'xdg-open', words: []} : undefined;
}

/** Tries to open a page, and says whether it tried. It may fail: the address is on the screen anyway. */
export function openPage(address: string, environment: Environment): boolean {
	const opener = pageOpener(environment, process.platform);
	if (opener === undefined) return false;
	const child = spawn(opener.file, [...opener.words, address], {
		stdio: 'ignore',
		detached: true,
		env: {...environment},
	});
	child.on('error', () => undefined);
	child.unref();
	return true;
}
