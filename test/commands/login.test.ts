import assert from 'node:assert/strict';
import {chmod, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, afterEach, before, beforeEach, describe, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {pageOpener} from '../../source/commands/open-page.ts';
import {
	createSandbox,
	identityCenterDefaults,
	memoryBucket,
	writeSandboxProfile,
} from '../../source/sandbox/index.ts';
import type {Sandbox} from '../../source/sandbox/index.ts';
import {Tty} from '../helpers/tty.ts';
import {runCli} from './run-cli.ts';

const entry = fileURLToPath(new URL('../../source/cli.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

let sandbox: Sandbox;
let home = '';
let env: Record<string, string> = {};
before(async () => {
	sandbox = await createSandbox({buckets: [memoryBucket('lake', {})]});
});
after(async () => sandbox.close());
beforeEach(async () => {
	sandbox.identityCenter.set({...identityCenterDefaults, interval: 0.1});
	home = await mkdtemp(path.join(tmpdir(), 'muster-login-'));
	env = {
		PATH: process.env['PATH'] ?? '',
		TSX_TSCONFIG_PATH: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
		XDG_CONFIG_HOME: path.join(home, 'config'),
		...(await writeSandboxProfile(home, sandbox.endpoint)),
	};
});
afterEach(async () => rm(home, {recursive: true, force: true}));

const config = (text: string) => writeFile(path.join(home, '.aws/config'), text);
const address = /^ {2}(http\S+user_code=([A-Z]{4}-[A-Z]{4}))$/m;

/** Without a terminal; approves or refuses as soon as the address is printed. */
async function login(words: readonly string[], decide: 'approve' | 'deny' | 'SIGINT' | 'none') {
	let isDecided = false;
	return runCli(['login', ...words], {
		env,
		cwd: home,
		onOut(text, kill) {
			const code = address.exec(text)?.[2];
			if (isDecided || code === undefined || !text.includes('Ctrl+C leaves')) return;
			isDecided = true;
			if (decide === 'SIGINT') kill('SIGINT');
			else if (decide !== 'none') sandbox.identityCenter[decide](code);
		},
	});
}

describe('muster login without a terminal', {timeout: 120_000}, () => {
	test('prints address and code, and then who one is', async () => {
		const {status, out, err} = await login([], 'approve');
		assert.equal(err, '');
		assert.equal(status, 0);
		assert.match(out, /^Profile sandbox, session sandbox, eu-west-1$/m);
		assert.match(out, address);
		assert.match(out, /The page must show the same code: [A-Z]{4}-[A-Z]{4}/);
		assert.match(
			out,
			/^Signed in until .*\d\d:\d\d \((?:59 m \d\d s|1 h 00 m)\): account 111122223333, role Trainer$/m,
		);
		assert.doesNotMatch(out, /\u001B|\r/);

		const again = await login([], 'none');
		assert.equal(again.status, 0);
		assert.match(again.out, /^Signed in already until .*role Trainer$/m);
		assert.doesNotMatch(again.out, address);
		const forced = await login(['sandbox', '--force'], 'approve');
		assert.equal(forced.status, 0);
		assert.match(forced.out, address);
	});

	test('ends with 4 when it is refused, and with 130 at Ctrl+C', async () => {
		const refused = await login([], 'deny');
		assert.equal(refused.status, 4);
		assert.match(refused.err, /refused on the page/);
		const left = await login([], 'SIGINT');
		assert.equal(left.status, 130);
		assert.equal(left.err, '');
	});

	test('ends with 4 when the service is away', async () => {
		env['AWS_ENDPOINT_URL_SSO_OIDC'] = 'http://127.0.0.1:9';
		const {status, err} = await login([], 'none');
		assert.equal(status, 4);
		assert.match(err, /can't be reached/);
	});

	test('replaces a sign-in that an administrator has ended', async () => {
		assert.equal((await login([], 'approve')).status, 0);
		sandbox.identityCenter.revokeSession();
		const {status, out} = await login([], 'approve');
		assert.equal(status, 0);
		assert.match(out, /no longer accepts/);
		assert.match(out, /^Signed in until/m);
	});

	test('says a role that it may not take', async () => {
		await config(
			(await readFile(path.join(home, '.aws/config'), 'utf8')).replace('Trainer', 'Owner'),
		);
		const {status, err} = await login([], 'approve');
		assert.equal(status, 4);
		assert.match(err, /may not take on its role/);
	});

	test('shows a new code when the first runs out', async () => {
		sandbox.identityCenter.set({codeSeconds: 1, autoApproveSeconds: null});
		let codes: string[] = [];
		const {status, out} = await runCli(['login'], {
			env,
			cwd: home,
			onOut(text) {
				codes = [...text.matchAll(new RegExp(address, 'gm'))].map(([, , code]) => code ?? '');
				if (codes.length < 2) return;
				sandbox.identityCenter.set({codeSeconds: 600});
				sandbox.identityCenter.approve();
			},
		});
		assert.equal(status, 0);
		assert.match(out, /That code has run out\. A new one:/);
		assert.notEqual(codes[0], codes[1]);
	});

	test('opens a browser on a desktop only when it may', async () => {
		const folder = path.join(home, 'bin');
		await mkdir(folder);
		const opener = path.join(folder, 'xdg-open');
		await writeFile(opener, `#!/bin/sh\necho "$1" >>${path.join(home, 'opened')}\n`);
		await chmod(opener, 0o755);
		env['PATH'] = `${folder}${path.delimiter}${env['PATH']}`;
		env['DISPLAY'] = ':0';
		// without a terminal nobody sits here
		await login([], 'approve');
		await assert.rejects(readFile(path.join(home, 'opened')));
		const open = async (...words: string[]) => {
			await using tty = terminal({}, '--force', ...words);
			await tty.until(/Ctrl\+C leaves/);
			const url = address.exec(tty.scrollback().join('\n'))?.[1];
			sandbox.identityCenter.approve();
			await tty.exit;
			return url;
		};
		await open('--no-browser');
		await assert.rejects(readFile(path.join(home, 'opened')));
		const url = await open();
		assert.equal(await readFile(path.join(home, 'opened'), 'utf8'), `${url}\n`);
	});
});

describe('which profile', {timeout: 60_000}, () => {
	const session = (name: string) =>
		`[sso-session ${name}]\nsso_start_url = https://${name}.example/start\nsso_region = eu-west-1\n`;
	const sso = (name: string) =>
		`[profile ${name}]\nsso_session = studio\nsso_account_id = 111122223333\nsso_role_name = Trainer\n`;
	const kinds: readonly [string, string, readonly string[], RegExp][] = [
		[
			'keys',
			'[profile keys]\naws_access_key_id = A\naws_secret_access_key = B\n',
			['keys'],
			/"keys" holds access keys/,
		],
		['process', '[profile tool]\ncredential_process = x\n', ['tool'], /credential_process/],
		[
			'web identity',
			'[profile pod]\nrole_arn = arn:aws:iam::111122223333:role/x\nweb_identity_token_file = /x\n',
			['pod'],
			/token file/,
		],
		[
			'role of keys',
			'[profile r]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = keys\n',
			['r'],
			/from profile "keys", which does not sign in/,
		],
		[
			'role in a circle',
			'[profile r]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = r\n',
			['r'],
			/does not sign in/,
		],
		[
			'unknown name',
			`${session('studio')}${sso('train')}`,
			['trian'],
			/no profile "trian"[^]*train/,
		],
		['nothing at all', '', [], /No profile here signs in[^]*aws configure sso/],
		['no session', sso('train'), ['train'], /lacks its start URL or region/],
		['several', `${session('studio')}${sso('a')}${sso('b')}`, [], /login a, muster login b/],
		['bad name', '', ['a\u001B[2Jb'], /"a\?\[2Jb"/],
	];
	for (const [name, text, words, message] of kinds)
		test(`${name}: status 2 and words`, async () => {
			await config(text);
			delete env['AWS_PROFILE'];
			const {status, out, err} = await login(words, 'none');
			assert.match(err, message);
			assert.equal(status, 2);
			assert.equal(out, '');
		});

	test('the only one, and the one behind a role, need not be named', async () => {
		delete env['AWS_PROFILE'];
		const own = await readFile(path.join(home, '.aws/config'), 'utf8');
		const arn = 'arn:aws:iam::444455556666:role/Deploy';
		await config(`${own}[profile deploy]\nrole_arn = ${arn}\nsource_profile = sandbox\n`);
		const only = await login([], 'approve');
		assert.equal(only.status, 0, only.err);
		assert.match(only.out, /^Profile sandbox,/m);
		const role = await login(['deploy'], 'none');
		assert.equal(role.status, 0, role.err);
		assert.match(role.out, /Signed in already .*account 444455556666, role Deploy/);
	});
});

function terminal(
	options: {columns?: number; rows?: number; env?: object},
	...words: string[]
): Tty {
	const {columns = 80, rows = 24} = options;
	return Tty.node(['--import', tsx, entry, 'login', ...words], {
		columns,
		rows,
		cwd: home,
		env: {...env, LANG: 'C.UTF-8', ...options.env},
	});
}

describe('muster login in a terminal', {timeout: 120_000}, () => {
	test('shows address, code and a QR code black on white in 80x24, and copies the address', async () => {
		await using tty = terminal({});
		await tty.until(/Ctrl\+C leaves[^]*█/);
		await tty.until((screen) => screen.clipboard !== undefined);
		const lines = tty.screen();
		const url = lines.findIndex((line) => address.test(line));
		assert.ok(url >= 0, tty.framed());
		assert.match(lines[url] ?? '', /^ {2}\S+$/);
		assert.equal(tty.clipboard, lines[url]?.trim());
		assert.match(lines.join('\n'), /must show the same code:[^]* {2}[A-Z]{4}-[A-Z]{4}/);
		const dark = tty.cells().flatMap((row) => row.filter(({text}) => text === '█'));
		assert.ok(dark.length > 50);
		for (const {foreground, background} of dark) {
			assert.deepEqual(foreground, {kind: 'palette', index: 16});
			assert.deepEqual(background, {kind: 'palette', index: 231});
		}
		assert.equal(tty.alternateScreen, false);
		sandbox.identityCenter.approve();
		await tty.until(/Signed in until/);
		assert.equal((await tty.exit).code, 0);
		assert.match(tty.scrollback().join('\n'), /role Trainer/);
	});

	const plain: readonly [string, {columns?: number; rows?: number; env?: object}][] = [
		['a small window', {columns: 75}],
		['a low window', {rows: 21}],
		['NO_COLOR', {env: {NO_COLOR: '1'}}],
		['no UTF-8', {env: {LANG: 'C', LC_ALL: 'C'}}],
	];
	for (const [name, options] of plain)
		test(`shows no QR code in ${name}`, async () => {
			await using tty = terminal(options);
			await tty.until(/Ctrl\+C leaves/);
			assert.match(tty.scrollback().join('\n'), address);
			assert.doesNotMatch(tty.raw(), /[█▀▄]/);
			sandbox.identityCenter.approve();
			assert.equal((await tty.exit).code, 0);
		});

	test('leaves at Ctrl+C with 130 and the terminal as it was', async () => {
		await using tty = Tty.node(['--import', tsx, entry, 'login'], {
			cwd: home,
			env: {...env, LANG: 'C.UTF-8'},
			held: true,
		});
		await tty.until(/Ctrl\+C leaves/);
		tty.key('ctrl+c');
		assert.equal((await tty.exit).code, 130);
		assert.ok(tty.cooked);
	});

	test('sends neither colours nor clipboard to a dumb terminal', async () => {
		const words = ['TERM=dumb', process.execPath, '--import', tsx, entry, 'login'];
		await using tty = Tty.start('env', words, {cwd: home, env});
		await tty.until(/Ctrl\+C leaves/);
		sandbox.identityCenter.approve();
		assert.equal((await tty.exit).code, 0);
		assert.doesNotMatch(tty.raw(), /\u001B/);
	});
});

test('a browser is looked for on desktops alone', () => {
	const file = (environment: Record<string, string>, platform: NodeJS.Platform) =>
		pageOpener(environment, platform)?.file;
	assert.equal(file({}, 'linux'), undefined);
	assert.equal(file({DISPLAY: ':0'}, 'linux'), 'xdg-open');
	assert.equal(file({WAYLAND_DISPLAY: 'wayland-0'}, 'linux'), 'xdg-open');
	assert.equal(file({DISPLAY: 'localhost:10.0', SSH_CONNECTION: '1 2 3 4'}, 'linux'), undefined);
	assert.equal(file({}, 'darwin'), 'open');
	assert.equal(file({SSH_TTY: '/dev/ttys1'}, 'darwin'), undefined);
	assert.equal(file({}, 'win32'), 'rundll32');
});
