import assert from 'node:assert/strict';
import test from 'node:test';
import {frameFaults, openTerminal} from '../helpers/ink-terminal.tsx';

await test('the frame fills the window, and help opens and closes', async () => {
	await using terminal = await openTerminal({screen: 'options'});
	assert.deepEqual(frameFaults(terminal), []);
	assert.equal(terminal.alternate, true);
	await terminal.press('?');
	await terminal.until(/Keys of this screen/);
	assert.match(terminal.lines().at(-1) ?? '', /Esc close/);
	await terminal.press('escape');
	await terminal.until((screen) => !screen.includes('Keys of this screen'));
	await terminal.resize(140, 40);
	assert.deepEqual(frameFaults(terminal), []);
	await terminal.resize(39, 7);
	assert.match(terminal.screen(), /Too small/);
	await terminal.resize(56, 15);
	assert.deepEqual(frameFaults(terminal), []);
});

await test('Escape never quits; q does', async () => {
	await using terminal = await openTerminal({screen: 'options'});
	await terminal.press('escape', 'escape', 'escape');
	assert.equal(terminal.ended(), false);
	await terminal.press('q');
	assert.equal(terminal.result?.reason, 'quit');
});
