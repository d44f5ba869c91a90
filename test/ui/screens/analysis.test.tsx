import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {MusterError} from '../../../source/model/error.ts';
import type {Snapshot} from '../../../source/model/snapshot.ts';
import {countWords, verdict} from '../../../source/ui/screens/analysis/facts.ts';
import {tableColumns, tableLine, totalLine} from '../../../source/ui/screens/analysis/table.ts';
import {lineText, lineWidth} from '../../../source/ui/text/line.ts';
import {makeTheme} from '../../../source/ui/theme.ts';
import {dashboardEngine} from '../../helpers/dashboard-engine.ts';
import {
	analysisGroups,
	jobSnapshot,
	readyRollCall,
	takesSpec,
} from '../../helpers/dashboard-snapshots.ts';
import {fakeRemembered} from '../../helpers/fake-engine.ts';
import {frameFaults, openTerminal} from '../../helpers/ink-terminal.tsx';

const gib = 1024 ** 3;
const {glyphs} = makeTheme({unicode: true, color: true});
const roomy: Partial<Snapshot> = {problems: [], disk: {free: 961 * gib, total: 1843 * gib}};
const remembered = fakeRemembered({
	buckets: {'studio-voice-takes': {usedAt: 1, speed: 118 * 1024 ** 2}},
});

const open = async (
	change: Partial<Snapshot> = {},
	size: {columns?: number; rows?: number} = {},
	phase: Snapshot['phase'] = 'ready',
) => {
	const client = dashboardEngine(phase, {change: {...roomy, ...change}});
	const terminal = await openTerminal({client, screen: 'analysis', options: {remembered}, ...size});
	await terminal.settle(30);
	return {client, terminal};
};

test('every size and state fills the window exactly', async () => {
	for (const phase of ['reading', 'listing', 'matching', 'ready', 'failed', 'idle'] as const) {
		for (const [columns, rows] of [
			[80, 24],
			[140, 40],
			[56, 15],
			[109, 30],
			[200, 50],
		] as const) {
			const {terminal} = await open({}, {columns, rows}, phase);
			assert.deepEqual(frameFaults(terminal), [], `${phase} at ${columns}x${rows}`);
			assert.equal(terminal.screen().includes('│'), columns >= 110);
			await terminal.close();
		}
	}
});

test('80x24: counts that add up, what is to get, the table, the guesses', async () => {
	const {terminal} = await open();
	const screen = terminal.screen();
	assert.match(screen, / 12,310 of 12,310 rows checked against 148,211 keys in 41 s/);
	assert.match(screen, / 11,842 ready +214 missing +96 ambiguous +158 already local/);
	assert.match(
		screen,
		/ 386\.4 GiB to get · 961 GiB free, 575 GiB afterwards · about 56 m at 118 MiB\/s/,
	);
	assert.match(screen, / Actor +Rows +Ready +Missing +Ambig +Local +Size +State/);
	assert.match(screen, / > dalia_r +43 +31 +9 +3 +· +1\.01 GiB +check/);
	assert.match(screen, /↓ 279 more · problems first/);
	assert.match(screen, / dalia_r · 9 missing, 3 ambiguous/);
	assert.match(
		screen,
		/ 1 take_418\.wav +did you mean dalia_r\/take_0418\.wav \(31\.8 MiB\)\? leading zero/,
	);
	await terminal.close();
});

test('140x40: guesses and candidates in the pane, sums under the table', async () => {
	const {terminal} = await open({}, {columns: 140, rows: 40});
	const screen = terminal.screen();
	assert.match(screen, /214 missing in 31 actors +96 ambiguous in 12 actors/);
	assert.match(screen, /│ Missing, with the closest keys/);
	assert.match(screen, /│ {2}5 = dalia_r\/take_0430\.wav +12\.1 MiB/);
	assert.match(screen, /all 287 +12,310 +11,842 +214 +96 +158 +386 GiB/);
	await terminal.close();
});

