import assert from 'node:assert/strict';
import test, {suite} from 'node:test';
import {MusterError} from '../../source/model/error.ts';
import {FakeEngineClient, fakeRemembered} from '../helpers/fake-engine.ts';
import {frameFaults, openTerminal, type InkTerminalOptions} from '../helpers/ink-terminal.tsx';
import {mockSpec, wizardAnswers} from '../helpers/wizard-fakes.ts';

const dump = process.env['DUMP_SCREENS'] === '1';

/** The remembered choices of somebody who was here before. */
const remembered = () =>
	fakeRemembered({
		buckets: {
			'studio-voice-takes': {
				usedAt: Date.now() - 3_600_000,
				region: 'eu-west-1',
				prefix: 'sessions/2025/',
				folder: '/data/takes',
			},
			'old-bucket-of-another-account': {usedAt: Date.now() - 86_400_000 * 30},
		},
	});

const known: NonNullable<InkTerminalOptions['options']> = {
	access: {store: mockSpec.store, credentials: mockSpec.credentials},
	bucket: mockSpec.bucket,
	prefix: mockSpec.prefix,
	preset: {manifest: mockSpec.manifest, folder: mockSpec.folder},
};

const props = {file: '/home/kim/work/takes_2025.csv'};

/** Each screen with what must be on it, whatever the size. */
const screens: ReadonlyArray<readonly [screen: string, ready: RegExp]> = [
	['welcome', /New download/],
	['profile', /train-sso/],
	['bucket', /> studio-voice-takes/],
	['browse', /> \[ \] amara_o/],
	['manifest', /> Everything under sessions/],
	['columns', /> 3 take_file[^]*found/],
	['folder', /> \/data\/takes[^]*free/],
	['options', /> Speed +balanced/],
];

await suite('every wizard screen at every size', async () => {
	for (const [columns, rows] of [
		[80, 24],
		[140, 40],
		[56, 15],
		[109, 30],
		[40, 8],
	] as const) {
		for (const [screen, ready] of screens) {
			await test(`${screen} at ${columns}x${rows}`, async () => {
				const client = new FakeEngineClient(wizardAnswers());
				await using terminal = await openTerminal({
					client,
					columns,
					rows,
					screen,
					props,
					options: {...known, remembered: remembered()},
				});
				await terminal.until(ready);
				await terminal.settle(450);
				if (dump) process.stderr.write(`${terminal.screen()}\n\n`);
				assert.deepEqual(frameFaults(terminal), []);
				assert.equal(terminal.lines().length, rows);
				if (columns < 110) assert.doesNotMatch(terminal.screen(), /│/);
			});
		}
	}
});

await test('140 columns show a second pane', async () => {
	for (const screen of ['bucket', 'browse', 'manifest', 'columns']) {
		const client = new FakeEngineClient(wizardAnswers());
		await using terminal = await openTerminal({
			client,
			columns: 140,
			rows: 40,
			screen,
			props,
			options: {...known, remembered: remembered()},
		});
		await terminal.until(/│ \S/);
	}
});

await test('without UTF-8 no byte is above 0x7F, and the same words are there', async () => {
	for (const [screen, ready] of screens) {
		const client = new FakeEngineClient(wizardAnswers());
		await using terminal = await openTerminal({
			client,
			unicode: false,
			columns: 140,
			rows: 40,
			screen,
			props,
			options: {...known, remembered: remembered()},
		});
		await terminal.until(ready);
		await terminal.press('?');
		assert.doesNotMatch(terminal.raw, /[^\u0000-\u007F]/);
	}
});

await test('a resize keeps the chosen row and the marks', async () => {
	const client = new FakeEngineClient(wizardAnswers());
	await using terminal = await openTerminal({client, screen: 'browse', options: known});
	await terminal.until(/amara_o/);
	await terminal.press('down', 'down', 'space', 'down');
	const chosen = /> \[.\] (\S+)/.exec(terminal.screen())?.[1];
	const marked = /\[x\] (\S+)/.exec(terminal.screen())?.[1];
	assert.ok(chosen !== undefined && marked !== undefined);
	for (const [columns, rows] of [
		[39, 7],
		[56, 15],
		[140, 40],
		[80, 24],
	] as const) {
		await terminal.resize(columns, rows);
		if (columns < 40) {
			assert.match(terminal.screen(), /Too small/);
			continue;
		}

		assert.deepEqual(frameFaults(terminal), []);
		assert.equal(/> \[.\] (\S+)/.exec(terminal.screen())?.[1], chosen);
		assert.equal(/\[x\] (\S+)/.exec(terminal.screen())?.[1], marked);
	}
});

