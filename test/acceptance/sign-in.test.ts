import assert from 'node:assert/strict';
import {DatabaseSync} from 'node:sqlite';
import path from 'node:path';
import {test} from 'node:test';
import {Bed, until} from '../e2e/bed.ts';
import {SignInBed} from '../e2e/sign-in-bed.ts';
import {secretsIn} from '../helpers/secrets.ts';
import type {Tty} from '../helpers/tty.ts';

const files = 5740;
const connections = 16;
const screenText = (tty: Tty): string => tty.screen().join('\n');

/** The code on the screen, and the address it stands in. */
async function shownCode(tty: Tty): Promise<string> {
	await tty.until(/user_code=[A-Z]{4}-[A-Z]{4}/, 15_000);
	const code = /user_code=([A-Z]{4}-[A-Z]{4})/.exec(tty.scrollback().toReversed().join('\n'))?.[1];
	if (code === undefined) throw new Error('no code on the screen');
	return code;
}

/** The dashboard says that the sign-in has ended, and nothing moves any more. */
async function untilSignInScreen(tty: Tty): Promise<void> {
	await tty.until(/Sign in · job 1 waits/, 10_000);
}

test('a job of 5,740 files whose sign-in ends three times: nothing failed, nothing fetched twice', async (t) => {
	await using bed = await Bed.make({
		keys: files,
		sizes: [500, 900, 2000],
		latency: 200,
		identityCenter: {interval: 0.2},
	});
	const person = await SignInBed.make(bed);
	await person.signIn();
	const words = bed.get('out', '--connections', String(connections));
	await using tty = bed.tty(words, {env: person.env, columns: 80, rows: 24});

	// 1. by time, while keys are listed: renewed by device code, in ordinary lines
	await until(async () => ((await bed.stats()).operations.ListObjectsV2 ?? 0) >= 2, 'listing');
	await person.expire();
	await tty.until(/The roll call waits for it/, 10_000);
	assert.equal(tty.alternateScreen, false);
	await person.approve(await shownCode(tty));
	await tty.until(/Signed in; the roll call goes on/, 10_000);

	// 2. revoked, while files are fetched: renewed with pasted keys
	await tty.until(/Downloading · job 1/, 20_000);
	await bed.throttle({latency: {min: 20, max: 20}});
	await person.untilBytes(200_000, 30_000);
	const before = await person.refused();
	let gets = 0;
	await person.revoke();
	const endedAt = performance.now();
	await untilSignInScreen(tty);
	t.diagnostic(
		`the screen came ${Math.round(performance.now() - endedAt)} ms after the end of the sign-in`,
	);
	await until(async () => {
		const now = await bed.gets();
		const isQuiet = now === gets;
		gets = now;
		if (!isQuiet) await new Promise((resolve) => setTimeout(resolve, 150));
		return isQuiet;
	}, 'all lanes quiet');
	const quiet = performance.now() - endedAt;
	const refused = (await person.refused()) - before;
	t.diagnostic(
		`all lanes quiet ${Math.round(quiet)} ms after that, ${refused} requests refused with ${connections} lanes`,
	);
	assert.ok(refused >= 1 && refused <= connections, `${refused} refused`);
	assert.match(screenText(tty), /Your AWS sign-in ended at \d\d:\d\d/);
	assert.match(screenText(tty), /Nothing is lost/);
	await tty.until(/user_code=/);
	const [address] = tty.screen().filter((row) => row.includes('user_code='));
	assert.match(
		address ?? '',
		/^ http:\/\/127\.0\.0\.1:\d+\/device\?user_code=[A-Z-]{9}$/,
		'the URL on one row',
	);

	tty.key('2');
	await tty.until(/nothing pasted yet/);
	const {accessKeyId, secretAccessKey} = bed.sandbox;
	tty.paste(
		`export AWS_ACCESS_KEY_ID="${accessKeyId}"\nexport AWS_SECRET_ACCESS_KEY="${secretAccessKey}"\n`,
	);
	await tty.until(/2 lines, .* characters/);
	assert.ok(!screenText(tty).includes(secretAccessKey));
	const pastedAt = performance.now();
	const flowing = person.untilBytes(1000);
	tty.key('enter');
	await tty.until(/Downloading · job 1/);
	await flowing;
	t.diagnostic(`bytes flowed ${Math.round(performance.now() - pastedAt)} ms after the pasted keys`);
	assert.ok(performance.now() - pastedAt < 2000);

	// 3. revoked once more, renewed in another terminal: the job goes on without a key
	await person.untilBytes(200_000, 30_000);
	await bed.sandbox.control('POST expire', {accessKeyId});
	await untilSignInScreen(tty);
	await person.signIn();
	const signedInAt = performance.now();
	await tty.until(/Downloading · job 1|5,740 of 5,740|downloaded/, 10_000);
	t.diagnostic(
		`going on ${Math.round(performance.now() - signedInAt)} ms after a sign-in elsewhere`,
	);

	await bed.throttle({latency: {min: 0, max: 0}});
	assert.equal((await tty.exit).code, 0, tty.scrollback().join('\n'));
	const token = await person.token();
	assert.deepEqual(
		secretsIn(
			[bed.folder('out'), bed.folder('config')],
			[tty.raw(), tty.title],
			[secretAccessKey, token],
		),
		[],
	);
	assert.deepEqual(await bed.faults('out'), []);
	const byKey = await bed.getsByKey();
	assert.equal(byKey.size, files);
	assert.deepEqual(
		[...byKey].filter(([, {complete}]) => complete !== 1),
		[],
		'every file was given exactly once',
	);
	const ledger = new DatabaseSync(path.join(bed.folder('out'), '.muster', 'ledger.sqlite'), {
		readOnly: true,
	});
	try {
		const row = ledger.prepare('SELECT count(*) AS files, max(attempts) AS most FROM wanted').get();
		assert.deepEqual({...row}, {files, most: 1}, 'a refusal is no attempt');
	} finally {
		ledger.close();
	}
});