test('ready + missing + ambiguous + local + excluded + duplicate = rows, in words, at any count', () => {
	const count = fc.nat(5_000_000);
	fc.assert(
		fc.property(count, count, count, count, count, count, (...counts) => {
			const [ready, missing, ambiguous, local, excluded, duplicate] = counts;
			const wanted = counts.reduce((sum, value) => sum + value, 0);
			const found = ready + local;
			const rollCall = {
				...readyRollCall,
				wanted,
				found,
				missing,
				ambiguous,
				local,
				excluded,
				duplicate,
			};
			const words = countWords({...jobSnapshot('ready'), rollCall}, false, {
				one: 'actor',
				many: 'actors',
			});
			const sum = words
				.map((word) => Number.parseInt(word.replaceAll(',', ''), 10))
				.reduce((all, value) => all + value, 0);
			assert.equal(sum, wanted);
			const [group] = analysisGroups(1);
			assert.ok(group !== undefined);
			for (const width of [56, 60, 80, 84, 140]) {
				const row = {...group, ...rollCall, bytes: 1e15};
				const columns = tableColumns([row], rollCall, width);
				for (const value of [
					tableLine(row, columns, glyphs, true),
					totalLine({...jobSnapshot('ready'), rollCall}, columns, glyphs),
				]) {
					const text = lineText(value);
					assert.ok(lineWidth(value) <= width, `${width}: ${text}`);
					assert.ok(!text.slice(3 + columns.name).includes('…'), text);
				}
			}
		}),
		{numRuns: 60},
	);
});

test('d starts at once when nothing speaks against it', async () => {
	const {client, terminal} = await open();
	await terminal.press('d');
	assert.deepEqual(client.asked('start'), [{}]);
	client.set(jobSnapshot('downloading'));
	await terminal.until(/^ muster {2}Downloading/);
	await terminal.close();
});

test('a tight disk asks for Enter; Esc takes the question back', async () => {
	const {client, terminal} = await open({disk: {free: 391 * gib, total: 1843 * gib}});
	assert.match(terminal.screen(), /386\.4 GiB to get, 391\.0 GiB free: 4\.6 GiB would be left\./);
	await terminal.press('d');
	assert.match(terminal.screen(), /Enter start anyway; Esc not now/);
	assert.equal(client.asked('start').length, 0);
	await terminal.press('escape');
	assert.match(terminal.screen(), /f other folder/);
	await terminal.press('d', 'enter');
	assert.equal(client.asked('start').length, 1);
	await terminal.close();
});

test('a disk that is too small blocks, with words', async () => {
	const {client, terminal} = await open({disk: {free: 120 * gib, total: 1843 * gib}});
	assert.match(terminal.screen(), /120\.0 GiB free: 266\.4 GiB too little in \/data\/takes\./);
	await terminal.press('d', 'enter');
	assert.equal(client.asked('start').length, 0);
	await terminal.close();
});

test('nothing exists: the first name that was looked for, and what may help', async () => {
	const rollCall = {...readyRollCall, found: 0, local: 0, missing: 12_310, ambiguous: 0, bytes: 0};
	const {client, terminal} = await open({rollCall});
	await terminal.until(
		/None of 12,310 rows exists\. First one looked for: sessions\/2025\/take_418\.wav/,
	);
	assert.match(terminal.screen(), /p change prefix; m looser match; o show in full/);
	await terminal.press('m');
	assert.equal(client.asked('prepare')[0]?.spec.match, 'loose');
	await terminal.press('d');
	assert.equal(client.asked('start').length, 0);
	await terminal.press('p');
	await terminal.until((screen) => !/Analysis/.test(screen));
	assert.equal(client.asked('abandon').length, 1);
	await terminal.close();
});

test('all that exists is left out by filters or marks: that is said, not that nothing exists', () => {
	const rollCall = {...readyRollCall, found: 0, local: 0, excluded: 322, missing: 38};
	const said = verdict({...jobSnapshot('ready'), rollCall}, undefined, null);
	assert.equal(said.kind, 'nothing');
	assert.match(said.text, /leave out 322 files/);
});

