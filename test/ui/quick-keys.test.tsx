import assert from 'node:assert/strict';
import test from 'node:test';
import {FakeEngineClient} from '../helpers/fake-engine.ts';
import {openTerminal} from '../helpers/ink-terminal.tsx';
import {mockSpec, wizardAnswers} from '../helpers/wizard-fakes.ts';

await test('no key is lost or taken by the wrong owner, however many come at once', async () => {
	for (let turn = 0; turn < 15; turn++) {
		const client = new FakeEngineClient(wizardAnswers());
		await using terminal = await openTerminal({
			client,
			screen: 'bucket',
			options: {access: {store: mockSpec.store, credentials: mockSpec.credentials}},
		});
		await terminal.until(/studio-voice-takes/);
		// In one go: opens the field, types into it, keeps it; then `n` opens the other one.
		terminal.key('/');
		terminal.type('quick-voice-n-y-s-r-q?');
		terminal.key('ctrl+u');
		terminal.type('labels');
		terminal.key('enter', 'n');
		terminal.type('s3://quite-a-name/with/a/path');
		await terminal.until(/Bucket name s3:\/\/quite-a-name\/with\/a\/path▏/);
		assert.match(terminal.screen(), /> voice-labels-v3/);
		assert.equal(terminal.ended(), false);
		assert.equal(terminal.copied.length, 0);
	}
});
