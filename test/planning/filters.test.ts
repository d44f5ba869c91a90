import assert from 'node:assert/strict';
import {test} from 'node:test';
import {compileFilters} from '../../source/planning/filters.ts';
import type {Filters} from '../../source/model/job-spec.ts';

function reasons(
	filters: Partial<Filters>,
	keys: Record<string, number> | string[],
	prefix = 'd/',
) {
	const compiled = compileFilters({include: [], exclude: [], extensions: [], ...filters}, prefix);
	const sizes = Array.isArray(keys) ? Object.fromEntries(keys.map((key) => [key, 1])) : keys;
	return Object.entries(sizes).map(([key, size]) => compiled({key, size}));
}

test('no filter leaves nothing out', () => {
	assert.deepEqual(reasons({}, ['d/a', 'd/.b/c', 'x']), [undefined, undefined, undefined]);
});

test('globs look at the key below the prefix', () => {
	assert.deepEqual(reasons({include: ['x/*.png']}, ['d/x/a.png', 'd/x/y/a.png', 'd/a.png']), [
		undefined,
		'not included',
		'not included',
	]);
	assert.deepEqual(reasons({include: ['**/*.png']}, ['d/x/a.png', 'd/x/y/.a.png', 'd/a.jpg']), [
		undefined,
		undefined,
		'not included',
	]);
	assert.deepEqual(reasons({exclude: ['x/**']}, ['d/x/a', 'd/x/y/z', 'd/xx/a']), [
		'excluded',
		'excluded',
		undefined,
	]);
});

test('a glob without a folder looks at the base name, in any folder', () => {
	assert.deepEqual(reasons({include: ['*.png']}, ['d/a.png', 'd/x/.a.png', 'd/x.png/a.jpg']), [
		undefined,
		undefined,
		'not included',
	]);
	assert.deepEqual(
		reasons({exclude: ['thumb_*', '*.txt']}, ['d/x/thumb_1.png', 'd/a.txt', 'd/a']),
		['excluded', 'excluded', undefined],
	);
});

test('what is excluded stays out though it is included', () => {
	assert.deepEqual(reasons({include: ['*.png'], exclude: ['x/*']}, ['d/x/a.png', 'd/a.png']), [
		'excluded',
		undefined,
	]);
});

test('extensions whatever their letter case, also double ones', () => {
	assert.deepEqual(
		reasons({extensions: ['.PNG', '.tar.gz']}, [
			'd/a.png',
			'd/a.Png',
			'd/a.TAR.GZ',
			'd/a.gz',
			'd/png',
		]),
		[undefined, undefined, undefined, 'extension', 'extension'],
	);
});

test('sizes, both ends included', () => {
	assert.deepEqual(
		reasons({minSize: 1024, maxSize: 2048}, {'d/a': 1023, 'd/b': 1024, 'd/c': 2048, 'd/e': 2049}),
		['size below 1.00 KiB', undefined, undefined, 'size above 2.00 KiB'],
	);
});