test('one group of many is one, in words', () => {
	const snapshot = jobSnapshot('ready');
	const rollCall = {...snapshot.rollCall, ambiguous: 3, groupsAmbiguous: 1};
	const words = countWords({...snapshot, rollCall}, true, {one: 'actor', many: 'actors'});
	assert.ok(words.includes('3 ambiguous in 1 actor'), words.join());
});

test('after a guess is taken the cursor stays at its group, however the table is sorted anew', async () => {
	const groups = analysisGroups(3);
	const [first, second, third] = groups;
	assert.ok(first !== undefined && second !== undefined && third !== undefined);
	let chosen = false;
	const client = dashboardEngine('ready', {
		change: roomy,
		answers: {
			groups: () => ({total: 3, rows: chosen ? [second, third, first] : groups}),
			choose: () => {
				chosen = true;
				return null;
			},
		},
	});
	await using terminal = await openTerminal({client, screen: 'analysis', options: {remembered}});
	await terminal.until(new RegExp(`> ${first.name} `));
	await terminal.until(/ 2 take_0417\.wav/);
	const asked = client.asked('groups').length;
	await terminal.press('2');
	await terminal.until(() => client.asked('groups').length > asked);
	await terminal.until(/Taken: /);
	assert.match(terminal.screen(), new RegExp(`> ${first.name} `));
});

test('all here already: Enter is done, v reads every file back', async () => {
	const rollCall = {
		...readyRollCall,
		found: 12_310,
		local: 12_310,
		missing: 0,
		ambiguous: 0,
		bytes: 0,
	};
	const {client, terminal} = await open({rollCall});
	assert.match(terminal.screen(), /All 12,310 files are already in \/data\/takes, same size\./);
	await terminal.press('v');
	await terminal.until(/11,842 files read back, every checksum is right/);
	await terminal.press('enter');
	assert.equal(client.asked('start').length, 1);
	client.set(jobSnapshot('finished'));
	await terminal.until(/^ muster {2}Job 12 finished/);
	await terminal.close();
});

test('a sign-in that ends before the job would is said first', () => {
	const snapshot = {...jobSnapshot('ready'), ...roomy};
	const soon = {label: 'train-sso', personNeededAt: snapshot.at + 10 * 60 * 1000};
	const speed = 118 * 1024 ** 2;
	assert.equal(verdict({...snapshot, identity: soon}, speed, null).kind, 'warning');
	assert.equal(verdict({...snapshot, identity: soon}, undefined, null).kind, 'clear');
	assert.equal(verdict(snapshot, speed, null).kind, 'clear');
});

test('numbers choose guesses, u takes the sure ones, a sets one rule; lists are asked for again', async () => {
	const {client, terminal} = await open();
	await terminal.press('2');
	assert.deepEqual(client.asked('choose'), [{wantedId: 2, objectId: 12}]);
	await terminal.until(/Taken: sessions\/2025\/dalia_r\/retake\/take_0417\.wav/);
	const asked = client.asked('groups').length;
	await terminal.press('u');
	await terminal.until(/61 sure guesses taken/);
	assert.deepEqual(client.asked('useSureGuesses'), [{}]);
	assert.ok(client.asked('groups').length > asked);
	await terminal.press('a');
	await terminal.until(/96 ambiguous rows fit more than one key/);
	await terminal.press('2');
	assert.deepEqual(client.asked('resolveAmbiguous'), [{rule: 'largest'}]);
	await terminal.press('9');
	assert.equal(client.asked('choose').length, 1, 'a number without a guess does nothing');
	await terminal.close();
});

