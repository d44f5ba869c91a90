import assert from 'node:assert/strict';
import {test} from 'node:test';
import {MusterError} from '../../../source/model/error.ts';
import {dashboardEngine} from '../../helpers/dashboard-engine.ts';
import {FakeEngineClient} from '../../helpers/fake-engine.ts';
import {frameFaults, openTerminal} from '../../helpers/ink-terminal.tsx';
import {mockSpec, wizardAnswers} from '../../helpers/wizard-fakes.ts';

const waiting = {pauseReason: 'credentials'} as const;
const keys = {
	id: 'ASIAEXAMPLEEXAMPLE00',
	secret: 'abcdefghijklmnopqrstuvwxyz0123456789ABCD',
};

test('every size fills the window exactly; the address stands alone on its row, the QR code where it has room', async () => {
	for (const [columns, rows, hasCode] of [
		[80, 24, true],
		[140, 40, true],
		[200, 50, true],
		[109, 30, true],
		[70, 24, false],
		[80, 16, false],
		[56, 15, false],
		[40, 8, false],
	] as const) {
		const client = dashboardEngine('paused', waiting);
		await using terminal = await openTerminal({client, screen: 'sign-in', columns, rows});
		await terminal.settle(30);
		const at = `${columns}x${rows}`;
		assert.deepEqual(frameFaults(terminal), [], at);
		const text = terminal.screen();
		assert.equal(/█▀▀▀▀▀█/.test(text), hasCode, at);
		if (columns >= 66)
			assert.ok(
				terminal
					.lines()
					.includes(' https://device.sso.eu-west-1.amazonaws.com/?user_code=HJRZ-HIWR'),
				at,
			);
		else
			assert.match(
				text.replaceAll('\n ', ''),
				/https:\/\/device\.sso\.eu-west-1\.amazonaws\.com/,
				at,
			);
		if (rows > 8) assert.match(text, /HJRZ-HIWR/, at);
	}
});

test('80x24 in the words of the mock-up', async () => {
	const client = dashboardEngine('paused', waiting);
	await using terminal = await openTerminal({client, screen: 'sign-in'});
	const text = terminal.screen();
	assert.match(text, /^ muster {2}Sign in · job 12 waits/);
	assert.match(text, /Your AWS sign-in ended at \d\d:\d\d\./);
	assert.match(text, /Nothing is lost\. 4,206 files are done,/);
	assert.match(text, / > 1 Sign in at the address above,/);
	assert.match(text, /code {4}HJRZ-HIWR/);
	assert.match(text, /valid {3}9 m 40 s, then a new one/);
	assert.match(text, /state {3}waiting for you/);
	for (const words of [
		'2 Paste new credentials',
		'3 Use another profile',
		'4 Finish later, keep job 12',
	])
		assert.ok(text.includes(words), words);
	assert.match(text, /The code on the page must be the same\./);
});

test('without UTF-8 no byte is above 0x7F, and there is no QR code', async () => {
	const client = dashboardEngine('paused', waiting);
	await using terminal = await openTerminal({client, screen: 'sign-in', unicode: false});
	await terminal.press('v', 'o', 'escape');
	assert.ok(!/[^\u0000-\u007F]/.test(terminal.raw));
});

test('it opens by itself over the download, once; Esc leaves it, i opens it, and it goes when nothing waits', async () => {
	const client = dashboardEngine('paused', waiting);
	const {signIn} = client.getSnapshot();
	client.set({phase: 'downloading', pauseReason: null, signIn: null});
	await using terminal = await openTerminal({client, screen: 'download'});
	assert.match(terminal.screen(), /Downloading/);
	client.set({phase: 'paused', pauseReason: 'credentials', signIn});
	await terminal.until(/Sign in · job 12 waits/);
	await terminal.press('escape');
	await terminal.until(/Paused · job 12/);
	assert.match(
		terminal.screen(),
		/Your AWS sign-in ended at \d\d:\d\d\. The job waits, nothing is lost\./,
	);
	assert.match(terminal.lines().at(-1) ?? '', /i sign in again/);
	client.set({});
	await terminal.settle(30);
	assert.match(terminal.screen(), /Paused · job 12/);
	await terminal.press('i');
	await terminal.until(/Sign in · job 12 waits/);
	client.set({phase: 'downloading', pauseReason: null, signIn: null});
	await terminal.until(/Downloading/);
});

test('over another screen of the wizard it does not open by itself', async () => {
	const client = dashboardEngine('paused', waiting);
	const {signIn} = client.getSnapshot();
	client.set({phase: 'listing', pauseReason: null, signIn: null});
	await using terminal = await openTerminal({client, screen: 'analysis'});
	client.set({
		signIn,
		notice: {level: 'error', text: 'The sign-in has expired. The job waits for it.'},
	});
	await terminal.until(/The job waits for it\. i signs in/);
	await terminal.press('i');
	await terminal.until(/HJRZ-HIWR/);
});

