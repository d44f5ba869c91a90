import type {SandboxObject} from '../../source/sandbox/index.ts';
import {KiB, MiB, patterned} from '../e2e/fault-bed.ts';
import type {FaultBed} from '../e2e/fault-bed.ts';
import type {Seen} from '../helpers/fault-proxy.ts';
import {faults} from '../helpers/faults.ts';
import type {FaultName} from '../helpers/faults.ts';

// What chance decides in a round. `random` gives numbers from 0 to 1.

type Random = () => number;

function pick<Item>(random: Random, items: readonly Item[]): Item {
	const item = items[Math.floor(random() * items.length)];
	if (item === undefined) throw new Error('nothing to pick from');
	return item;
}

/** Names that need care in a URL, in a header, in XML or on a disk. */
const stems = [
	'plain',
	'with space',
	' lead and trail ',
	'plus+plus',
	'100%25',
	'a%2Fb',
	'#hash',
	'?query=1&x',
	"it's",
	'"quoted"',
	'<tag>&amp;',
	'café',
	'cafe\u0301',
	'日本語',
	'\u{1F98A}',
	'-rf',
	'~',
	'*',
	'semi;colon',
	'back\\slash',
	'.hidden',
	'dots...',
	'CON',
	'tab\there',
	'x'.repeat(230),
];

function sizeFor(random: Random): number {
	const kind = random();
	if (kind < 0.06) return 0;
	if (kind < 0.12) return 1;
	if (kind < 0.75) return Math.floor(10 + random() * 300 * KiB);
	return Math.floor(random() * 3 * MiB);
}

/** From a handful to some dozens of objects, every third time with one up to 40 MiB. */
export function dealObjects(random: Random): Map<string, SandboxObject> {
	const objects = new Map<string, SandboxObject>();
	const count = 4 + Math.floor(random() ** 2 * 40);
	const seed = Math.floor(random() * 1_000_000);
	for (let index = 0; index < count; index++) {
		const folder = random() < 0.5 ? '' : `${pick(random, stems)}/`;
		const deeper = random() < 0.1 ? 'a/b/c/d/' : '';
		objects.set(
			`${folder}${deeper}${index} ${pick(random, stems)}.bin`,
			patterned(sizeFor(random), seed + index),
		);
	}
	if (random() < 0.34)
		objects.set('the large one.tar', patterned(Math.floor((8 + random() * 32) * MiB), seed));
	return objects;
}

export const layoutFor = (random: Random): string => (random() < 0.75 ? 'keys' : 'flat');

/** Options of a `get`; a limit makes it last a second or two, so that kills find files half here. */
export function dealOptions(random: Random, bytes: number): string[] {
	const words = ['--connections', pick(random, ['1', '2', '4', '8', '16', 'auto'])];
	const seconds = 0.7 + random() * 1.5;
	if (random() < 0.6)
		words.push('--limit-rate', `${Math.max(1, Math.round(bytes / seconds / 1e6))}MB`);
	if (random() < 0.3) words.push('--retries', pick(random, ['2', '3', '8']));
	if (random() < 0.2) words.push('--per-group', pick(random, ['1', '3']));
	return words;
}

const mischief: readonly FaultName[] = [
	'reset before',
	'reset in the head',
	'reset during',
	'reset before the last byte',
	'reset after the last byte',
	'closed before',
	'truncated',
	'truncated before the last byte',
	'too short, and says so',
	'too long, and says so',
	'announces more than comes',
	'silent during',
	'wrong bytes',
	'another range',
	'another range, denied',
	'server error',
	'server error, closed',
	'slow down',
	'closes after it',
	'says close, and closes',
	'head byte by byte',
	'other answers first',
	'chunks',
	'chunks that break off',
	'body up to the end',
	'body up to an early end',
	'lower-case names',
	'a huge header',
	'a folded header',
	'bytes left over',
	'no HTTP',
	'a sign-in page',
];

/** Lets some requests of a bed meet a fault; how many, and which ones, is for chance too. */
export function dealScript(bed: FaultBed, random: Random): {count: number; isOn: boolean} {
	const state = {count: 0, isOn: true};
	const share = random() < 0.15 ? 0 : random() * 0.35;
	const some = mischief.filter(() => random() < 0.5);
	const mix = some.length > 0 ? some : mischief;
	bed.proxy.script = ({method, query}: Seen) => {
		if (!state.isOn || method !== 'GET' || query.includes('location')) return undefined;
		if (random() >= (query.includes('list-type') ? share / 3 : share)) return undefined;
		state.count++;
		const name = pick(random, mix);
		// a listing has a patience of its own, which nothing shortens
		return query.includes('list-type') && name === 'silent during' ? undefined : faults[name];
	};
	return state;
}
