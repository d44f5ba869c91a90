import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {safeText} from '../../source/model/safe-text.ts';
import {accountRows, summaryLines} from '../../source/model/summary-lines.ts';
import {idleSnapshot, jobSnapshot, problem} from '../helpers/dashboard-snapshots.ts';

test('the finished job of the mock-up, in 12 lines at most', () => {
	const lines = summaryLines(jobSnapshot('finished'));
	assert.deepEqual(lines, [
		'muster job 12: 11,840 of 11,842 files, 386 GiB in 56 m 12 s (117 MiB/s, 3.5 files/s)',
		'11,840 downloaded, 158 skipped (already here), 2 failed, 214 missing, 96 ambiguous',
		'failed: yara_m/take_0077.wav: access denied (403)',
		'failed: dalia_r/take_0433.wav: checksum differed twice',
		'Files    /data/takes',
		'Reports  /data/takes/.muster/reports',
		'Next     muster resume 12   tries the 2 failed files again',
		'Again    muster get s3://studio-voice-takes/sessions/2025/ --csv takes_2025.csv --column take_id' +
			' --group-by actor --to /data/takes --ambiguous skip --profile train-sso --yes',
	]);
});

test('nothing to say without a job', () => {
	assert.deepEqual(summaryLines(idleSnapshot), []);
});

test('a hundred failures end in a pointer to the report; keys stay whole', () => {
	const long = `${'deep/'.repeat(60)}take_0001.wav`;
	const snapshot = jobSnapshot('finished');
	const problems = Array.from({length: 100}, (_, index) => problem(index, 'dalia_r', long));
	const summary = snapshot.summary === null ? null : {...snapshot.summary, failed: 2000};
	const lines = summaryLines({
		...snapshot,
		problems,
		summary,
		failure: {code: 'disk', message: 'The disk is gone.', hint: 'Mount it again.'},
	});
	assert.ok(lines.length <= 12);
	assert.ok(lines.includes(`failed: dalia_r/${long}: checksum differed twice`));
	assert.ok(lines.includes('and 1,997 more failed files: /data/takes/.muster/reports/failed.csv'));
	assert.ok(lines.some((line) => line.startsWith('Again ')));
});

test('stopped and running jobs say how to go on', () => {
	const stopped = summaryLines(jobSnapshot('stopped'));
	assert.match(stopped[0] ?? '', /^muster job 12 stopped: 4,206 of 11,842 files, 137 GiB in /);
	assert.match(stopped.join('\n'), /muster resume 12 {3}goes on from here/);
	assert.match(stopped.join('\n'), /7,634 not fetched yet/);
	assert.match(summaryLines(jobSnapshot('downloading'))[0] ?? '', /^muster job 12 goes on: /);
});

test('the account adds up, whatever the counts', () => {
	const count = fc.nat(100_000);
	const counts = fc.record({
		ready: count,
		local: count,
		missing: count,
		ambiguous: count,
		excluded: count,
		duplicate: count,
		share: fc.double({min: 0, max: 1, noNaN: true}),
	});
	fc.assert(
		fc.property(counts, ({ready, share, ...rest}) => {
			const base = jobSnapshot('stopped');
			const done = Math.floor(ready * share);
			const failed = Math.floor((ready - done) * share);
			const wanted =
				ready + rest.local + rest.missing + rest.ambiguous + rest.excluded + rest.duplicate;
			const rows = accountRows({
				...base,
				rollCall: {...base.rollCall, ...rest, found: ready + rest.local, wanted},
				totals: {...base.totals, filesDone: done, filesFailed: failed},
			});
			const sum = rows.filter(({id}) => id !== 'rows').reduce((all, row) => all + row.count, 0);
			assert.equal(sum, rows.find(({id}) => id === 'rows')?.count);
			assert.equal(sum, wanted);
		}),
	);
});

test('a key full of escapes is harmless', () => {
	const snapshot = {
		...jobSnapshot('finished'),
		problems: [problem(1, 'g', 'a\u001B[2Jb\nc')],
	};
	for (const line of summaryLines(snapshot)) assert.equal(safeText(line), line);
});
