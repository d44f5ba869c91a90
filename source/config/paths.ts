import {mkdirSync, statSync} from 'node:fs';
import {homedir, tmpdir, userInfo} from 'node:os';
import path from 'node:path';
import {MusterError} from '../model/error.ts';
import type {Environment} from './environment.ts';

/** `$XDG_CONFIG_HOME/muster`, or `~/.config/muster`; `%APPDATA%\muster` on Windows. */
export function configFolder(environment: Environment = process.env): string {
	const base = environment['XDG_CONFIG_HOME'];
	if (base !== undefined && path.isAbsolute(base)) return path.join(base, 'muster');
	const roaming = environment['APPDATA'];
	if (process.platform === 'win32' && roaming !== undefined) return path.join(roaming, 'muster');
	return path.join(environment['HOME'] ?? homedir(), '.config', 'muster');
}

/** One record a job of this machine. */
export function jobsFolder(environment: Environment = process.env): string {
	return path.join(configFolder(environment), 'jobs');
}

function userNumber(): number {
	return process.getuid?.() ?? 0;
}

/**
 * The folder for sockets: `$XDG_RUNTIME_DIR/muster`, else `muster-UID` in the temporary folder.
 * Made when missing, and refused when somebody else could put a socket there.
 */
export function runtimeFolder(environment: Environment = process.env): string {
	const base = environment['XDG_RUNTIME_DIR'];
	const name =
		process.platform === 'win32' ? `muster-${userInfo().username}` : `muster-${userNumber()}`;
	const folder =
		base !== undefined && path.isAbsolute(base)
			? path.join(base, 'muster')
			: path.join(tmpdir(), name);
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const facts = statSync(folder);
	const foreign = process.getuid !== undefined && facts.uid !== process.getuid();
	if (foreign || (process.platform !== 'win32' && (facts.mode & 0o077) !== 0))
		throw new MusterError('disk', `The folder ${folder} is open to other users of this machine`, {
			hint: `Run: chmod 700 ${folder}, or set XDG_RUNTIME_DIR to a folder of your own.`,
		});
	return folder;
}
