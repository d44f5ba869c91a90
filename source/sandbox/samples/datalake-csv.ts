import {datalakeBucketName, datalakePrefix, roadImages, sharedNames, sites} from './datalake.ts';
import type {RoadImage} from './datalake.ts';
import {seededRandom} from './random.ts';

/** How the rows of `images.csv` are meant: what a right roll call below `datalakePrefix` finds. */
export type RowKind =
	/** the name, path, key or URL as it is */
	| 'exact'
	/** the same stem, another extension */
	| 'other-extension'
	| 'ambiguous'
	/** names an object that an earlier row names already */
	| 'duplicate'
	/** nothing; `key` is the near one that is meant, if any */
	| 'missing';

export type RoadRow = {
	readonly image: string;
	readonly site: string;
	readonly label: string;
	readonly kind: RowKind;
	/** the key that is meant; undefined when there is none or several */
	readonly key: string | undefined;
};

/** The 400 rows of `images.csv`, in its order. */
export function roadRows(): readonly RoadRow[] {
	const images = roadImages().filter(
		({label, key}) => label !== 'overview' && key.startsWith(datalakePrefix),
	);
	// 7 shares no factor with the eight subjects, so every label and site comes up
	const chosen = images.filter((_, index) => index % 4 === 0 || index % 7 === 3);
	let next = 0;
	const take = (count: number, row: (image: RoadImage, index: number) => RoadRow) =>
		Array.from({length: count}, (_, index) => {
			const image = chosen[next++];
			if (image === undefined) throw new RangeError('The data lake has too few pictures.');
			return row(image, index);
		});
	const rows = [
		...take(214, (image) => exact(image, fileName(image.key))),
		...take(36, (image) => exact(image, image.key.slice(datalakePrefix.length))),
		...take(10, (image) => exact(image, image.key)),
		...take(10, (image) => exact(image, `s3://${datalakeBucketName}/${image.key}`)),
		...take(44, otherExtension),
		...take(8, (image) => ({...exact(image, image.stem), kind: 'other-extension'}) as const),
		...take(32, nearMiss),
		...Array.from({length: 6}, (_, index) => absent(index)),
		...Array.from({length: sharedNames}, (_, index) => shared(index)),
	];
	const shuffled = shuffle(rows);
	const again = shuffled.filter(({kind}) => kind === 'exact').slice(0, 400 - shuffled.length);
	const duplicates = again.map((row) => ({...row, kind: 'duplicate' as const}));
	return [...shuffled, ...duplicates];
}

const fileName = (key: string) => key.slice(key.lastIndexOf('/') + 1);

const exact = ({key, site, label}: RoadImage, image: string): RoadRow => ({
	image,
	site,
	label,
	kind: 'exact',
	key,
});

function otherExtension(image: RoadImage): RoadRow {
	const ending = image.key.endsWith('.png') ? '.jpg' : '.png';
	return {...exact(image, `${image.stem}${ending}`), kind: 'other-extension'};
}

/** Names that a person got slightly wrong; each has one key that is meant. */
function nearMiss(image: RoadImage, index: number): RoadRow {
	const name = fileName(image.key);
	const path = image.key.slice(datalakePrefix.length);
	const wrong = [
		name.replace(/_0+/, '_'),
		name.replace(/^(.{2})./, '$1'),
		path.replace(
			image.site,
			sites[(sites.findIndex((site) => site === image.site) + 1) % sites.length] ?? '',
		),
		name.toUpperCase(),
	][index % 4];
	return {...exact(image, wrong ?? name), kind: 'missing'};
}

const absent = (index: number): RoadRow => ({
	image: `roadworks_camera_${'ABCDEF'[index] ?? ''}.png`,
	site: 'rostock_west',
	label: 'roadworks',
	kind: 'missing',
	key: undefined,
});

const shared = (index: number): RoadRow => ({
	image: `overview_${String(index + 1).padStart(2, '0')}.png`,
	site: 'all',
	label: 'overview',
	kind: 'ambiguous',
	key: undefined,
});

function shuffle(rows: readonly RoadRow[]): RoadRow[] {
	const random = seededRandom(77);
	return rows
		.map((row) => ({row, place: random()}))
		.sort((a, b) => a.place - b.place)
		.map(({row}) => row);
}

/** `images.csv`: the columns id, image, site and label. */
export function roadCsv(): string {
	const lines = roadRows().map(({image, site, label}, index) =>
		[index + 1, image, site, label].join(','),
	);
	return ['id,image,site,label', ...lines, ''].join('\n');
}
