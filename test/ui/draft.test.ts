import assert from 'node:assert/strict';
import test from 'node:test';
import {
	presetOf,
	reduceDraft,
	rememberDraft,
	rememberedColumns,
	specOf,
	startDraft,
	type DraftAction,
} from '../../source/ui/draft.ts';
import {routeOfPhase, startScreen} from '../../source/ui/phase-route.ts';
import {mockPreview, mockSpec} from '../helpers/wizard-fakes.ts';

const empty = {buckets: {}, columns: {}, options: {}, hintsSeen: {}};

const answers: readonly DraftAction[] = [
	{
		type: 'access',
		access: {
			store: {provider: 's3', region: 'eu-west-1'},
			credentials: {kind: 'profile', profile: 'train-sso'},
		},
		identity: {label: 'train-sso'},
	},
	{type: 'bucket', bucket: 'b', region: 'us-east-1'},
	{type: 'prefix', prefix: 'p/', include: ['x/**']},
	{
		type: 'manifest',
		manifest: {kind: 'csv', file: '/w/x.csv', column: 'take_file'},
		match: 'exact',
	},
	{type: 'folder', folder: '/data'},
	{type: 'preset', preset: 'maximum'},
	{type: 'options', options: {layout: 'groups'}},
];

await test('the answers in turn become a job, and not before the last needed one', () => {
	let draft = startDraft({remembered: empty});
	for (const action of answers.slice(0, 4)) {
		assert.equal(specOf(draft), null);
		draft = reduceDraft(draft, action);
	}

	assert.equal(specOf(draft), null);
	for (const action of answers.slice(4)) draft = reduceDraft(draft, action);
	const spec = specOf(draft);
	assert.equal(spec?.store.region, 'us-east-1');
	assert.deepEqual(spec?.filters.include, ['x/**']);
	assert.deepEqual(
		[spec?.perGroup, spec?.groups, spec?.layout, spec?.match],
		[30, 15, 'groups', 'exact'],
	);
	assert.equal(presetOf(draft), 'maximum');
});

await test('what the command line fixed wins over what is remembered', () => {
	const remembered = {
		...empty,
		options: {preset: 'aggressive', layout: 'flat', match: 'loose'} as const,
	};
	const draft = startDraft({remembered, preset: {layout: 'keys', perGroup: 3, limitRate: 1000}});
	assert.deepEqual(
		[draft.layout, draft.match, draft.perGroup, draft.groups],
		['keys', 'loose', 3, 10],
	);
	const spec = specOf(answers.reduce(reduceDraft, draft));
	assert.equal(spec?.limitRate, 1000);
});

await test('another bucket forgets the prefix and the marks of the last one', () => {
	let draft = answers.reduce(reduceDraft, startDraft({remembered: empty}));
	draft = reduceDraft(draft, {type: 'bucket', bucket: 'other', region: null});
	assert.equal(draft.prefix, '');
	assert.deepEqual(draft.include, []);
});

await test('"Again" repeats a job to the letter', () => {
	const draft = reduceDraft(startDraft({remembered: empty}), {type: 'spec', spec: mockSpec});
	assert.deepEqual(specOf(draft), mockSpec);
});

await test('a column choice is remembered by its header, and only while its columns are there', () => {
	const draft = reduceDraft(answers.reduce(reduceDraft, startDraft({remembered: empty})), {
		type: 'manifest',
		manifest: {kind: 'csv', file: '/w/x.csv', column: 'take_file', ending: '.wav'},
		match: 'loose',
		columns: {fingerprint: mockPreview.fingerprint, column: 'take_file', groupBy: 'actor'},
	});
	const kept = rememberDraft(empty, draft, 5);
	assert.deepEqual(rememberedColumns(mockPreview, kept), {
		column: 'take_file',
		groupBy: 'actor',
		match: 'loose',
		ending: '.wav',
	});
	assert.equal(kept.buckets['b']?.usedAt, 5);
	assert.equal(rememberedColumns({...mockPreview, columns: []}, kept), null);
});

await test('the phase of the job leads from screen to screen', () => {
	assert.equal(routeOfPhase('ready', 'downloading', 'analysis'), 'download');
	assert.equal(routeOfPhase('downloading', 'paused', 'download'), null);
	assert.equal(routeOfPhase('downloading', 'finished', 'download'), 'summary');
	assert.equal(routeOfPhase('downloading', 'finished', 'group'), 'summary');
	assert.equal(routeOfPhase('downloading', 'finished', 'welcome'), null);
	assert.equal(startScreen('download', 'paused'), 'download');
	assert.equal(startScreen('download', 'finished'), 'summary');
	assert.equal(startScreen('analysis', 'listing'), 'analysis');
	assert.equal(startScreen('wizard', 'idle'), 'welcome');
});
