import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import type {GroupRow} from '../../../source/model/snapshot.ts';
import {progressLine} from '../../../source/reporters/lines.ts';
import {wantedName, wantedText} from '../../../source/ui/components/candidates.ts';
import {cellStrip, mergeCells} from '../../../source/ui/components/cells.ts';
import {
	bar,
	formatLeft,
	formatOf,
	groupCounts,
	groupNoun,
	percent,
	shareDone,
	titleEnd,
} from '../../../source/ui/components/counts.ts';
import {groupPane, openFilesLine} from '../../../source/ui/components/group-pane.ts';
import {groupLine, rowColumns, rowHeader} from '../../../source/ui/components/group-rows.ts';
import {buckets, speedChart} from '../../../source/ui/components/speed-chart.ts';
import {lineText, lineWidth} from '../../../source/ui/text/line.ts';
import {makeTheme} from '../../../source/ui/theme.ts';
import {group, jobSnapshot, takesSpec} from '../../helpers/dashboard-snapshots.ts';

const {glyphs} = makeTheme({unicode: true, color: true});
const ascii = makeTheme({unicode: false, color: true}).glyphs;

test('the strip has one cell a group, in manifest order', () => {
	const lines = cellStrip('dd!aw', 80, 4, glyphs);
	assert.deepEqual(lines.map(lineText), [' ■■!▪·']);
	assert.deepEqual(cellStrip('dd!aw', 80, 4, ascii).map(lineText), [' ##!o.']);
});

test('many groups share cells, the worst state wins, and no strip grows past its rows', () => {
	assert.equal(mergeCells('dddaddw!dd', 5), 'dadw!'.replace('dadw!', 'dad!d'));
	const cells = fc
		.array(fc.constantFrom('d', 'a', 'w', '!'), {maxLength: 4096})
		.map((letters) => letters.join(''));
	fc.assert(
		fc.property(
			cells,
			fc.integer({min: 10, max: 200}),
			fc.integer({min: 1, max: 4}),
			(text, width, rows) => {
				const lines = cellStrip(text, width, rows, glyphs);
				assert.ok(lines.length <= rows);
				for (const value of lines) assert.ok(lineWidth(value) <= width);
				const shown = lines.map(lineText).join('');
				assert.equal(shown.includes('!'), text.includes('!'));
			},
		),
	);
});

test('a bar is as wide as asked and full only at the end', () => {
	fc.assert(
		fc.property(
			fc.double({min: 0, max: 1, noNaN: true}),
			fc.integer({min: 1, max: 150}),
			(share, width) => {
				const text = lineText(bar(share, width, glyphs));
				assert.equal(text.length, width);
				assert.equal(!text.includes('─'), share >= 1);
			},
		),
	);
	assert.equal(percent(0.9999), '99 %');
	assert.equal(percent(1), '100 %');
	assert.equal(percent(0.35), '35 %');
});

test('small files move the bar as well as bytes do, and nothing is no division by zero', () => {
	const mib = 1024 ** 2;
	const none = {files: 0, filesDone: 0, bytes: 0, bytesDone: 0};
	assert.equal(shareDone(none), 0);
	assert.equal(shareDone({files: 10, filesDone: 5, bytes: 0, bytesDone: 0}), 0.5);
	const half = shareDone({files: 1000, filesDone: 500, bytes: 10 * mib, bytesDone: 0});
	assert.ok(half > 0.45 && half < 0.5);
	assert.equal(shareDone({files: 2, filesDone: 2, bytes: 9, bytesDone: 9}), 1);
});

test('sizes of a pair share the unit of the larger', () => {
	const gib = 1024 ** 3;
	assert.equal(formatOf(137.2 * gib, 386.4 * gib), '137.2 of 386.4 GiB');
	assert.equal(formatOf(0, 999), '0 of 999 B');
	assert.equal(formatOf(748 * 1024 ** 2, 1.34 * gib), '0.7 of 1.3 GiB');
});

test('time left fits nine columns', () => {
	assert.equal(formatLeft(null), '-');
	assert.equal(formatLeft(350), '5 m 50 s');
	assert.equal(formatLeft(2185), '36 m');
	assert.equal(formatLeft(1e9), 'over 99 h');
	fc.assert(
		fc.property(fc.double({min: 0, max: 1e12, noNaN: true}), (seconds) => {
			assert.ok(formatLeft(seconds).length <= 9, formatLeft(seconds));
		}),
	);
});

test('groups are called what the manifest calls them', () => {
	const csv = (groupBy: string) =>
		groupNoun({...takesSpec, manifest: {kind: 'csv', file: 'a.csv', groupBy}}).many;
	assert.equal(csv('actor'), 'actors');
	assert.equal(csv('Category'), 'categories');
	assert.equal(csv('class'), 'classes');
	assert.equal(csv('product_id'), 'products');
	assert.equal(csv('\u001B[2J'), 'groups');
	assert.equal(groupNoun({...takesSpec, manifest: {kind: 'prefix'}}).many, 'folders');
});

