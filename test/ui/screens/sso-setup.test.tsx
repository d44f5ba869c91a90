import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {SetupRole} from '../../../source/job/link/messages.ts';
import {MusterError} from '../../../source/model/error.ts';
import {FakeEngineClient, fakeRemembered, type Answers} from '../../helpers/fake-engine.ts';
import {frameFaults, openTerminal, type InkTerminal} from '../../helpers/ink-terminal.tsx';
import {wizardAnswers} from '../../helpers/wizard-fakes.ts';

const roles: readonly SetupRole[] = ['Trainer', 'ReadOnly'].map((role) => ({
	account: '441722039915',
	accountName: 'Studio',
	role,
	profile: `studio-${role.toLowerCase()}`,
}));
const draft = {
	file: '/home/ada/.aws/config',
	text: [
		'[sso-session studio]',
		'sso_start_url = https://studio.awsapps.com/start',
		'sso_region = eu-west-1',
		'sso_registration_scopes = sso:account:access',
		'',
		'[profile studio-readonly]',
		'sso_session = studio',
		'sso_account_id = 441722039915',
		'sso_role_name = ReadOnly',
		'region = eu-west-1',
		'',
	].join('\n'),
};
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
			setupDraft: draft,
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
		// every line has been on the screen before Enter writes
		const seen = new Set<string>();
		for (let page = 0; page < 20; page++) {
			for (const row of terminal.lines()) seen.add(row.trim());
			if (/Enter write it/.test(terminal.screen())) break;
			await terminal.press('enter');
			await terminal.settle(30);
		}
		const shown = [...seen].join(' ');
		for (const row of draft.text.split('\n'))
			for (const word of row.split(' ')) assert.ok(shown.includes(word), `${columns}: ${word}`);
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

test('without UTF-8 no byte is above 0x7F on the way', async () => {
	const client = engine();
	await using terminal = await openTerminal({client, screen: 'sso-setup', unicode: false});
	await toRoles(client, terminal);
	await terminal.until(/as what\?/);
	await terminal.press('enter', 'enter', 'enter');
	await terminal.until(/These lines are/);
	assert.doesNotMatch(terminal.raw, /[^\u0000-\u007F]/);
});

test('many roles: / finds one; Enter takes it', async () => {
	const many = Array.from({length: 60}, (_, number) => ({
		account: String(100_000_000_000 + number),
		accountName: `Team ${number}`,
		role: 'Trainer',
		profile: `team-${number}-trainer`,
	}));
	const client = engine({setupRoles: many});
	await using terminal = await openTerminal({client, screen: 'sso-setup'});
	await toRoles(client, terminal);
	await terminal.until(/as what\?/);
	await terminal.press('/');
	terminal.type('team 47');
	await terminal.until(/> Team 47/);
	await terminal.press('enter', 'enter');
	await terminal.until(/Profile team-47-trainer/);
});

test('the region that was used last comes first; arrows go through the usual ones', async () => {
	const client = engine();
	await using terminal = await openTerminal({
		client,
		screen: 'sso-setup',
		options: {remembered: fakeRemembered({signInRegion: 'eu-south-2'})},
	});
	terminal.paste('studio');
	await terminal.press('enter');
	await terminal.until(/Region eu-south-2/);
	await terminal.press('down');
	await terminal.until(/Region us-east-1/);
	await terminal.press('up', 'up');
	await terminal.until(/Region ap-northeast-1/);
});

test('a portal that has ended the sign-in: said where the roles would be, and r signs in anew', async () => {
	let isEnded = true;
	const client = engine({
		setupRoles: () => {
			if (isEnded) throw new MusterError('expired-credentials', 'It has ended the sign-in.');
			return roles;
		},
	});
	await using terminal = await openTerminal({client, screen: 'sso-setup'});
	await toRoles(client, terminal);
	await terminal.until(/It has ended the sign-in/);
	await terminal.press('r');
	await terminal.when(() => client.asked('setupSignIn').at(-1)?.force === true);
	await terminal.settle(50);
	assert.equal(client.asked('setupRoles').length, 1, 'the old sign-in is no news');
	isEnded = false;
	show(client, waiting);
	await terminal.until(/HJRZ-HIWR/);
	show(client, {kind: 'done', by: 'code', expires: 5});
	await terminal.until(/as what\?[^]*> Studio/);
});

test('throttled: r asks for the roles again, without another code', async () => {
	let isBusy = true;
	const client = engine({
		setupRoles: () => {
			if (isBusy) throw new MusterError('throttled', 'More patience.');
			return roles;
		},
	});
	await using terminal = await openTerminal({client, screen: 'sso-setup'});
	await toRoles(client, terminal);
	await terminal.until(/More patience/);
	isBusy = false;
	await terminal.press('r');
	await terminal.until(/> Studio/);
	assert.equal(client.asked('setupSignIn').length, 1);
});

test('Esc while the roles are read: the answer that comes later moves nothing', async () => {
	const answered = Promise.withResolvers<readonly SetupRole[]>();
	const client = engine({setupRoles: () => answered.promise});
	await using terminal = await openTerminal({client, screen: 'sso-setup'});
	await toRoles(client, terminal);
	await terminal.when(() => client.asked('setupRoles').length === 1);
	await terminal.press('escape');
	await terminal.until(/In which region is/);
	answered.resolve(roles);
	await terminal.settle(50);
	assert.match(terminal.screen(), /In which region is/);
});

test('written, but the role is refused: told, and Enter tries it again without writing twice', async () => {
	let isDenied = true;
	const client = engine({
		setupRoles: roles.slice(0, 1),
		identify: () => {
			if (isDenied) throw new MusterError('denied', 'It may not take on its role.');
			return {label: 'studio-trainer', region: 'us-east-1'};
		},
	});
	await using terminal = await openTerminal({client, screen: 'sso-setup'});
	await toRoles(client, terminal);
	await terminal.until(/be called\?/);
	await terminal.press('enter', 'enter');
	await terminal.until(/These lines are/);
	await terminal.press('enter');
	await terminal.until(/These lines were added[^]*may not take on its role/);
	isDenied = false;
	await terminal.press('enter');
	await terminal.until(/Which bucket\?/);
	assert.equal(client.asked('setupWrite').length, 1);
});
