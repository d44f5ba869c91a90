import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import * as fc from 'fast-check';
import type {SafePath} from '../../source/model/brand.ts';
import {foldersOf, foldPath, localPath, withSuffix} from '../../source/planning/destination.ts';
import type {NamePlatform} from '../../source/planning/destination.ts';
import {relativeKey} from '../../source/planning/relative-key.ts';

const platforms: readonly NamePlatform[] = ['linux', 'darwin', 'win32'];
const layouts = ['keys', 'flat', 'groups'] as const;

const hostile = [
	'../outside.png',
	'../../../../etc/passwd',
	'a/../../b',
	'a/./b',
	'..',
	'.',
	'/etc/passwd',
	'//server/share/x',
	'a//b',
	'C:\\Windows\\x',
	'C:x',
	'..\\..\\x',
	'\\\\server\\share\\x',
	'a\\..\\b',
	'a\0b',
	'a\nb',
	'a\r\nb.png',
	'\u001B[31mred\u001B[0m.png',
	'\u001B]0;title\u0007',
	'\u009B31m',
	'\u202Egnp.exe',
	'\u2066a\u2069',
	'\u2028',
	'\uD800',
	'\uD801',
	'\uDC00a',
	'x'.repeat(255),
	'x'.repeat(256),
	`${'é'.repeat(300)}.png`,
	`${'😀'.repeat(100)}.tar.gz`,
	'trailing.',
	'trailing ',
	'a./b. /c',
	'CON',
	'con.txt',
	'nul',
	'COM1.png',
	'LPT¹',
	'CONIN$',
	'a?b*c<d>e|f"g:h',
	'.muster/ledger.sqlite',
	'.MUSTER/x',
	'.mus\u200Cter/x',
	'.muster',
	'.muster./x',
	'.muster /x',
	'MUSTER~1/x',
	'a',
	'a/b',
	'A',
	'é',
	'e\u0301',
	'~',
	'-rf',
	'=cmd()',
	'%2e%2e/x',
	'a~0123456789ab.png',
	' ',
	'  /x',
	'...',
	'.hidden',
];

const unprintable = /\p{Cc}|\p{Bidi_Control}|[\u2028\u2029\uFEFF]/u;

