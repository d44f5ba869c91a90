import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {FileEvent} from '../../source/model/event.ts';
import type {GroupRow, Snapshot} from '../../source/model/snapshot.ts';
import {createReporter} from '../../source/reporters/index.ts';
import type {Reporter, ReporterMode} from '../../source/reporters/index.ts';
import {LineBudget} from '../../source/reporters/line-budget.ts';
import {progressLine, shortDuration} from '../../source/reporters/lines.ts';
import {idleSnapshot} from '../helpers/fake-engine.ts';

const noon = new Date(2026, 0, 2, 12, 0, 0).getTime();

function setUp(mode: ReporterMode, verbose = false) {
	const out: string[] = [];
	const err: string[] = [];
	let at = noon;
	const reporter: Reporter = createReporter(
		mode,
		{out: (line) => out.push(line), err: (line) => err.push(line)},
		{verbose, now: () => at},
	);
	return {out, err, reporter, pass: (seconds: number) => (at += seconds * 1000)};
}

function file(change: Partial<FileEvent>): FileEvent {
	return {
		type: 'file',
		status: 'downloaded',
		group: 'ivo_t',
		wanted: 'take_1.wav',
		key: 'a/ivo_t/take_1.wav',
		path: 'ivo_t/take_1.wav',
		bytes: 1024 ** 2,
		attempts: 1,
		verified: 'crc64nvme',
		...change,
	};
}

const group = (name: string, files: number): GroupRow => ({
	id: 1,
	name,
	state: 'waiting',
	wanted: files,
	found: files,
	missing: 0,
	ambiguous: 0,
	local: 0,
	excluded: 0,
	duplicate: 0,
	files,
	filesDone: 0,
	failed: 0,
	bytes: 0,
	bytesDone: 0,
	bytesPerSecond: 0,
	etaSeconds: null,
	seconds: null,
	openFiles: [],
});

function running(done: number): Snapshot {
	return {
		...idleSnapshot,
		phase: 'downloading',
		job: 12 as Snapshot['job'],
		startedAt: noon,
		groups: {total: 287, done: 96, nothing: 0, active: 8, waiting: 183, problem: 0},
		totals: {
			...idleSnapshot.totals,
			files: 11_842,
			filesDone: Math.round(11_842 * done),
			bytes: 386.4 * 1024 ** 3,
			bytesDone: 386.4 * 1024 ** 3 * done,
			bytesPerSecond: 118 * 1024 ** 2,
			etaSeconds: 2160,
		},
	};
}

describe('plain lines', () => {
	test('a group is told with its last file, a problem at once', () => {
		const {out, reporter} = setUp('text');
		reporter.expect([group('ivo_t', 2), group('dalia_r', 1)]);
		reporter.event(file({}));
		assert.deepEqual(out, []);
		reporter.event(file({path: 'ivo_t/take_2.wav'}));
		reporter.event(
			file({
				status: 'failed',
				group: 'dalia_r',
				path: 'dalia_r/t.wav',
				error: {code: 'checksum', message: 'checksum differed twice'},
			}),
		);
		assert.deepEqual(out, [
			'12:00:00 done ivo_t: 2 files, 2.00 MiB, checksums ok',
			'12:00:00 problem dalia_r/t.wav: checksum differed twice code=checksum',
			'12:00:00 done dalia_r: 0 files, 0 B, nothing fetched, 1 failed',
		]);
	});

	test('progress each 10 s or 5 %, no more than once a second', () => {
		const {out, reporter, pass} = setUp('text');
		for (let tenth = 0; tenth < 300; tenth++) {
			reporter.snapshot(running(0.3));
			pass(0.1);
		}
		// 30 % at the first second, then one each ten
		assert.equal(out.length, 3);
		for (let tenth = 0; tenth < 10; tenth++) {
			reporter.snapshot(running(0.36 + tenth * 0.05));
			pass(0.1);
		}
		assert.equal(out.length, 4);
		assert.equal(
			progressLine(running(0.355)),
			'job 12: 35% 4204/11842 files 137/386 GiB 118 MiB/s 36m left, 96/287 groups done',
		);
	});

	test('hundreds of groups in one second are summed up', () => {
		const {out, reporter, pass} = setUp('text');
		const names = Array.from({length: 500}, (_, index) => `g${index}`);
		reporter.expect(names.map((name) => group(name, 1)));
		for (const name of names) reporter.event(file({group: name}));
		assert.equal(out.length, 20);
		pass(1);
		reporter.snapshot(running(0.001));
		assert.equal(out.at(-1), '12:00:01 done 480 more groups');
	});

	test('no byte of a hostile name reaches the terminal raw', () => {
		for (const mode of ['text', 'quiet'] as const) {
			const {out, err, reporter} = setUp(mode, true);
			reporter.expect([group('a\u001B[2Jb', 1)]);
			const path = 'x\r\n\u001B]0;boo\u0007/y';
			reporter.event(file({group: 'a\u001B[2Jb', path}));
			reporter.event(file({path, error: {code: 'server', message: 'no\u001B[31m'}}));
			reporter.say('say \u202E');
			// oxlint-disable-next-line no-control-regex
			assert.doesNotMatch([...out, ...err].join(''), /[\u0000-\u001F\u007F-\u009F\u202E]/);
			assert.ok(out.length + err.length > 0);
		}
	});
});