test('UX 7.27: within 3 s the sign-in screen with its URL on one row; approved, the job goes on without a key', async () => {
	await using bed = await Bed.make({
		keys: 800,
		sizes: [1000],
		latency: 40,
		identityCenter: {interval: 0.2},
	});
	const person = await SignInBed.make(bed);
	await person.signIn();
	await using tty = bed.tty(bed.get('out', '--connections', '8'), {
		env: person.env,
		columns: 80,
		rows: 24,
	});
	await tty.until(/Downloading · job 1/, 20_000);
	await person.untilBytes(50_000, 20_000);
	await person.expire();
	const ended = performance.now();
	await untilSignInScreen(tty);
	const code = await shownCode(tty);
	assert.ok(performance.now() - ended < 3000);
	assert.ok(tty.screen().some((row) => row.endsWith(`user_code=${code}`)));
	assert.match(screenText(tty), new RegExp(`code +${code}`));
	assert.match(screenText(tty), /█▀▀▀▀▀█ [ ▀▄█]+ █▀▀▀▀▀█/, 'a QR code');
	// keys that lead nowhere harm nothing
	tty.key('x', 'z', '9', 'v', 'v');
	await tty.until(/Sign in · job 1 waits/);
	await person.approve(code);
	assert.equal((await tty.exit).code, 0, tty.scrollback().join('\n'));
	assert.match(tty.scrollback().join('\n'), /800 downloaded, .* 0 failed/);
	assert.deepEqual(await bed.faults('out'), []);
});