test('pasted keys go to the engine as they are, and are never shown', async () => {
	const client = dashboardEngine('paused', {...waiting, answers: {pasteKeys: {label: '…EL00'}}});
	await using terminal = await openTerminal({client, screen: 'sign-in'});
	await terminal.press('2');
	await terminal.until(/nothing pasted yet/);
	const text = `export AWS_ACCESS_KEY_ID=${keys.id}\r\nexport AWS_SECRET_ACCESS_KEY=${keys.secret}\r\n`;
	terminal.paste(text);
	await terminal.until(/2 lines, .* characters, \*\*\*\*ABCD/);
	await terminal.press('enter');
	await terminal.until(/1 Sign in at the address above/);
	assert.deepEqual(client.asked('pasteKeys'), [{text}]);
	for (const secret of [keys.id, keys.secret, keys.secret.slice(0, 12)])
		assert.ok(!terminal.raw.includes(secret));
});

test('what the store does not take is told, and the field is empty again', async () => {
	const refused = new MusterError('usage', 'There is no secret access key in it.', {
		hint: 'Copy the whole block.',
	});
	const client = dashboardEngine('paused', {...waiting, answers: {pasteKeys: refused}});
	await using terminal = await openTerminal({client, screen: 'sign-in'});
	await terminal.press('2');
	terminal.paste('AKIA');
	await terminal.press('enter');
	await terminal.until(/There is no secret access key in it\./);
	assert.match(terminal.screen(), /nothing pasted yet/);
	await terminal.press('escape');
	await terminal.until(/2 Paste new credentials/);
});

test('another profile: whether it can read the bucket is asked one by one', async () => {
	const client = dashboardEngine('paused', {
		...waiting,
		answers: {
			profiles: [
				{name: 'train-sso', kind: 'sso', state: 'expired'},
				{name: 'studio-admin', kind: 'static', account: '441722039915', state: 'unknown'},
				{name: 'sandbox', kind: 'static', state: 'unknown'},
				{name: 'work-sso', kind: 'sso', state: 'expired'},
			],
			probeBucket: ({credentials}) => {
				const profile = credentials.kind === 'profile' ? credentials.profile : '';
				if (profile === 'work-sso') throw new MusterError('expired-credentials', 'ended');
				const error = profile === 'sandbox' ? ({code: 'denied', message: 'no'} as const) : null;
				return {region: null, canList: error === null, error};
			},
		},
	});
	await using terminal = await openTerminal({client, screen: 'sign-in'});
	await terminal.press('3');
	await terminal.until(/studio-admin .* yes/);
	await terminal.until(/sandbox +no/);
	await terminal.until(/work-sso +sign-in needed too/);
	assert.ok(!terminal.screen().includes('train-sso  '));
	await terminal.press('down', 'up', 'enter');
	assert.deepEqual(client.asked('useProfile'), [{profile: 'studio-admin'}]);
});

test('keys: a new code, the address, the QR code away and back, its colours, finish later', async () => {
	const client = dashboardEngine('paused', waiting);
	await using terminal = await openTerminal({client, screen: 'sign-in'});
	await terminal.press('r');
	assert.equal(client.asked('newCode').length, 1);
	await terminal.press('o');
	await terminal.settle(30);
	assert.ok(!terminal.screen().includes('█▀▀▀▀▀█'));
	await terminal.press('o');
	await terminal.until(/█▀▀▀▀▀█/);
	await terminal.press('t');
	assert.equal(client.asked('tryCredentials').length, 1);
	assert.equal(client.asked('signIn').length, 0, 'there is a code already');
	await terminal.press('4');
	assert.deepEqual(client.asked('stop'), [{mode: 'now', code: 4}]);
});

test('a code that can’t be had is told, and r asks again', async () => {
	const client = dashboardEngine('paused', waiting);
	const {signIn} = client.getSnapshot();
	assert.ok(signIn);
	client.set({
		signIn: {
			...signIn,
			flow: {
				kind: 'failed',
				error: {
					code: 'network',
					message: 'The sign-in service can’t be reached.',
					hint: 'Check the line.',
				},
			},
		},
	});
	await using terminal = await openTerminal({client, screen: 'sign-in'});
	assert.match(terminal.screen(), /The sign-in service can’t be reached\. Check the line\./);
	assert.deepEqual(frameFaults(terminal), []);
	await terminal.press('r');
	assert.equal(client.asked('signIn').length, 1);
});

test('in the wizard: it goes on although no snapshot said that it was done', async () => {
	const client = new FakeEngineClient(wizardAnswers({signIn: {profile: 'train-sso'}}));
	const access = {store: mockSpec.store, credentials: mockSpec.credentials};
	await using terminal = await openTerminal({
		client,
		screen: 'sign-in',
		props: {access, name: 'train-sso'},
	});
	await terminal.when(() => client.asked('signIn').length === 1);
	const flow = {
		kind: 'waiting',
		url: 'https://device.sso.eu-west-1.amazonaws.com/',
		completeUrl: 'https://device.sso.eu-west-1.amazonaws.com/?user_code=HJRZ-HIWR',
		code: 'HJRZ-HIWR',
		codeExpires: client.getSnapshot().at + 600_000,
		askedAt: null,
	} as const;
	client.set({signIn: {refused: null, profile: 'train-sso', flow}});
	await terminal.until(/HJRZ-HIWR/);
	client.set({signIn: null});
	await terminal.until(/Which bucket\?/);
	assert.equal(client.asked('identify').length, 1);
});
