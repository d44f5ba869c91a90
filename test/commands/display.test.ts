import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Context} from '../../source/commands/context.ts';
import {canAskInLines, chooseDisplay} from '../../source/commands/display.ts';

function context(environment: Context['environment'], input = true, output = true): Context {
	return {
		environment: {TERM: 'xterm-256color', ...environment},
		workingFolder: '/work',
		home: '/home/ada',
		terminal: {input, output},
		lines: {out: () => {}, err: () => {}},
	};
}

test('the dashboard needs a terminal on both ends that can draw', () => {
	assert.equal(chooseDisplay({}, context({})), 'screen');
	assert.equal(chooseDisplay({}, context({CI: 'false'})), 'screen');
	for (const environment of [
		{TERM: 'dumb'},
		{CI: 'true'},
		{ACCESSIBLE: '1'},
		{INK_SCREEN_READER: 'true'},
	])
		assert.equal(chooseDisplay({}, context(environment)), 'text', JSON.stringify(environment));
	assert.equal(chooseDisplay({}, context({}, false)), 'text');
	assert.equal(chooseDisplay({}, context({}, true, false)), 'text');
});

test('what was asked for wins', () => {
	assert.equal(chooseDisplay({json: true}, context({})), 'json');
	assert.equal(chooseDisplay({quiet: true}, context({})), 'quiet');
	assert.equal(chooseDisplay({plain: true}, context({})), 'text');
	assert.equal(canAskInLines('text', context({TERM: 'dumb'})), true);
	assert.equal(canAskInLines('text', context({}, false)), false);
	assert.equal(canAskInLines('json', context({})), false);
});