test('Esc leaves the dashboard paused, 4 saves and leaves with status 4, resume asks for the sign-in itself', async () => {
	await using bed = await Bed.make({
		keys: 400,
		sizes: [1000],
		latency: 40,
		identityCenter: {interval: 0.2},
	});
	const person = await SignInBed.make(bed);
	await person.signIn();
	const look = {env: person.env, columns: 80, rows: 24};
	await using tty = bed.tty(bed.get('out', '--connections', '4'), look);
	await tty.until(/Downloading · job 1/, 20_000);
	await person.untilBytes(20_000, 20_000);
	await person.revoke();
	await untilSignInScreen(tty);
	tty.key('escape');
	await tty.until(/Your AWS sign-in ended at \d\d:\d\d\. The job waits, nothing is lost\./);
	await tty.until(/i sign in again/);
	tty.key('i');
	await untilSignInScreen(tty);
	tty.key('4');
	assert.equal((await tty.exit).code, 4);
	assert.match(tty.scrollback().join('\n'), /Next +muster resume 1/);
	assert.ok(tty.cursorVisible && !tty.alternateScreen);

	await using again = bed.tty(['resume'], look);
	await untilSignInScreen(again);
	await person.approve(await shownCode(again));
	assert.equal((await again.exit).code, 0, again.scrollback().join('\n'));
	assert.deepEqual(await bed.faults('out'), []);
	const gets = [...(await bed.getsByKey()).values()];
	assert.ok(gets.every(({complete}) => complete === 1));
});

test('with no terminal: one clear line, status 4, resume; or a wait for a sign-in elsewhere', async () => {
	await using bed = await Bed.make({
		keys: 300,
		sizes: [1000],
		latency: 60,
		identityCenter: {interval: 0.2},
	});
	const person = await SignInBed.make(bed);
	await person.signIn();
	const first = bed.start(
		['get', 's3://flat', '--to', bed.folder('out'), '--yes', '--json', '--connections', '4'],
		person.env,
	);
	await person.untilBytes(20_000, 20_000);
	await person.expire();
	assert.equal((await first.exit).code, 4, first.err());
	const events = first
		.out()
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as Record<string, unknown>);
	assert.ok(events.some(({type, reason}) => type === 'paused' && reason === 'credentials'));
	assert.deepEqual(
		events.filter(({type, status}) => type === 'file' && status === 'failed'),
		[],
	);
	const {type, exit_code: exitCode} = events.at(-1) ?? {};
	assert.deepEqual([type, exitCode], ['summary', 4]);
	assert.match(first.err(), /aws sso login --profile sandbox.*muster resume 1/);

	// never signed in: it waits already before the roll call
	const second = bed.start(['resume', '--plain', '--wait-for-credentials', '30s'], person.env);
	await until(
		() =>
			second.out().includes('waiting up to 30 s') || second.err().includes('waiting up to 30 s'),
		`words of the wait in ${second.out()}${second.err()}`,
	);
	await person.signIn();
	assert.equal((await second.exit).code, 0, second.out() + second.err());
	assert.deepEqual(await bed.faults('out'), []);
	const gets = [...(await bed.getsByKey()).values()];
	assert.ok(gets.every(({complete}) => complete === 1));

	await person.expire();
	const third = bed.start(
		[
			'get',
			's3://flat',
			'--to',
			bed.folder('other'),
			'--yes',
			'--plain',
			'--wait-for-credentials',
			'1s',
		],
		person.env,
	);
	assert.equal((await third.exit).code, 4, third.out() + third.err());
});

test('ahead of its end: the dashboard counts down, and i renews it while files flow', async () => {
	await using bed = await Bed.make({
		keys: 900,
		sizes: [1000],
		latency: 60,
		// the SDKs take no token that has less than five minutes left
		identityCenter: {interval: 0.2, roleSeconds: 420, tokenSeconds: 420},
	});
	const person = await SignInBed.make(bed);
	await person.signIn();
	await using tty = bed.tty(bed.get('out', '--connections', '4'), {
		env: person.env,
		columns: 80,
		rows: 24,
	});
	await tty.until(/Your sign-in ends in [67] m/, 20_000);
	const before = await person.center();
	tty.key('i');
	await tty.until(/Your sign-in lasts until \d\d:\d\d/);
	const gets = await bed.gets();
	const code = await shownCode(tty);
	await bed.untilGets(gets + 20);
	await person.approve(code);
	await tty.until(/Downloading · job 1|900 downloaded/);
	assert.equal((await tty.exit).code, 0, tty.scrollback().join('\n'));
	const {counts} = await person.center();
	assert.equal(counts.tokens, before.counts.tokens + 1, 'a new sign-in');
	assert.equal(await person.refused(), 0, 'nothing was ever refused');
	assert.deepEqual(await bed.faults('out'), []);
});
