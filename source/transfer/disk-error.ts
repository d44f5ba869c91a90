import type {ErrorRecord} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import type {Failure} from './retry.ts';

type Words = {readonly what: string; readonly hint: string};

const words: Readonly<Record<string, Words>> = {
	EACCES: {
		what: 'there is no permission to write there',
		hint: 'Check who owns the folder, or choose another with --to.',
	},
	EPERM: {
		what: 'the system does not allow it',
		hint: 'Check the rights and attributes of the folder, or choose another with --to.',
	},
	EROFS: {
		what: 'the disk is read-only',
		hint: 'Mount it for writing, or choose another folder with --to.',
	},
	EMFILE: {
		what: 'too many files are open in this process',
		hint: 'Raise the limit (ulimit -n 4096) or use fewer --connections.',
	},
	ENFILE: {
		what: 'too many files are open on this machine',
		hint: 'Close other programs or use fewer --connections.',
	},
	ENAMETOOLONG: {
		what: 'the name is too long for this disk',
		hint: 'Choose a shorter folder with --to, or --layout flat.',
	},
	EIO: {
		what: 'the disk reports an input/output error',
		hint: 'Look at the system log (dmesg): the disk may be failing.',
	},
	ENOTDIR: {
		what: 'a file stands where a folder is needed',
		hint: 'Move that file away, or choose another folder with --to.',
	},
	EISDIR: {
		what: 'a folder of that name is in the way',
		hint: 'Move that folder away, or choose another one with --to.',
	},
	EEXIST: {
		what: 'a file of that name exists already',
		hint: 'Move it away, or allow replacing with --overwrite always.',
	},
	ELOOP: {
		what: 'a symbolic link is in the way',
		hint: 'Remove the link; muster never writes through one.',
	},
	EXDEV: {
		what: 'its folder lies on another disk than the output folder',
		hint: 'Give that folder as --to of a job of its own; a file is only moved within one disk.',
	},
	EFBIG: {
		what: 'the file is larger than this disk or a limit allows',
		hint: 'Check ulimit -f and the type of the file system.',
	},
};

/** errno of a disk without room, or without its folder: the job pauses, the file counts no attempt. */
const noRoom: Readonly<Record<string, Words>> = {
	ENOSPC: {what: 'the disk is full', hint: 'Make room; the job goes on when there is some.'},
	EDQUOT: {
		what: 'the disk quota is used up',
		hint: 'Make room or have the quota raised; the job goes on when there is some.',
	},
	ENOENT: {
		what: 'its folder is gone',
		hint: 'Was the disk removed or the folder deleted? Bring it back, then go on.',
	},
};

/** The errno name of a thrown value, `EACCES` for instance. */
export function errnoOf(error: unknown): string | undefined {
	if (!(error instanceof Error)) return undefined;
	const code = (error as NodeJS.ErrnoException).code;
	return typeof code === 'string' ? code : undefined;
}

/** Whether the process or the machine has no descriptor left: fewer lanes help. */
export const isCrowd = (errno: string): boolean => errno === 'EMFILE' || errno === 'ENFILE';

/** A failed file-system call on the way to `path` (the file's final name) in words. */
export function diskFailure(error: unknown, path: string): Failure {
	const errno = errnoOf(error) ?? 'unknown';
	const full = noRoom[errno];
	if (full !== undefined) {
		return {
			remedy: 'pause',
			error: diskRecord(errno === 'ENOENT' ? 'disk' : 'disk-full', path, errno, full),
		};
	}
	const known = words[errno] ?? {
		what: `a file system call failed (${errno})`,
		hint: 'Look at the folder and the disk, then run the same command again.',
	};
	// Descriptors come back as other files are closed; everything else stays as it is.
	const isCrowded = isCrowd(errno);
	return {
		remedy: isCrowded ? 'retry' : 'give-up',
		error: diskRecord('disk', path, errno, known),
		...(isCrowded && {isCrowded}),
	};
}

function diskRecord(
	code: 'disk' | 'disk-full',
	path: string,
	errno: string,
	{what, hint}: Words,
): ErrorRecord {
	return {code, message: `${safeText(path)} was not written: ${what}.`, hint, detail: errno};
}
