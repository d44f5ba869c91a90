import type {ObjectInfo} from './object.ts';
import {safeText} from './safe-text.ts';

/** What a store says of the restoration of an archived object; `ready` can be read for now. */
export type RestoreState = 'none' | 'ongoing' | 'ready';

/** Storage classes whose objects can't be read before they are restored. GLACIER_IR reads at once. */
export const archiveClasses: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** The class whose objects sink into archives by themselves; a listing does not tell which. */
export const tieringClass = 'INTELLIGENT_TIERING';

/** `GLACIER`, `DEEP_ARCHIVE ongoing`, `INTELLIGENT_TIERING ARCHIVE_ACCESS`: all that decides whether an object can be read, as one word or more. */
export function storageText({
	storageClass,
	archiveTier,
	restore,
}: Pick<ObjectInfo, 'storageClass' | 'archiveTier' | 'restore'>): string | undefined {
	// nearly every object has nothing but its class
	if (archiveTier === undefined && restore === undefined) return storageClass;
	return [storageClass ?? 'STANDARD', archiveTier, restore]
		.filter((part) => part !== undefined)
		.join(' ');
}

/** What a storage text says of an object that can't be read now; undefined for all others. */
export function archiveOf(
	storage: string,
): {storage: string; tier?: string; restore: RestoreState} | undefined {
	const [name = '', ...more] = storage.split(' ');
	const tier = more.find((part) => /^[A-Z_]+$/.test(part));
	if (more.includes('ready') || (tier === undefined && !archiveClasses.has(name))) return undefined;
	const restore = more.includes('ongoing') ? 'ongoing' : 'none';
	return {storage: name, restore, ...(tier === undefined ? {} : {tier})};
}

/** How long a restoration takes, standard retrieval first: as the S3 User Guide says of each class. */
function patience(place: string): string {
	if (place.startsWith('DEEP_ARCHIVE')) return '12 to 48 hours';
	return place === 'ARCHIVE_ACCESS' ? 'minutes to 5 hours' : 'minutes to 12 hours';
}

/** What to say of an archived object. `who`: its name in quotes, or a word for several. */
export function archivedWords(
	who: string,
	storage: string | undefined,
	tier?: string,
	restore: RestoreState = 'none',
): {readonly message: string; readonly hint: string} {
	const place = tier ?? storage ?? '';
	const name = [storage, tier].filter((part) => part !== undefined).join(', ');
	const archived = name === '' ? 'archived' : `archived (${safeText(name)})`;
	if (restore === 'ongoing')
		return {
			message: `${who} is ${archived} and being restored.`,
			hint: `That takes ${patience(place)} from when it was asked for; muster resume gets it then.`,
		};
	return {
		message: `${who} is ${archived} and can't be read at once.`,
		hint: `Restore it first (\`aws s3api restore-object\`), which takes ${patience(place)}; muster resume gets it then.`,
	};
}
