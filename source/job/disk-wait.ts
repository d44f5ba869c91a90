import {existsSync, readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import {formatBytes} from '../model/format.ts';
import type {JobSpec} from '../model/job-spec.ts';
import {freeBytes} from './job-folder.ts';
import {partsFolder} from './parts.ts';

/** seconds between two looks; a job that fills the disk up again at once waits longer each time */
const first = 3;
const most = 60;
/** Room for less than all that is left, but worth going on for. */
const worthwhile = 256 * 1024 * 1024;

/** Bytes of a job: those left to download and those that the disk has room for; undefined when it is not there. */
export type Room = {readonly left: number; readonly free: number | undefined};

/**
 * The room in a job's folder. `left`: bytes of the files that are not done; what lies of them in the
 * folder of parts already has its place. The disk counts as gone while that folder is.
 */
export function roomFor(spec: JobSpec, left: number): Room {
	const folder = partsFolder(spec);
	if (!existsSync(folder)) return {left, free: undefined};
	let held = 0;
	for (const name of readdirSync(folder)) {
		try {
			// Blocks: a large object's file has its full length from the start.
			held += statSync(path.join(folder, name)).blocks * 512;
		} catch {
			// It got its final name meanwhile.
		}
	}
	return {left: Math.max(0, left - held), free: freeBytes(spec.folder)};
}

/** What is missing, as a sentence with a blank before it; '' where the numbers tell nothing (a quota). */
export function missingWords({left, free}: Room): string {
	if (free === undefined || free >= left) return '';
	return ` It needs ${formatBytes(left - free)} more.`;
}

/** A job that waits for its disk: looks every few seconds whether there is room, and then goes on. */
export class DiskWait {
	#tries = 0;
	#timer: NodeJS.Timeout | undefined;
	readonly #seconds: number;

	/** `seconds` between the first looks; shorter in tests. */
	constructor(seconds = first) {
		this.#seconds = seconds;
	}

	/** Looks again and again, until there is room or `stop`. */
	begin(look: () => Room, goOn: () => void): void {
		const before = look().free ?? 0;
		const every = Math.min(most, this.#seconds * 2 ** this.#tries++) * 1000;
		this.stop();
		this.#timer = setInterval(() => {
			const {left, free} = look();
			if (free === undefined || free < Math.min(left, before + worthwhile)) return;
			this.stop();
			goOn();
		}, every);
		this.#timer.unref();
	}

	/** A file was written: the next wait looks soon again. */
	over(): void {
		this.#tries = 0;
	}

	/** Somebody goes on, or the job ends. */
	stop(): void {
		clearInterval(this.#timer);
	}
}
