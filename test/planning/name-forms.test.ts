import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {
	extensionOf,
	looseForm,
	probeForm,
	probeOf,
	stemOf,
	wantedProbes,
} from '../../source/planning/name-forms.ts';
import {name, wantedPath} from './arbitraries.ts';

test('what counts as an ending', () => {
	const endings = {
		'a/b.png': '.png',
		'a.b/c': '',
		'a.PNG': '.PNG',
		'a.tar.gz': '.gz',
		'model.safetensors': '.safetensors',
		'clip.3gp': '.3gp',
		'scan.7z': '.7z',
		'v1.2': '',
		'take.v2': '',
		'take.v2.wav': '.wav',
		'img_0.5x': '',
		'song.mp3': '.mp3',
		'a.vtt': '.vtt',
		'.png': '',
		'a/.png': '',
		'a.': '',
		'a.é': '',
		'a.b c': '',
		'a.thirteenchars': '',
		'': '',
		'.': '',
		'..': '',
	};
	for (const [path, ending] of Object.entries(endings))
		assert.equal(extensionOf(path), ending, path);
});

test('probes of names as they come', () => {
	const probes = {
		'sessions/2025/Take_0418.WAV': 'take418',
		'IMG-001.PNG': 'img1',
		'img 1.jpg': 'img1',
		'000.png': '0',
		a_00: 'a0',
		a_100: 'a100',
		'___.png': '___',
		'É-1.png': 'é1',
		'E\u0301 01.png': 'é1',
		'a/b/': '/',
		'': '',
	};
	for (const [path, probe] of Object.entries(probes)) assert.equal(probeOf(path), probe, path);
});

test('loose forms keep what separators between digits tell apart', () => {
	assert.equal(looseForm('Take_1-11'), 'take1_11');
	assert.notEqual(looseForm('take_1_11'), looseForm('take_11_1'));
	assert.equal(looseForm('take 1 - 11'), looseForm('TAKE-1_11'));
	assert.notEqual(looseForm('take_01'), looseForm('take_1'));
	assert.equal(looseForm('ΟΔΟΣ_1'), looseForm('οδοσ-1'));
	assert.equal(looseForm('É\u2011a'), looseForm('e\u0301_A'));
});

test('a wanted name has two probes only when its ending may be part of it', () => {
	assert.deepEqual(wantedProbes('x/photo.png'), ['photo']);
	assert.deepEqual(wantedProbes('photo'), ['photo']);
	assert.deepEqual(wantedProbes('photo.final'), ['photo', 'photofinal']);
	assert.deepEqual(wantedProbes('g1.png', 'data/im'), ['g1', 'img1']);
	assert.deepEqual(wantedProbes('g1.png', 'data/'), ['g1']);
});

test('a probe is never empty, and one of those looked up', () => {
	fc.assert(
		fc.property(wantedPath, (path) => {
			assert.equal(probeOf(path) === '', path === '');
			assert.ok(wantedProbes(path).includes(probeOf(path)));
		}),
		{numRuns: 2000},
	);
});

test('the quick way for ASCII gives the same forms as the way for all text', () => {
	const ascii = fc.string({
		unit: fc.constantFrom(...'aAzZ0019_-+. \t#~/'.split('')),
		maxLength: 14,
	});
	fc.assert(
		fc.property(ascii, (text) => {
			// a letter that is not ASCII sends the text the slow way
			assert.equal(probeForm(`${text}xé`), slowForm(`${text}x`) + 'é');
			assert.equal(probeForm(text), slowForm(text));
			assert.equal(looseForm(`${text}xé`), looseForm(`${text}x`) + 'é');
		}),
		{numRuns: 5000},
	);
});

function slowForm(text: string): string {
	const folded = text.toLowerCase().normalize('NFC');
	const form = folded.replace(/(^|[^0-9])0+(?=[0-9])/g, '$1').replace(/[\s_.+-]+/g, '');
	return form === '' ? folded : form;
}

test('equal loose forms have equal probes; forms of a form change nothing', () => {
	fc.assert(
		fc.property(name, name, (a, b) => {
			if (looseForm(a) === looseForm(b)) assert.equal(probeForm(a), probeForm(b));
			assert.equal(looseForm(looseForm(a)), looseForm(a));
			assert.equal(probeForm(looseForm(a)), probeForm(a));
			assert.equal(looseForm(a.normalize('NFD')), looseForm(a.normalize('NFC')));
			assert.equal(stemOf(a) + extensionOf(a), a);
		}),
		{numRuns: 5000},
	);
});
