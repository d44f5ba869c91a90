import assert from 'node:assert/strict';
import {test} from 'node:test';
import {groupProps} from '../../../source/ui/screens/group/group.tsx';
import {dashboardEngine, fileRow} from '../../helpers/dashboard-engine.ts';
import {frameFaults, openTerminal} from '../../helpers/ink-terminal.tsx';

const props = {id: 1, name: 'dalia_r'};

test('every size, with and without a running job, fills the window exactly', async () => {
	for (const phase of ['ready', 'downloading', 'finished'] as const) {
		for (const [columns, rows] of [
			[80, 24],
			[140, 40],
			[56, 15],
		] as const) {
			const client = dashboardEngine(phase);
			const id = client.getSnapshot().shown[0]?.id ?? 1;
			await using terminal = await openTerminal({
				client,
				screen: 'group',
				props: {id, name: 'kofi_b'},
				columns,
				rows,
			});
			await terminal.until(/(?:12|42) files/);
			assert.deepEqual(frameFaults(terminal), [], `${phase} ${columns}x${rows}`);
		}
	}
});

test('the open files of a running group stand above its list', async () => {
	const client = dashboardEngine('downloading');
	const row = client.getSnapshot().shown[0];
	await using terminal = await openTerminal({
		client,
		screen: 'group',
		props: {id: row?.id, name: row?.name},
	});
	await terminal.until(/ {3}kofi_b +━+─+ +19 % +13\.0 MiB\/s/);
	assert.match(terminal.screen(), /take_0413\.wav +━+─+ +29 % +9\.0 of 31\.0 MiB/);
	await terminal.until(/take_0404\.wav +failed/);
});

test('candidates are chosen by number, also where details have no room of their own', async () => {
	for (const [columns, rows] of [
		[80, 24],
		[56, 15],
	] as const) {
		const client = dashboardEngine('ready');
		await using terminal = await openTerminal({client, screen: 'group', props, columns, rows});
		await terminal.until(/12 files/);
		await terminal.press('G');
		await terminal.until(/2 = dalia_r\/alt\/take_0432\.wav/);
		await terminal.press('2');
		assert.deepEqual(client.asked('choose'), [{wantedId: 12, objectId: 25}]);
		await terminal.press('u');
		assert.deepEqual(client.asked('useSureGuesses'), [{groupId: 1}]);
	}
});

test('a chosen key can be left out again; decisions end with the roll call', async () => {
	const chosen = {...fileRow(0, 1), rule: 'chosen' as const, state: 'found' as const};
	const answers = {rows: {total: 1, rows: [chosen]}};
	const client = dashboardEngine('ready', {answers});
	await using terminal = await openTerminal({client, screen: 'group', props});
	await terminal.until(/1 file$/m);
	await terminal.press('n');
	assert.deepEqual(client.asked('choose'), [{wantedId: chosen.id, objectId: null}]);
	const running = dashboardEngine('downloading', {answers});
	await using other = await openTerminal({client: running, screen: 'group', props});
	await other.until(/1 file$/m);
	await other.press('n', '1', 'u');
	assert.equal(running.asked('choose').length + running.asked('useSureGuesses').length, 0);
});

test('x asks for what needs a look, / for a name, r tries a failed file, y copies its address', async () => {
	const client = dashboardEngine('downloading');
	await using terminal = await openTerminal({client, screen: 'group', props});
	await terminal.until(/42 files/);
	await terminal.press('x');
	assert.deepEqual(client.asked('rows').at(-1)?.states, ['failed', 'missing', 'ambiguous']);
	await terminal.until(/8 files · only problems/);
	await terminal.press('r');
	assert.deepEqual(client.asked('retryFailed'), [{wantedId: 1004}]);
	await terminal.press('y');
	assert.deepEqual(terminal.copied, ['s3://studio-voice-takes/sessions/2025/kofi_b/take_0404.wav']);
	await terminal.press('/', ...Array.from('0409'));
	await terminal.until((screen) => / > take_0409/.test(screen) && !screen.includes('take_0404'));
});

test('props of another shape are no crash', () => {
	assert.deepEqual(groupProps(undefined), {id: 0, name: ''});
	assert.deepEqual(groupProps({id: '1', name: 2}), {id: 0, name: ''});
	assert.deepEqual(groupProps({id: 3, name: 'a'}), {id: 3, name: 'a'});
});