await test('a search narrows at once, Ctrl+C empties it and does nothing else, Esc ends it', async () => {
	const client = new FakeEngineClient(wizardAnswers());
	await using terminal = await openTerminal({client, screen: 'bucket', options: known});
	await terminal.until(/studio-voice-takes/);
	await terminal.press('/');
	terminal.type('labels');
	await terminal.until(/1 of 9 buckets/);
	await terminal.press('ctrl+c');
	await terminal.until(/Find ▏ +9 buckets/);
	assert.equal(terminal.ended(), false);
	assert.doesNotMatch(terminal.screen(), /quits/);
	terminal.type('qa');
	await terminal.until(/> voice-qa-scratch/);
	await terminal.press('escape');
	await terminal.until(/Which bucket/);
	assert.equal(terminal.ended(), false);
});

await test('a paste fills a field and never runs as keys', async () => {
	const client = new FakeEngineClient(wizardAnswers());
	await using terminal = await openTerminal({client, screen: 'bucket', options: known});
	await terminal.until(/studio-voice-takes/);
	terminal.paste('qqq\nn\nq');
	await terminal.until(/Pasting works in text fields/);
	assert.equal(terminal.ended(), false);
	await terminal.press('n');
	terminal.paste('s3://voice-labels-v3/sets/\n');
	await terminal.until(/Bucket name s3:\/\/voice-labels-v3\/sets\/▏/);
	await terminal.press('enter');
	await terminal.when(() =>
		client.asked('probeBucket').some((one) => one.bucket === 'voice-labels-v3'),
	);
});

await test('without the right to list buckets: those used before, and a name to type', async () => {
	const client = new FakeEngineClient(
		wizardAnswers({buckets: new MusterError('denied', 'Access denied.')}),
	);
	await using terminal = await openTerminal({
		client,
		screen: 'bucket',
		options: {access: mockSpecAccess(), remembered: remembered()},
	});
	await terminal.until(/This profile may not list all buckets/);
	assert.match(terminal.screen(), /> studio-voice-takes[^]*old-bucket[^]*type a bucket name/);
	await terminal.press('n');
	terminal.type('studio-voice-take');
	await terminal.press('enter');
	await terminal.until(/There is no bucket "studio-voice-take". You have used studio-voice-takes/);
	await terminal.press('enter');
	await terminal.until(/Browse/);
});

await test('a bucket in another region is switched to, and said', async () => {
	const client = new FakeEngineClient(wizardAnswers());
	await using terminal = await openTerminal({
		client,
		screen: 'bucket',
		options: {access: mockSpecAccess()},
	});
	await terminal.until(/studio-voice-masters/);
	await terminal.press('/');
	terminal.type('masters');
	await terminal.press('enter', 'enter');
	await terminal.until(
		/studio-voice-masters is in us-east-1, not eu-west-1\. Switched for this bucket\./,
	);
	await terminal.when(() => client.asked('browse').some((one) => one.store.region === 'us-east-1'));
});

await test('no sign-in on the machine: what muster would take, and public buckets', async () => {
	const client = new FakeEngineClient(wizardAnswers({profiles: []}));
	await using terminal = await openTerminal({client, screen: 'profile'});
	await terminal.until(/No AWS sign-in found on this machine\./);
	assert.match(terminal.screen(), /> no sign-in/);
	assert.deepEqual(frameFaults(terminal), []);
});

await test('without a fitting profile: keys are pasted, and words say how to get some', async () => {
	const client = new FakeEngineClient(wizardAnswers({profiles: [], pasteKeys: {label: '…WXYZ'}}));
	await using terminal = await openTerminal({client, screen: 'profile'});
	await terminal.until(/paste keys/);
	await terminal.press('G', 'enter');
	await terminal.until(/start URL/);
	await terminal.press('escape', 'up', 'enter');
	await terminal.until(/nothing pasted yet/);
	terminal.paste('AKIAEXAMPLEEXAMPLE00 and its secret');
	await terminal.press('enter');
	await terminal.until(/Which bucket\?/);
	const [asked] = client.asked('pasteKeys');
	assert.deepEqual(asked?.access?.credentials, {kind: 'chain'});
	assert.deepEqual(client.asked('buckets').at(-1)?.credentials, {kind: 'chain'});
	assert.equal(client.asked('identify').length, 0, 'it would forget them');
});

