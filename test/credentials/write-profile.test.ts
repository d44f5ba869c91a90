import assert from 'node:assert/strict';
import {mkdir, readdir, readFile, stat, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {readAwsFiles} from '../../source/credentials/aws-files.ts';
import {
	draftProfile,
	freeName,
	readStartUrl,
	sessionFor,
	writeProfile,
	type NewProfile,
} from '../../source/credentials/write-profile.ts';
import {withHome} from './home.ts';

const startUrl = 'https://d-1234567890.awsapps.com/start';
const profile: NewProfile = {
	name: 'studio-trainer',
	session: {name: 'd-1234567890', startUrl, region: 'eu-west-1'},
	account: '441722039915',
	role: 'Trainer',
	region: 'eu-central-1',
};
const lines = `[sso-session d-1234567890]
sso_start_url = ${startUrl}
sso_region = eu-west-1
sso_registration_scopes = sso:account:access

[profile studio-trainer]
sso_session = d-1234567890
sso_account_id = 441722039915
sso_role_name = Trainer
region = eu-central-1
`;

test('from nothing: the lines that were shown, for their owner alone', async () => {
	await withHome(async ({folder, env}) => {
		const draft = await draftProfile(profile, env);
		const file = path.join(folder, '.aws', 'config');
		assert.deepEqual(draft, {file, text: lines});
		await assert.rejects(stat(file), {code: 'ENOENT'}, 'a draft writes nothing');
		assert.equal(await writeProfile(profile, env), file);
		assert.equal(await readFile(file, 'utf8'), lines);
		if (process.platform !== 'win32') {
			assert.equal((await stat(file)).mode & 0o777, 0o600);
			assert.equal((await stat(path.dirname(file))).mode & 0o777, 0o700);
		}
		assert.deepEqual(await readdir(path.dirname(file)), ['config']);
		const files = await readAwsFiles(env);
		assert.equal(files.profiles.get('studio-trainer')?.['sso_session'], 'd-1234567890');
		assert.equal(files.section('sso-session', 'd-1234567890')?.['sso_start_url'], startUrl);
	});
});

test('what stands there stays byte for byte, with its rights and line ends; a session of its own is used again', async () => {
	await withHome(async ({folder, env}) => {
		const file = path.join(folder, '.aws', 'config');
		await mkdir(path.dirname(file));
		const old = Buffer.from(
			`# mine\r\n[sso-session d-1234567890]\r\nsso_start_url=${startUrl}/#\r\nsso_region=eu-west-1\r\n[profile a\xff]\r\nregion = x`,
			'latin1',
		);
		await writeFile(file, old, {mode: 0o640});
		const session = await sessionFor(startUrl, 'eu-west-1', env);
		assert.equal(session.name, 'd-1234567890');
		await writeProfile({...profile, session}, env);
		const now = await readFile(file);
		assert.ok(now.subarray(0, old.length).equals(old));
		const added = now.subarray(old.length).toString();
		assert.ok(added.startsWith('\r\n\r\n[profile studio-trainer]\r\n'), JSON.stringify(added));
		assert.ok(!/[^\r]\n/.test(added));
		if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o640);
	});
});

test('a link is followed; a name that is taken, or no name at all, is refused and changes nothing', async () => {
	await withHome(async ({folder, env}) => {
		const file = path.join(folder, '.aws', 'config');
		const real = path.join(folder, 'dotfiles');
		await mkdir(path.dirname(file));
		await writeFile(real, '[profile mine]\nregion = x\n');
		await symlink(real, file);
		await writeProfile(profile, env);
		assert.match(await readFile(real, 'utf8'), /^\[profile mine\]\nregion = x\n\n\[sso-session/);
		const before = await readFile(real);
		const wrong: readonly (readonly [Partial<NewProfile>, RegExp])[] = [
			[{name: 'mine'}, /already/],
			[{name: 'studio-trainer'}, /already/],
			[{name: ''}, /no name/],
			[{name: 'a]\n[profile b'}, /no name/],
			[{role: 'x\ncredential_process = evil', name: 'new'}, /portal named/],
			[{account: '1', name: 'new'}, /portal named/],
			[{region: 'eu-west-1\nx = y', name: 'new'}, /no region/],
		];
		for (const [change, words] of wrong)
			await assert.rejects(writeProfile({...profile, ...change}, env), words);
		assert.ok((await readFile(real)).equals(before));
	});
});

test('a session name that is taken by another address is left alone', async () => {
	await withHome(async (home) => {
		await home.write(
			'.aws/config',
			'[sso-session d-1234567890]\nsso_start_url = https://other.example.com/start\nsso_region = eu-west-1\n',
		);
		assert.equal((await sessionFor(startUrl, 'eu-west-1', home.env)).name, 'd-1234567890-2');
	});
});

test('whatever a portal names: nothing but the two sections gets into the file, and a free name is a good one', async () => {
	await withHome(async ({env}) => {
		const wild = fc.oneof(fc.string(), fc.constantFrom('a\n[x]', ']', '../..', 'Ä b', 'x = y'));
		await fc.assert(
			fc.asyncProperty(wild, wild, wild, async (account, role, accountName) => {
				const name = await freeName({accountName, role}, env);
				assert.match(name, /^[\w.@+-]{1,64}$/);
				const draft = await draftProfile({...profile, name, account, role}, env).catch(
					() => undefined,
				);
				if (draft === undefined) return;
				assert.equal(draft.text.split('\n').length, lines.split('\n').length);
				assert.equal(draft.text.match(/^\[/gm)?.length, 2);
			}),
			{numRuns: 300},
		);
	});
});

test('start URLs as people know them', () => {
	for (const [typed, read] of [
		[`  ${startUrl}/  `, startUrl],
		[`${startUrl}#/`, startUrl],
		['d-1234567890.awsapps.com/start', startUrl],
		['my-company', 'https://my-company.awsapps.com/start'],
		['https://ssoins-1.portal.eu-west-1.app.aws', 'https://ssoins-1.portal.eu-west-1.app.aws'],
		['http://127.0.0.1:9000/start', 'http://127.0.0.1:9000/start'],
	] as const)
		assert.equal(readStartUrl(typed), read, typed);
	for (const typed of ['', 'http://example.com/start', 'two words', 'ftp://x.y', 'https://a:b@c.d'])
		assert.throws(() => readStartUrl(typed), {code: 'usage'}, typed);
});
