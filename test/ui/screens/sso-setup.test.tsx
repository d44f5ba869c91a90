import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {SetupRole} from '../../../source/job/link/messages.ts';
import {MusterError} from '../../../source/model/error.ts';
import {FakeEngineClient, type Answers} from '../../helpers/fake-engine.ts';
import {frameFaults, openTerminal, type InkTerminal} from '../../helpers/ink-terminal.tsx';
import {wizardAnswers} from '../../helpers/wizard-fakes.ts';

const roles: readonly SetupRole[] = ['Trainer', 'ReadOnly'].map((role) => ({
	account: '441722039915',
	accountName: 'Studio',
	role,
	profile: `studio-${role.toLowerCase()}`,
}));
const waiting = {
	kind: 'waiting',
	url: 'https://device.sso.eu-west-1.amazonaws.com/',
	completeUrl: 'https://device.sso.eu-west-1.amazonaws.com/?user_code=HJRZ-HIWR',
	code: 'HJRZ-HIWR',
	codeExpires: 1_763_560_600_000,
	askedAt: null,
} as const;

function engine(answers: Answers = {}): FakeEngineClient {
	return new FakeEngineClient(
		wizardAnswers({
			profiles: [],
			setupSignIn: {startUrl: 'https://studio.awsapps.com/start', session: 'studio'},
			setupRoles: roles,
			setupDraft: {
				file: '/home/ada/.aws/config',
				text: '[sso-session studio]\nsso_region = eu-west-1\n\n[profile studio-trainer]\nsso_session = studio\n',
			},
			setupWrite: {file: '/home/ada/.aws/config'},
			...answers,
		}),
	);
}

const show = (
	client: FakeEngineClient,
	flow: typeof waiting | {kind: 'done'; by: 'code'; expires: number},
) => {
	client.set({signIn: {refused: null, profile: null, flow}});
};

/** Whatever the window, the frame is whole; a field has its own keys in the last row. */
function assertFrame(terminal: InkTerminal): void {
	assert.deepEqual(
		frameFaults(terminal).filter((fault) => !fault.startsWith('no keys')),
		[],
	);
}

async function toRoles(client: FakeEngineClient, terminal: InkTerminal): Promise<void> {
	await terminal.until(/start URL/);
	assertFrame(terminal);
	terminal.paste('studio');
	await terminal.press('enter');
	await terminal.until(/In which region is/);
	assertFrame(terminal);
	await terminal.press('enter');
	await terminal.when(() => client.asked('setupSignIn').length === 1);
	show(client, waiting);
	await terminal.until(/HJRZ-HIWR|device\.sso/);
	assertFrame(terminal);
	show(client, {kind: 'done', by: 'code', expires: 0});
}

test('every step at every size; what is written is what the engine was asked to show', async () => {
	for (const [columns, rows] of [
		[80, 24],
		[140, 40],
		[56, 15],
		[40, 8],
	] as const) {
		const client = engine();
		await using terminal = await openTerminal({client, screen: 'sso-setup', columns, rows});
		await toRoles(client, terminal);
		await terminal.until(/as what\?/);
		assertFrame(terminal);
		await terminal.press('down', 'enter');
		await terminal.until(/be called\?/);
		assertFrame(terminal);
		await terminal.press('enter');
		await terminal.until(/most of your\s+buckets\?/);
		await terminal.press('enter');
		await terminal.until(/These lines are/);
		assertFrame(terminal);
		assert.equal(client.asked('setupWrite').length, 0);
		const choice = {
			startUrl: 'https://studio.awsapps.com/start',
			region: 'us-east-1',
			account: '441722039915',
			role: 'ReadOnly',
			profile: 'studio-readonly',
			bucketRegion: 'us-east-1',
		};
		assert.deepEqual(client.asked('setupDraft'), [choice]);
		await terminal.press('enter');
		await terminal.until(/Which bucket\?/);
		assert.deepEqual(client.asked('setupWrite'), [choice]);
		assert.deepEqual(client.asked('identify').at(-1)?.credentials, {
			kind: 'profile',
			profile: 'studio-readonly',
		});
	}
});

test('one role alone is taken by itself; Esc goes back a question and writes nothing', async () => {
	const client = engine({setupRoles: roles.slice(0, 1)});
	await using terminal = await openTerminal({client, screen: 'sso-setup'});
	await toRoles(client, terminal);
	await terminal.until(/be called\?/);
	await terminal.press('escape');
	await terminal.until(/start URL of your/);
	assert.match(terminal.screen(), /https:\/\/studio\.awsapps\.com\/start/);
	assert.equal(client.asked('setupWrite').length, 0);
});

test('what is wrong is told where it was asked', async () => {
	const client = engine({
		setupSignIn: new MusterError('usage', '"x y" is no start URL.', {hint: 'It looks like this.'}),
	});
	await using terminal = await openTerminal({client, screen: 'sso-setup'});
	terminal.paste('x y');
	await terminal.press('enter', 'enter');
	await terminal.until(/"x y" is no start URL\. It looks like this\./);
	await terminal.press('escape');
	await terminal.until(/start URL of your/);
});

test('a sign-in that opens no account says so, and asks again', async () => {
	const client = engine({setupRoles: []});
	await using terminal = await openTerminal({client, screen: 'sso-setup'});
	await toRoles(client, terminal);
	await terminal.until(/opens no account yet/);
	await terminal.press('r');
	await terminal.when(() => client.asked('setupRoles').length === 2);
});