await test('a sign-in that is over when buckets are listed: i signs in again', async () => {
	const client = new FakeEngineClient(
		wizardAnswers({
			buckets: new MusterError('expired-credentials', 'The sign-in of profile "x" has expired.'),
		}),
	);
	await using terminal = await openTerminal({client, screen: 'bucket', props, options: known});
	await terminal.until(/The sign-in of profile "x" has expired\.[^]*i signs in again\./);
	assert.match(terminal.lines().at(-1) ?? '', /i sign in/);
	await terminal.press('i');
	await terminal.until(/Signing in as/);
	assert.equal(client.asked('signIn').length, 1);
});

await test('an expired sign-in opens the sign-in screen', async () => {
	const client = new FakeEngineClient(
		wizardAnswers({
			identify: new MusterError('expired-credentials', 'The AWS sign-in of work-sso has ended.'),
		}),
	);
	await using terminal = await openTerminal({client, screen: 'profile'});
	await terminal.until(/work-sso/);
	await terminal.press('/', 'w', 'o', 'r', 'k', 'enter', 'enter');
	await terminal.until(/Signing in as work-sso/);
	assert.equal(client.asked('signIn').length, 1);
	await terminal.press('escape');
	await terminal.until(/work-sso +SSO/);
	await terminal.when(() => client.asked('endSignIn').length === 1);
});

