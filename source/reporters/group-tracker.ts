import type {FileEvent} from '../model/event.ts';
import {formatBytes, plural} from '../model/format.ts';
import {safeText} from '../model/safe-text.ts';
import type {GroupRow} from '../model/snapshot.ts';

type Tally = {left: number; files: number; failed: number; bytes: number; sizeOnly: number};

export type DoneGroup = {
	readonly name: string;
	readonly files: number;
	readonly bytes: number;
	readonly failed: number;
	/** files for which the store offered no digest */
	readonly sizeOnly: number;
};

/** Tells from file events when the last file of a group is done. Holds one small record a group. */
export class GroupTracker {
	readonly #open = new Map<string, Tally>();

	expect(groups: readonly GroupRow[]): void {
		for (const {name, files, filesDone, failed} of groups) {
			const left = files - filesDone - failed;
			if (name === '' || left <= 0) continue;
			this.#open.set(safeText(name), {left, files: 0, failed: 0, bytes: 0, sizeOnly: 0});
		}
	}

	/** The group that this file completed, if it was its last one. */
	take(event: FileEvent): DoneGroup | undefined {
		const name = safeText(event.group);
		const tally = this.#open.get(name);
		if (tally === undefined) return undefined;
		if (event.status === 'failed') tally.failed++;
		else if (event.status === 'downloaded') {
			tally.files++;
			tally.bytes += event.bytes;
			if (event.verified === 'size') tally.sizeOnly++;
		} else return undefined;
		if (--tally.left > 0) return undefined;
		this.#open.delete(name);
		return {name, ...tally};
	}
}

/** `done ivo_t: 41 files, 1.34 GiB, checksums ok` */
export function doneLine(group: DoneGroup): string {
	const {files, sizeOnly, failed} = group;
	const checked =
		files === 0
			? 'nothing fetched'
			: sizeOnly === 0
				? 'checksums ok'
				: sizeOnly === files
					? 'sizes ok'
					: `checksums ok, ${sizeOnly} by size only`;
	const failures = failed > 0 ? `, ${failed} failed` : '';
	return `done ${group.name}: ${plural(files, 'file')}, ${formatBytes(group.bytes)}, ${checked}${failures}`;
}