/** Everything a local path must hold to, for one key. */
function check(key: string, group: string, prefix: string, platform: NamePlatform): void {
	for (const layout of layouts) {
		const local = localPath({layout, group, key, prefix, platform});
		if (local.kind === 'refused') {
			assert.ok(key === '' || key.endsWith('/') || /too long/.test(local.reason), local.reason);
			continue;
		}
		const place = platform === 'win32' ? path.win32 : path.posix;
		const folder = platform === 'win32' ? 'C:\\data\\takes' : '/data/takes';
		const resolved = place.resolve(folder, local.path);
		assert.ok(resolved.startsWith(folder + place.sep), `${JSON.stringify(key)} to ${resolved}`);
		assert.equal(place.relative(folder, resolved).replaceAll(place.sep, '/'), local.path);
		assert.ok(!unprintable.test(local.path), JSON.stringify(local.path));
		assert.ok(local.path.isWellFormed());
		const segments = local.path.split('/');
		for (const segment of segments) {
			assert.ok(Buffer.byteLength(segment) <= 255);
			assert.ok(segment !== '' && segment !== '.' && segment !== '..');
			if (platform !== 'win32') continue;
			assert.ok(!/[<>:"|?*\\]|[. ]$/.test(segment), segment);
			assert.ok(!/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(segment), segment);
		}
		assert.notEqual(segments[0]?.toLowerCase().replace(/[. ]+$/, ''), '.muster');
	}
}

test('no hostile key leaves the folder, reaches a terminal or touches .muster', () => {
	for (const platform of platforms) {
		for (const key of hostile) {
			check(key, '', '', platform);
			check(`data/${key}`, key, 'data/', platform);
			check(`data/${key}/${key}`, `${key}/${key}`, 'data', platform);
		}
	}
});

test('hostile keys keep their files apart', () => {
	for (const platform of platforms) {
		const seen = new Map<string, string>();
		for (const key of hostile) {
			const local = localPath({layout: 'keys', group: '', key, prefix: '', platform});
			assert.equal(local.kind, 'path', key);
			if (local.kind !== 'path') continue;
			assert.equal(seen.get(local.path), undefined, `${key} and ${seen.get(local.path)}`);
			seen.set(local.path, key);
		}
	}
});

const piece = fc.oneof(
	fc.constantFrom(...hostile, '/', '/', '//', '../', './', '\\', 'a', '_', '.', ' ', '.png'),
	fc.string({unit: 'binary', maxLength: 4}),
);
const anyKey = fc.array(piece, {maxLength: 6}).map((pieces) => pieces.join(''));

test('nor does any other key', () => {
	fc.assert(
		fc.property(
			anyKey,
			anyKey,
			fc.constantFrom('', 'a/', '../', 'a'),
			fc.constantFrom(...platforms),
			check,
		),
		{numRuns: 5000},
	);
});

test('different keys have different paths', () => {
	const near = anyKey.chain((key) =>
		fc.tuple(
			fc.constant(key),
			fc.oneof(
				anyKey,
				fc.constantFrom(
					key.replaceAll('\n', '\r'),
					key.replaceAll('..', '__'),
					key.replaceAll('\\', '_'),
					key.toUpperCase(),
					`${key}\u200B`,
					`${key}\u200E`,
					`${key}.`,
					`${key}_`,
				),
			),
		),
	);
	fc.assert(
		fc.property(near, fc.constantFrom(...platforms), ([one, other], platform) => {
			const [a, b] = [one, other].map((key) =>
				localPath({layout: 'keys', group: '', key, prefix: '', platform}),
			);
			if (one === other || a?.kind !== 'path' || b?.kind !== 'path') return;
			assert.notEqual(a.path, b.path);
			// nor does a key meet the changed name of another
			const again = localPath({layout: 'keys', group: '', key: a.path, prefix: '', platform});
			if (a.changed && again.kind === 'path') assert.notEqual(again.path, a.path);
		}),
		{numRuns: 10_000},
	);
});

test('plain keys keep their names', () => {
	const plain = [
		'a.png',
		'x/y z/Ünï_çode (1).JPG',
		'v1.2/.hidden',
		'日本語/写真.png',
		'क्\u200Dष.txt',
	];
	for (const platform of platforms) {
		for (const key of plain) {
			const local = localPath({layout: 'keys', group: '', key, prefix: '', platform});
			assert.deepEqual(local, {kind: 'path', path: key, changed: false});
		}
	}
});

test('layouts', () => {
	const key = 'data/actors/dalia/take.wav';
	const of = (layout: 'keys' | 'flat' | 'groups', group: string) =>
		localPath({layout, group, key, prefix: 'data/'});
	assert.deepEqual(of('keys', 'g'), {kind: 'path', path: 'actors/dalia/take.wav', changed: false});
	assert.deepEqual(of('flat', 'g'), {kind: 'path', path: 'take.wav', changed: false});
	assert.deepEqual(of('groups', 'Dalia R'), {
		kind: 'path',
		path: 'Dalia R/take.wav',
		changed: false,
	});
	assert.deepEqual(of('groups', ''), {kind: 'path', path: 'take.wav', changed: false});
});

test('refusals say why', () => {
	const refused = (key: string) => {
		const local = localPath({layout: 'keys', group: '', key, prefix: ''});
		return local.kind === 'refused' ? local.reason : '';
	};
	assert.match(refused('a/b/'), /marks a folder/);
	assert.match(refused(''), /empty/);
	assert.match(refused(`${'d'.repeat(200)}/`.repeat(25) + 'x'), /too long/);
	assert.equal(refused('x'.repeat(1024)), '');
});

test('a long name keeps its beginning and its ending', () => {
	const local = localPath({layout: 'keys', group: '', key: `${'é'.repeat(200)}.png`, prefix: ''});
	assert.ok(local.kind === 'path' && local.changed);
	assert.match(local.path, /^é+~[0-9a-f]{12}\.png$/);
	assert.ok(Buffer.byteLength(local.path) >= 253 && Buffer.byteLength(local.path) <= 255);
});

test('what lies below a prefix', () => {
	const cases: [string, string, string][] = [
		['a/b.png', '', 'a/b.png'],
		['a/b.png', 'a/', 'b.png'],
		['a/b.png', 'a', 'b.png'],
		['data/img_1.png', 'data/img_', 'img_1.png'],
		['img_1/x.png', 'img', 'img_1/x.png'],
		['a/b.png', 'a/b.png', 'b.png'],
		['other/b.png', 'a/', 'other/b.png'],
		['a//b.png', 'a/', '/b.png'],
	];
	for (const [key, prefix, below] of cases) assert.equal(relativeKey(key, prefix), below, key);
});

test('a second file of the same name gets a suffix before its ending', () => {
	assert.equal(withSuffix('x/photo.png' as SafePath, 2), 'x/photo~2.png');
	// a key never gets into a path by this door
	for (const key of hostile) {
		const renamed = withSuffix('x.y/photo' as SafePath, key);
		assert.match(renamed, /^x\.y\/photo~[0-9a-f]{12}$/);
		assert.equal(renamed, withSuffix('x.y/photo' as SafePath, key));
	}
	const long = withSuffix(`${'x'.repeat(251)}.png` as SafePath, 'a/b.png');
	assert.ok(long.length === 255 && /x~[0-9a-f]{12}\.png$/.test(long));
});

test('the folders of a path', () => {
	assert.deepEqual(foldersOf('a/b/c.png'), ['a', 'a/b']);
	assert.deepEqual(foldersOf('c.png'), []);
});

test('folded paths meet as they do on the disk', () => {
	const [nfc, nfd] = ['É/a', 'E\u0301/A'];
	const meet = (caseInsensitive: boolean, normalising: boolean) =>
		foldPath(nfc, {caseInsensitive, normalising}) === foldPath(nfd, {caseInsensitive, normalising});
	assert.equal(meet(true, true), true);
	assert.equal(meet(true, false), false);
	assert.equal(meet(false, true), false);
	const both = {caseInsensitive: true, normalising: false};
	assert.equal(foldPath('Straße/ſΣς', both), foldPath('STRASSE/Sσσ', both));
	assert.equal(foldPath('aB', {caseInsensitive: false, normalising: false}), 'aB');
});