await test('an empty folder says where there is something', async () => {
	const client = new FakeEngineClient(
		wizardAnswers({
			browse: ({prefix}) => ({
				entries:
					prefix === 'sessions/'
						? ['a/', 'b/', 'c/'].map((name) => ({
								kind: 'folder' as const,
								name,
								prefix: `sessions/${name}`,
							}))
						: [],
				continuation: null,
			}),
		}),
	);
	await using terminal = await openTerminal({
		client,
		screen: 'browse',
		options: {...known, prefix: 'sessions/2026/'},
	});
	await terminal.until(/Nothing under sessions\/2026\/\. One level up there are 3 folders\./);
	await terminal.press('left');
	await terminal.until(/> \[ \] a\//);
});

await test('pages are added while they arrive; Ctrl+C stops and keeps what was listed', async () => {
	let release: () => void = () => undefined;
	const client = new FakeEngineClient(
		wizardAnswers({
			browse: async ({continuation}) => {
				if (continuation !== undefined) {
					await new Promise<void>((resolve) => {
						release = resolve;
					});
				}

				return {
					entries: [
						{
							kind: 'folder',
							name: `page-${continuation ?? '1'}/`,
							prefix: `page-${continuation ?? '1'}/`,
						},
					],
					continuation: continuation === undefined ? '2' : null,
				};
			},
		}),
	);
	await using terminal = await openTerminal({
		client,
		screen: 'browse',
		options: {...known, prefix: ''},
	});
	await terminal.until(/page-1\/[^]*1 so far|1 so far[^]*page-1\//);
	await terminal.press('ctrl+c');
	await terminal.until(/first 1 · m lists more/);
	assert.equal(terminal.ended(), false);
	release();
	await terminal.press('m');
	await terminal.settle(50);
	release();
	await terminal.until(/page-2\//);
});

await test('control characters in names are shown as ?', async () => {
	const client = new FakeEngineClient(
		wizardAnswers({
			browse: {
				entries: [{kind: 'folder', name: 'a\u001B[2Jb\n/', prefix: 'a\u001B[2Jb\n/'}],
				continuation: null,
			},
		}),
	);
	await using terminal = await openTerminal({client, screen: 'browse', options: known});
	await terminal.until(/a\?\[2Jb\?\//);
	assert.deepEqual(frameFaults(terminal), []);
});

await test('a column that is not clear is not chosen; Enter says why', async () => {
	const client = new FakeEngineClient(wizardAnswers());
	await using terminal = await openTerminal({
		client,
		screen: 'columns',
		props,
		options: {...known, prefix: 'wrong/'},
	});
	await terminal.until(/No column fits file names under wrong\/. Best: take_id, 30 % of/);
	await terminal.press('enter');
	assert.match(terminal.screen(), /Manifest/);
	await terminal.press('p');
	await terminal.press('ctrl+u');
	terminal.type('sessions/2025');
	await terminal.press('enter');
	await terminal.until(/> 3 take_file/);
});

await test('bad rows are shown with their lines', async () => {
	const client = new FakeEngineClient(wizardAnswers());
	await using terminal = await openTerminal({client, screen: 'columns', props, options: known});
	await terminal.until(/2 bad rows skipped/);
	await terminal.press('b');
	await terminal.until(/line 4,071: 8 fields, the header has 7/);
});

await test('a folder that may not be written is not taken; the offered one is', async () => {
	const client = new FakeEngineClient(
		wizardAnswers({
			disk: ({folder}) => ({
				folder,
				exists: true,
				writable: folder !== '/data/takes',
				problem:
					folder === '/data/takes' ? 'You may not write to /data/takes (owned by root).' : null,
				free: 1e12,
				total: 2e12,
				unfinishedJob: null,
				alternative: folder === '/data/takes' ? {folder: '/home/kim/takes', free: 1e12} : null,
			}),
		}),
	);
	await using terminal = await openTerminal({
		client,
		screen: 'folder',
		options: {
			access: mockSpecAccess(),
			bucket: mockSpec.bucket,
			prefix: mockSpec.prefix,
			remembered: remembered(),
			preset: {manifest: mockSpec.manifest},
		},
	});
	await terminal.until(/You may not write to \/data\/takes \(owned by root\)/);
	await terminal.press('enter');
	await terminal.until(/> ~\/takes/);
	await terminal.press('enter');
	await terminal.until(/Options/);
});

await test('a long key is shown whole, unbroken, and copied as its address', async () => {
	const name = `${'very_long_name_'.repeat(20)}end.wav`;
	const client = new FakeEngineClient(
		wizardAnswers({
			browse: {
				entries: [
					{kind: 'file', name, key: `x/${name}`, size: 1, modified: null, storageClass: null},
				],
				continuation: null,
			},
		}),
	);
	await using terminal = await openTerminal({
		client,
		screen: 'browse',
		options: {...known, prefix: 'x/'},
	});
	await terminal.until(/very_long/);
	await terminal.press('y');
	assert.deepEqual(terminal.copied, [`s3://studio-voice-takes/x/${name}`]);
	await terminal.press('o');
	await terminal.until(/end\.wav/);
	// Wrapped by the terminal and not by us: a selection has no line breaks in it.
	assert.ok(terminal.wrappedRows() > 0);
	assert.ok(terminal.screen().replaceAll('\n', '').includes(`s3://studio-voice-takes/x/${name}`));
	await terminal.press('escape');
	await terminal.until(/Browse/);
	assert.deepEqual(frameFaults(terminal), []);
});

function mockSpecAccess() {
	return {store: mockSpec.store, credentials: mockSpec.credentials};
}

await test('a profile with its role and region where there is room, and for how long it works', async () => {
	const hour = 3_600_000;
	const client = new FakeEngineClient(
		wizardAnswers({
			profiles: [
				{
					name: 'train-sso',
					kind: 'sso',
					account: '441722039915',
					role: 'Trainer',
					region: 'eu-west-1',
					state: 'signed-in',
					expires: Date.now() + 5 * hour + 60_000,
					renews: true,
				},
				{
					name: 'plain-sso',
					kind: 'sso',
					state: 'signed-in',
					expires: Date.now() + 2 * hour + 60_000,
				},
				{name: 'rested', kind: 'sso', state: 'unknown', renews: true},
			],
		}),
	);
	for (const [columns, rows, first, second, third] of [
		[
			140,
			40,
			/ train-sso +SSO +4417-2203-9915 +Trainer +eu-west-1 +signed in until \d\d:\d\d, renews itself$/m,
			/plain-sso.*signed in for 2 h.*, until \d\d:\d\d$/m,
			/rested.*renews itself when used$/m,
		],
		[80, 24, / train-sso.*9915 +signed in, renews$/m, /signed in for 2 h[^,]*$/m, /when used$/m],
	] as const) {
		await using terminal = await openTerminal({client, screen: 'profile', columns, rows});
		await terminal.until(first);
		assert.deepEqual(frameFaults(terminal), []);
		for (const row of [second, third]) assert.match(terminal.screen(), row);
	}
});

await test('a sign-in that has ended, or that AWS says has ended, opens the sign-in screen', async () => {
	for (const state of ['expired', 'signed-in'] as const) {
		const client = new FakeEngineClient(
			wizardAnswers({
				profiles: [{name: 'work-sso', kind: 'sso', state}],
				identify: new MusterError('expired-credentials', 'The sign-in has expired.'),
				signIn: {profile: 'work-sso'},
			}),
		);
		await using terminal = await openTerminal({client, screen: 'profile'});
		await terminal.until(/> work-sso/);
		await terminal.press('enter');
		await terminal.when(() => client.asked('signIn').length === 1);
		assert.deepEqual(client.asked('signIn')[0]?.access?.credentials, {
			kind: 'profile',
			profile: 'work-sso',
		});
	}
});
