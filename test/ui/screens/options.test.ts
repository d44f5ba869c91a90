import assert from 'node:assert/strict';
import {test} from 'node:test';
import {reduceDraft, startDraft} from '../../../source/ui/draft.ts';
import {settingsOf} from '../../../source/ui/screens/options/settings.ts';

test('every value of every setting fits a line of 80 columns and stands apart from its words', () => {
	const start = startDraft({remembered: {buckets: {}, columns: {}, options: {}, hintsSeen: {}}});
	const many = settingsOf(start).length;
	let seen = 0;
	for (let index = 0; index < many; index++) {
		let draft = start;
		// The longest ring of values has six.
		for (let turn = 0; turn < 6; turn++) {
			const setting = settingsOf(draft)[index];
			assert.ok(setting !== undefined);
			assert.ok(setting.value.length < 18, setting.value);
			assert.ok(setting.explain.length <= 43, `${setting.explain}: ${setting.explain.length}`);
			draft = reduceDraft(draft, setting.change(1));
			seen++;
		}
	}
	assert.equal(seen, many * 6);
});
