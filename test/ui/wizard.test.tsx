import assert from 'node:assert/strict';
import test from 'node:test';
import {jobId} from '../../source/model/brand.ts';
import {FakeEngineClient, fakeRemembered} from '../helpers/fake-engine.ts';
import {openTerminal} from '../helpers/ink-terminal.tsx';
import {mockJob, mockPreview, mockSpec, wizardAnswers} from '../helpers/wizard-fakes.ts';

await test('from the first screen to the analysis of a CSV, and one Enter the next time', async () => {
	const client = new FakeEngineClient(wizardAnswers({jobs: []}));
	const remembered = fakeRemembered();
	await using terminal = await openTerminal({client, options: {remembered}});
	await terminal.until(/> New download/);
	await terminal.press('enter');
	await terminal.until(/> train-sso/);
	await terminal.press('enter');
	await terminal.until(/studio-voice-takes/);
	await terminal.press('/');
	terminal.type('takes');
	await terminal.until(/2 of 9/);
	await terminal.press('enter', 'enter');
	await terminal.until(/sessions\//);
	await terminal.press('/');
	terminal.type('sess');
	await terminal.until(/> \[ \] sessions/);
	await terminal.press('enter', 'enter');
	await terminal.until(/studio-voice-takes \/ sessions/);
	// Up again: the folder we came from is chosen.
	await terminal.press('left');
	await terminal.until(/> \[ \] sessions/);
	await terminal.press('enter');
	await terminal.until(/studio-voice-takes \/ sessions/);
	await terminal.press('f');
	await terminal.until(/> Everything under sessions\//);
	await terminal.press('down', 'enter');
	await terminal.until(/Which column names the files/);
	await terminal.press('m');
	await terminal.until(/> 3 take_file/);
	await terminal.press('enter');
	await terminal.until(/> ~\/work\/sessions/);
	// Esc goes back to the columns as they were left.
	await terminal.press('escape');
	await terminal.until(/> 3 take_file[^]*match loose/);
	await terminal.press('enter');
	await terminal.until(/Where do the files go/);
	await terminal.press('enter');
	await terminal.until(/How should it be fetched/);
	await terminal.press('right');
	await terminal.until(/aggressive/);
	await terminal.press('enter');
	await terminal.until(/Analysis/);
	const [asked] = client.asked('prepare');
	assert.ok(asked);
	assert.deepEqual(
		{
			bucket: asked.spec.bucket,
			prefix: asked.spec.prefix,
			manifest: asked.spec.manifest,
			folder: asked.spec.folder,
			perGroup: asked.spec.perGroup,
			groups: asked.spec.groups,
			match: asked.spec.match,
			credentials: asked.spec.credentials,
		},
		{
			bucket: 'studio-voice-takes',
			prefix: 'sessions/',
			manifest: {
				kind: 'csv',
				file: '/home/kim/work/takes_2025.csv',
				column: 'take_file',
				groupBy: 'actor',
			},
			folder: '/home/kim/work/sessions',
			perGroup: 20,
			groups: 10,
			match: 'loose',
			credentials: {kind: 'profile', profile: 'train-sso'},
		},
	);
	const kept = remembered.read();
	assert.equal(kept.profile, 'train-sso');
	assert.equal(kept.buckets['studio-voice-takes']?.prefix, 'sessions/');
	assert.deepEqual(kept.columns[mockPreview.fingerprint], {
		column: 'take_file',
		groupBy: 'actor',
		match: 'loose',
		ending: '',
	});
	assert.equal(kept.options.preset, 'aggressive');
	assert.doesNotMatch(JSON.stringify(kept), /secret|token/i);
});

await test('"Again" takes one Enter to the analysis', async () => {
	const client = new FakeEngineClient(wizardAnswers());
	await using terminal = await openTerminal({client});
	await terminal.until(
		/> Again: takes_2025\.csv from studio-voice-takes to \/data\/takes \(yesterday/,
	);
	await terminal.press('enter');
	await terminal.until(/Analysis/);
	assert.deepEqual(client.asked('prepare')[0]?.spec, mockSpec);
});

await test('a running job is offered for watching, an unfinished one for going on', async () => {
	const client = new FakeEngineClient(
		wizardAnswers({
			jobs: [
				mockJob({id: jobId(12), state: 'running', socket: '/run/12', filesDone: 4206}),
				mockJob({id: jobId(9), state: 'interrupted', filesDone: 120}),
			],
			resumeJob: {job: jobId(9)},
		}),
	);
	{
		await using terminal = await openTerminal({client});
		await terminal.until(/> Job 12 is running: 4,206 of 11,842 files/);
		await terminal.press('enter');
		assert.equal(terminal.result?.attach, 12);
	}

	await using terminal = await openTerminal({client});
	await terminal.until(/Job 9 is not finished/);
	await terminal.press('down', 'enter');
	await terminal.when(() => client.asked('resumeJob')[0]?.job === 9);
});

await test('a first run on a machine that is ready needs no key on the first screen', async () => {
	const [only] = [
		{name: 'train-sso', kind: 'sso', region: 'eu-west-1', state: 'signed-in'} as const,
	];
	const client = new FakeEngineClient(wizardAnswers({jobs: [], profiles: [only]}));
	await using terminal = await openTerminal({client});
	await terminal.until(/Buckets[^]*All six checks are fine/);
});

await test('marked rows become globs that match only them', async () => {
	const client = new FakeEngineClient(wizardAnswers());
	await using terminal = await openTerminal({
		client,
		screen: 'browse',
		options: {
			access: {store: mockSpec.store, credentials: mockSpec.credentials},
			bucket: mockSpec.bucket,
			prefix: mockSpec.prefix,
			preset: {manifest: mockSpec.manifest, folder: '/data/x'},
		},
	});
	await terminal.until(/amara_o/);
	await terminal.press('space', 'f');
	await terminal.until(/Options[^]* Only +amara_o\/$/m);
	await terminal.press('enter');
	await terminal.when(() => client.asked('prepare').length > 0);
	assert.deepEqual(client.asked('prepare')[0]?.spec.filters.include, ['amara_o/**']);
});