test('of a URL only the file is shown, never its signature', () => {
	const presigned = 'https://b.s3.amazonaws.com/actors/x/a%20b_0.png?X-Amz-Signature=feed&x=/y';
	assert.equal(wantedName(presigned), 'a%20b_0.png');
	assert.ok(!wantedText(presigned).includes('feed'));
	assert.equal(wantedName('s3://b/actors/x/0.png'), '0.png');
	assert.equal(wantedName('sub/take?1.wav'), 'sub/take?1.wav');
});

test('the title gives up its right end part by part', () => {
	assert.equal(titleEnd(['one', 'two'], 'Title', 40), 'one · two');
	assert.equal(titleEnd(['one', 'two'], 'Title', 22), 'one');
	assert.equal(titleEnd(['one', 'two'], 'Title', 16), '');
});

const names = fc.oneof(
	fc.constantFrom('kofi_b', '0001_european_25_male', '', '日本語の名前です', 'x'.repeat(80)),
	fc.string({maxLength: 40}),
);
const anyGroup = fc
	.record({
		name: names,
		index: fc.nat(50),
		state: fc.constantFrom('done', 'active', 'waiting', 'problem'),
		files: fc.nat(1_000_000),
		bytes: fc.nat({max: 2 ** 52}),
		speed: fc.nat({max: 2 ** 40}),
		eta: fc.option(fc.nat(10 ** 7)),
	})
	.map(({name, index, state, files, bytes, speed, eta}): GroupRow => ({
		...group(index, state),
		name,
		files,
		filesDone: files,
		bytes,
		bytesDone: bytes,
		bytesPerSecond: speed,
		etaSeconds: eta,
	}));

test('rows fit their width whatever they hold, and no number in them is cut', () => {
	fc.assert(
		fc.property(
			fc.array(anyGroup, {minLength: 1, maxLength: 8}),
			fc.constantFrom(56, 60, 80, 84, 140),
			(rows, width) => {
				const columns = rowColumns(rows, width);
				assert.ok(lineWidth(rowHeader('Actor', columns)) <= width);
				for (const row of rows) {
					const value = groupLine(row, columns, glyphs, false);
					assert.ok(lineWidth(value) <= width, lineText(value));
					assert.ok(
						!lineText(value)
							.slice(3 + columns.name)
							.includes('…'),
						lineText(value),
					);
				}
			},
		),
	);
});

test('panes have exactly their height and stay in their width', () => {
	fc.assert(
		fc.property(
			anyGroup,
			fc.constantFrom(48, 53, 67, 100),
			fc.integer({min: 1, max: 9}),
			(row, width, height) => {
				const lines = groupPane(row, {width, height, name: 10}, glyphs, true);
				assert.equal(lines.length, height);
				for (const value of lines) assert.ok(lineWidth(value) <= width + 2, lineText(value));
				assert.ok(lineWidth(openFilesLine(row, 80, glyphs)) <= 80);
			},
		),
	);
});

test('a finished group says how long it took', () => {
	const row = group(3, 'done');
	const text = lineText(groupLine(row, rowColumns([row], 80), glyphs, true));
	assert.match(text, /^ > nadia_z .* 100 % .* done in 1 m 10 s$/);
});

test('the speed line fits, shows pauses as gaps and has digits without UTF-8', () => {
	assert.equal(speedChart([0, 50, 100], 100, 10, glyphs), ' ▅█');
	assert.equal(speedChart([0, 50, 100], 100, 10, ascii), ' 59');
	assert.equal(speedChart([], 0, 10, glyphs), '');
	assert.equal(
		buckets(
			Array.from({length: 120}, () => 1),
			50,
		).length,
		40,
	);
	fc.assert(
		fc.property(
			fc.array(fc.nat(1e9), {maxLength: 120}),
			fc.integer({min: 1, max: 80}),
			(speeds, width) => {
				assert.ok(speedChart(speeds, 0, width, glyphs).length <= width);
			},
		),
	);
});

test('a group with nothing to fetch says so, without a bar and without 100 %', () => {
	const row: GroupRow = {
		...group(3, 'done'),
		found: 0,
		missing: 4,
		files: 0,
		filesDone: 0,
		bytes: 0,
		bytesDone: 0,
	};
	const inRow = lineText(groupLine(row, rowColumns([row], 80), glyphs, false));
	const inPane = groupPane(row, {width: 80, height: 3, name: 12}, glyphs, false).map(lineText);
	for (const text of [inRow, inPane.join('\n')]) {
		assert.match(text, /nothing to get/);
		assert.doesNotMatch(text, /100 %|0 of 0|done|━/);
	}
});

test('done groups are those that were fetched; the ones without anything to fetch are told apart', () => {
	const snapshot = jobSnapshot('downloading');
	const groups = {total: 100, done: 30, nothing: 12, active: 8, waiting: 62, problem: 0};
	const words = lineText(groupCounts({...snapshot, groups}, 100));
	assert.match(words, /100 actors +18 done +8 active +62 waiting +12 nothing to fetch/);
	assert.doesNotMatch(
		lineText(groupCounts({...snapshot, groups: {...groups, nothing: 0}}, 100)),
		/nothing/,
	);
	assert.match(progressLine({...snapshot, groups}), /, 18\/88 groups done$/);
});
