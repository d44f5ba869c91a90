import assert from 'node:assert/strict';
import {lstat, mkdir, readdir, readFile, stat, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {readAwsFiles} from '../../source/credentials/aws-files.ts';
import {
	draftProfile,
	freeNames,
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
		assert.ok((await lstat(file)).isSymbolicLink());
		const wrong: readonly (readonly [Partial<NewProfile>, RegExp])[] = [
			[{name: 'mine'}, /already/],
			[{name: 'studio-trainer'}, /already/],
			[{name: ''}, /no name/],
			[{name: 'a]\n[profile b'}, /no name/],
			// with the first the SDKs read no profile of the file at all, the second is none to them
			[{name: '__proto__'}, /no name/],
			[{name: 'sso-session.x'}, /no name/],
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
				const [name = ''] = await freeNames([{accountName, role}], env);
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
		// as it stands in the browser once the portal is open
		[`${startUrl}/#/?tab=accounts`, startUrl],
		['my-company', 'https://my-company.awsapps.com/start'],
		['https://ssoins-1.portal.eu-west-1.app.aws', 'https://ssoins-1.portal.eu-west-1.app.aws'],
		['http://127.0.0.1:9000/start', 'http://127.0.0.1:9000/start'],
	] as const)
		assert.equal(readStartUrl(typed), read, typed);
	for (const typed of ['', 'http://example.com/start', 'two words', 'ftp://x.y', 'https://a:b@c.d'])
		assert.throws(() => readStartUrl(typed), {code: 'usage'}, typed);
});

test('a link that leads nowhere yet is followed too', async () => {
	await withHome(async ({folder, env}) => {
		const file = path.join(folder, '.aws', 'config');
		await mkdir(path.dirname(file));
		await symlink('../dotfiles/aws', file);
		await writeProfile(profile, env);
		assert.ok((await lstat(file)).isSymbolicLink());
		assert.equal(await readFile(path.join(folder, 'dotfiles', 'aws'), 'utf8'), lines);
	});
});

test('sections without settings, which the SDK does not see, are not written twice', async () => {
	await withHome(async (home) => {
		const {env} = home;
		const file = await home.write(
			'.aws/config',
			'[profile studio-trainer]\n[ profile "quoted" ]\n[sso-session d-1234567890]\n# to come\n[default]\n',
		);
		for (const name of ['studio-trainer', 'quoted', 'default'])
			await assert.rejects(writeProfile({...profile, name}, env), /already/, name);
		assert.deepEqual(await freeNames([{accountName: 'Studio', role: 'Trainer'}], env), [
			'studio-trainer-2',
		]);
		await assert.rejects(writeProfile({...profile, name: 'new'}, env), /sso-session .* already/);
		const session = await sessionFor(startUrl, 'eu-west-1', env);
		assert.equal(session.name, 'd-1234567890-2');
		await writeProfile({...profile, name: 'new', session}, env);
		const headers = (await readFile(file, 'utf8')).match(/^\[.*\]$/gm) ?? [];
		assert.equal(new Set(headers).size, headers.length);
	});
});

test('AWS_CONFIG_FILE is where it is written', async () => {
	await withHome(async ({folder, env}) => {
		const file = path.join(folder, 'elsewhere', 'aws.ini');
		assert.equal(await writeProfile(profile, {...env, AWS_CONFIG_FILE: file}), file);
		assert.equal(await readFile(file, 'utf8'), lines);
		await assert.rejects(stat(path.join(folder, '.aws')), {code: 'ENOENT'});
	});
});

test('what can not be written is refused in words, and nothing is left over', async (context) => {
	await withHome(async (home) => {
		const {folder, env} = home;
		await mkdir(path.join(folder, '.aws', 'config'), {recursive: true});
		await assert.rejects(writeProfile(profile, env), {code: 'disk', message: /can't be written/});
		assert.deepEqual(await readdir(path.join(folder, '.aws')), ['config']);
		if (process.getuid?.() === 0) {
			context.diagnostic('root may write everything: the read-only file was not tried');
			return;
		}
		const file = await home.write('other', '[default]\nregion = x\n', 0o400);
		await assert.rejects(writeProfile(profile, {...env, AWS_CONFIG_FILE: file}), {code: 'disk'});
		assert.equal(await readFile(file, 'utf8'), '[default]\nregion = x\n');
	});
});

test('whatever the file holds stays byte for byte, and its profiles stay readable', async () => {
	const piece = fc.oneof(
		fc.constantFrom(
			'[profile a]\nregion = x\n',
			'[profile b]\ns3 =\n  endpoint_url = http://x\n',
			'[default]\r\nregion = y\r\n',
			'# comment ; ] [',
			'\uFEFF',
			'no section = 1',
			'[broken',
			'\r',
			'\n\n\n',
			'key = \\\n',
		),
		fc.string(),
	);
	const content = fc.oneof(
		fc.array(piece).map((pieces) => Buffer.from(pieces.join(''))),
		fc.uint8Array({maxLength: 200}).map((bytes) => Buffer.from(bytes)),
	);
	await withHome(async (home) => {
		const {env, folder} = home;
		await home.write('.aws/config', '');
		const file = path.join(folder, '.aws', 'config');
		await fc.assert(
			fc.asyncProperty(content, async (old) => {
				await writeFile(file, old);
				const {profiles} = await readAwsFiles(env);
				await writeProfile(profile, env);
				const now = await readFile(file);
				assert.ok(now.subarray(0, old.length).equals(old));
				const added = now.subarray(old.length).toString().replaceAll('\r\n', '\n');
				assert.equal(added.trimStart(), lines);
				const after = await readAwsFiles(env);
				assert.equal(after.profiles.get(profile.name)?.['sso_role_name'], 'Trainer');
				for (const [name, section] of profiles) assert.deepEqual(after.profiles.get(name), section);
			}),
			{numRuns: 150},
		);
	});
});