test('s sorts, x filters, / finds, Enter opens the rows, t tries, e exports', async () => {
	const {client, terminal} = await open();
	await terminal.press('s');
	assert.equal(client.asked('groups').at(-1)?.sort, 'name');
	await terminal.press('x');
	await terminal.until(/only problems/);
	assert.equal(client.asked('groups').at(-1)?.problemsOnly, true);
	await terminal.press('x', '/', ...Array.from('jun'));
	await terminal.until((screen) => / > jun_a/.test(screen) && !screen.includes('hana_k'));
	await terminal.press('enter', 'enter');
	await terminal.until(/^ muster {2}jun_a/);
	await terminal.press('escape');
	await terminal.until(/find: jun/);
	await terminal.press('t');
	await terminal.until(
		/Reading, writing and checksum \(crc64nvme\) work: 31\.8 MiB in 1 s, take_0418\.wav/,
	);
	await terminal.press('e');
	await terminal.until(
		/Reports are in \/data\/takes\/\.muster\/reports: missing\.csv, failed\.csv/,
	);
	await terminal.close();
});

test('while it runs it counts, and nothing can be started', async () => {
	const rollCall = {...readyRollCall, rowsChecked: 5540, seconds: 41};
	const {client, terminal} = await open({rollCall}, {}, 'matching');
	assert.match(terminal.screen(), /Checking ━+─+ +45 % {2}5,540 of 12,310 rows/);
	await terminal.press('d', 't', '1', 'u');
	for (const method of ['start', 'tryOne', 'choose', 'useSureGuesses'] as const) {
		assert.equal(client.asked(method).length, 0, method);
	}
	client.set({phase: 'listing', rollCall: {...rollCall, listed: false, keysListed: 61_000}});
	await terminal.until(/61,000 keys, 1,488 keys\/s/);
	await terminal.close();
});

test('an error of the engine is told in its words', async () => {
	const error = new MusterError('disk', 'The ledger is locked.', {hint: 'Close the other muster.'});
	const client = dashboardEngine('ready', {change: roomy, answers: {start: error}});
	await using terminal = await openTerminal({client, screen: 'analysis'});
	await terminal.press('d');
	await terminal.until(/The ledger is locked\. Close the other muster\./);
});

test('a long list answers keys at once although the engine is slow', async () => {
	let answer: (() => void) | undefined;
	const rows = analysisGroups(1200);
	let first = true;
	const client = dashboardEngine('ready', {
		change: {...roomy, rollCall: {...readyRollCall, groups: 1200}},
		answers: {
			groups: async ({offset, limit}) => {
				if (!first) {
					await new Promise<void>((resolve) => {
						answer = resolve;
					});
				}
				first = false;
				return {total: 1200, rows: rows.slice(offset, offset + limit)};
			},
		},
	});
	await using terminal = await openTerminal({client, screen: 'analysis'});
	await terminal.until(/actor_009|jun_a/);
	await terminal.press('G');
	await terminal.until(/ {3}…/);
	assert.deepEqual(frameFaults(terminal), []);
	answer?.();
	await terminal.until(/ > actor_1199/);
});

test('what marks or filters let through is said beside what was checked', async () => {
	const filters = {...takesSpec.filters, include: ['amara_o/**', String.raw`\[new\]/**`]};
	const {terminal} = await open({spec: {...takesSpec, filters}});
	assert.match(
		terminal.screen(),
		/12,310 of 12,310 rows checked in 41 s · only amara_o\/, \[new\]\//,
	);
	assert.deepEqual(frameFaults(terminal), []);
	await terminal.close();
});

test('choices that going back would lose are named first', async () => {
	const {client, terminal} = await open({rollCall: {...readyRollCall, choices: 3}});
	await terminal.press('r');
	await terminal.until(/3 choices would be lost/);
	await terminal.press('1');
	await terminal.until((screen) => !/would be lost/.test(screen));
	assert.equal(client.asked('prepare').length, 0);
	await terminal.press('r');
	await terminal.until(/3 choices would be lost/);
	await terminal.press('2');
	await terminal.when(() => client.asked('prepare').length === 1);
	await terminal.close();
});