describe('events', () => {
	test('every line is JSON, people are told on standard error, the summary is last', () => {
		const {out, err, reporter, pass} = setUp('json');
		reporter.event({
			type: 'summary',
			job: null,
			wanted: 1,
			found: 1,
			missing: 0,
			ambiguous: 0,
			excluded: 0,
			duplicate: 0,
			downloaded: 1,
			local: 0,
			failed: 0,
			bytes: 5,
			seconds: 1,
			files_per_second: 1,
			bytes_per_second: 5,
			exit_code: 0,
		});
		for (let tenth = 0; tenth < 20; tenth++) {
			reporter.snapshot(running(0.5));
			pass(0.1);
		}
		reporter.event(file({}));
		reporter.say('stopping');
		reporter.finish({...running(1), phase: 'stopped'}, 130);
		reporter.finish(running(1), 0);
		reporter.event(file({}));
		const events = out.map((line) => JSON.parse(line) as {type: string; exit_code?: number});
		const progress = events.filter(({type}) => type === 'progress');
		assert.equal(progress.length, 3, 'two in two seconds and the last one');
		assert.equal(events.at(-1)?.type, 'summary');
		assert.equal(events.at(-1)?.exit_code, 130);
		assert.equal(events.filter(({type}) => type === 'summary').length, 1);
		assert.deepEqual(err, ['stopping']);
	});

	test('a summary is made up from the snapshot where the engine gave none', () => {
		const {out, reporter} = setUp('json');
		reporter.fail({code: 'manifest', message: 'broken'});
		reporter.finish(idleSnapshot, 2);
		assert.equal(out.length, 1);
		assert.deepEqual(Object.keys(JSON.parse(out[0] ?? '') as object), [
			'type',
			'job',
			'wanted',
			'found',
			'missing',
			'ambiguous',
			'excluded',
			'duplicate',
			'downloaded',
			'local',
			'failed',
			'bytes',
			'seconds',
			'files_per_second',
			'bytes_per_second',
			'exit_code',
		]);
	});
});

test('quiet says problems and the last line', () => {
	const {out, err, reporter} = setUp('quiet');
	reporter.event(file({}));
	reporter.event(file({error: {code: 'denied', message: 'access denied'}}));
	reporter.finish({...running(1), phase: 'finished'}, 1);
	assert.equal(err.length, 1);
	assert.equal(out.length, 1);
	assert.match(out[0] ?? '', /^12:00:00 finished job 12: .* Exit code 1\.$/);
});

test('durations and budgets', () => {
	assert.deepEqual([5, 60, 3372, 18_120].map(shortDuration), ['5s', '1m', '56m12s', '5h02m']);
	const budget = new LineBudget(2);
	assert.deepEqual([budget.take(0), budget.take(10), budget.take(20)], [true, true, false]);
	assert.equal(budget.held(30), 0);
	assert.equal(budget.held(1000), 1);
	assert.equal(budget.held(1000), 0);
});

test('quiet: a roll call alone ends with its counts, not with a download that never was', () => {
	const {out, reporter} = setUp('quiet');
	const {rollCall} = idleSnapshot;
	reporter.finish(
		{...idleSnapshot, phase: 'ready', rollCall: {...rollCall, wanted: 7, found: 4, missing: 3}},
		4,
	);
	assert.equal(out.length, 1);
	assert.match(out[0] ?? '', /roll call: 7 wanted, 4 found, 3 missing, .*Exit code 4\.$/);
	assert.doesNotMatch(out[0] ?? '', /ended|failed|0 ok/);
});
