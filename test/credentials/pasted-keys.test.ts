import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {inspect} from 'node:util';
import * as fc from 'fast-check';
import {readPastedKeys} from '../../source/credentials/pasted-keys.ts';
import {MusterError} from '../../source/model/error.ts';

const access = 'ASIAQWERTYUIOPASDFGH';
const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYzEXAMPLEKE';
const token = `IQoJb3JpZ2luX2VjE${'Ab1/Cd2+'.repeat(60)}Zz==`;
const keys = {accessKeyId: access, secretAccessKey: secret, sessionToken: token};
const region = 'eu-west-1';
const expires = Date.parse('2099-01-01T00:00:00Z');

/** As a terminal of that width shows it, copied with its line ends and the margin of a pager. */
function wrap(text: string, width: number, margin = ''): string {
	return text
		.split('\n')
		.map((line) => line.match(new RegExp(`.{1,${width}}`, 'g'))?.join(`\n${margin}`) ?? '')
		.join('\n');
}

type Keys = typeof keys;

function bashOf({accessKeyId: access, secretAccessKey: secret, sessionToken: token}: Keys): string {
	return `export AWS_ACCESS_KEY_ID="${access}"\nexport AWS_SECRET_ACCESS_KEY="${secret}"\nexport AWS_SESSION_TOKEN="${token}"`;
}

function iniOf({accessKeyId: access, secretAccessKey: secret, sessionToken: token}: Keys): string {
	return `[123456789012_Trainer]\naws_access_key_id=${access}\naws_secret_access_key=${secret}\naws_session_token=${token}`;
}

/** What is copied from many places, each with the same keys. */
function blocksOf(own: Keys): Readonly<Record<string, string>> {
	const {accessKeyId: access, secretAccessKey: secret, sessionToken: token} = own;
	const json = {AccessKeyId: access, SecretAccessKey: secret, SessionToken: token};
	const bash = bashOf(own);
	const ini = iniOf(own);
	return {
		'the portal, bash': bash,
		'the portal, cmd': `SET AWS_ACCESS_KEY_ID=${access}\r\nset AWS_SECRET_ACCESS_KEY=${secret}\r\nSET AWS_SESSION_TOKEN=${token}\r\n`,
		'the portal, PowerShell': `$Env:AWS_ACCESS_KEY_ID="${access}"\n$Env:AWS_SECRET_ACCESS_KEY="${secret}"\n$Env:AWS_SESSION_TOKEN="${token}"`,
		'the portal, ini': ini,
		'ini with blanks and a region': ini.replaceAll(/^(\w+)=/gm, '$1 = '),
		'cmd with quotes around all of it': `set "AWS_ACCESS_KEY_ID=${access}"\nset "AWS_SECRET_ACCESS_KEY=${secret}" & set "AWS_SESSION_TOKEN=${token}"`,
		'fish and csh': `set -gx AWS_ACCESS_KEY_ID "${access}"\nsetenv AWS_SECRET_ACCESS_KEY ${secret}\nset -gx AWS_SESSION_TOKEN '${token}'`,
		'PowerShell calls': `[Environment]::SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "${access}")\nSet-AWSCredential -SecretKey ${secret} -SessionToken ${token}`,
		'.env': `# keys of today\nAWS_ACCESS_KEY_ID=${access}\nAWS_SECRET_ACCESS_KEY=${secret}\nAWS_SESSION_TOKEN=${token}\n`,
		'older names': `AWS_ACCESS_KEY=${access}\nAWS_ACCESS_SECRET=${secret}\nAWS_SECURITY_TOKEN=${token}`,
		'one line of a shell': `AWS_ACCESS_KEY_ID=${access} AWS_SECRET_ACCESS_KEY=${secret} AWS_SESSION_TOKEN=${token} aws s3 ls`,
		'sts, JSON': JSON.stringify(
			{Credentials: json, AssumedRoleUser: {Arn: 'arn:aws:sts::1:x'}},
			null,
			4,
		),
		'export-credentials, fenced, trailing comma': `\`\`\`json\n{\n  "Version": 1,\n  "AccessKeyId": "${access}",\n  "SecretAccessKey": "${secret}",\n  "SessionToken": "${token}",\n}\n\`\`\``,
		'JSON in a string of JSON': JSON.stringify(JSON.stringify(json, null, 2)),
		'JSON with escaped slashes': JSON.stringify(json)
			.replaceAll('/', String.raw`\/`)
			.replaceAll('+', String.raw`\u002B`),
		'instance metadata': JSON.stringify({
			Code: 'Success',
			AccessKeyId: access,
			SecretAccessKey: secret,
			Token: token,
		}),
		'XML of sts': `<Credentials><AccessKeyId>${access}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${token}</SessionToken></Credentials>`,
		'three plain lines': `${access}\n${secret}\n${token}\n`,
		'labels and lines under them': `AWS access key ID\n${access}\nAWS secret access key\n${secret}\nAWS session token\n${token}`,
		'labels with colons': `Access key ID: ${access}\nSecret access key:\n${secret}\nSession token: ${token}`,
		'aws configure': `AWS Access Key ID [****************ABCD]: ${access}\nAWS Secret Access Key [None]: ${secret}\naws_session_token ${token}`,
		'the same block twice': `${bash}\n\n${ini}`,
		'the same plain lines twice': `${access}\n${secret}\n${token}\n`.repeat(2),
		'options of muster': `--access-key ${access} --secret-key ${secret} --session-token=${token}`,
		'an old set in comments': `# AWS_ACCESS_KEY_ID=AKIAAAAAAAAAAAAAAAAA\n${bash}`,
		'a heredoc': `cat >> ~/.aws/credentials <<EOF\n${ini}\nEOF\n`,
	};
}

const blocks = blocksOf(keys);
const bash = bashOf(keys);
const ini = iniOf(keys);
const expiring = {
	AccessKeyId: access,
	SecretAccessKey: secret,
	SessionToken: token,
	Expiration: '2099-01-01T00:00:00Z',
};

const noises: Readonly<Record<string, (text: string) => string>> = {
	'as it is': (text) => text,
	'in a bracketed paste': (text) => `\u001B[200~${text}\u001B[201~`,
	'in half a bracketed paste': (text) => `[200~${text}`,
	'with CRLF': (text) => text.replaceAll(/\r?\n/g, '\r\n'),
	'with CR alone': (text) => text.replaceAll(/\r?\n/g, '\r'),
	'with prompts': (text) => text.replaceAll(/^(?=.)/gm, '$ '),
	'with prompts of root': (text) => text.replaceAll(/^(?=.)/gm, '# '),
	'with prompts of PowerShell': (text) =>
		text.replaceAll(/^(?=.)/gm, String.raw`PS C:\Users\new> `),
	'with a prompt of a host': (text) => text.replaceAll(/^(?=.)/gm, 'root@train-4:~/data# '),
	'with curly quotes': (text) => text.replaceAll(/"([^"\n]*)"/g, '\u201C$1\u201D'),
	'with other blanks': (text) => text.replaceAll(' ', '\u00A0'),
	'with characters without width': (text) => `\uFEFF${text.replaceAll(/(.{7})/g, '$1\u200B')}`,
	'with colours': (text) => `\u001B[32m${text}\u001B[0m`,
	indented: (text) => text.replaceAll(/^(?=.)/gm, '      '),
	'with blank lines around': (text) => `\n\n${text}\n\n`,
};

describe('what is pasted', () => {
	for (const [block, text] of Object.entries(blocks))
		test(block, () => {
			for (const [noise, disturb] of Object.entries(noises))
				if (block !== 'an old set in comments' || noise !== 'with prompts of root')
					assert.deepEqual(readPastedKeys(disturb(text)).credentials, keys, noise);
		});

	for (const block of ['the portal, bash', 'the portal, ini', '.env', 'three plain lines'])
		test(`${block}, wrapped by a terminal`, () => {
			for (const width of [60, 72, 80, 100, 132])
				for (const margin of ['', '  ', '> ', '    '])
					assert.deepEqual(
						readPastedKeys(wrap(blocks[block] ?? '', width, margin)).credentials,
						keys,
						`${width} "${margin}"`,
					);
		});

	test('a wrapped secret alone is put together as well', () => {
		for (const width of [25, 30, 41]) {
			const {credentials} = readPastedKeys(
				wrap(`aws_access_key_id=\n${access}\naws_secret_access_key=${secret}\n`, width) +
					`aws_session_token=${token}`,
			);
			assert.deepEqual(credentials, keys, String(width));
		}
	});

	test('lines continued with a backslash, a backtick or a caret, and boxes', () => {
		for (const mark of ['\\', '`', '^'])
			assert.deepEqual(
				readPastedKeys(wrap(bash, 70).replaceAll('\n', `${mark}\n`)).credentials,
				keys,
			);
		const box = wrap(bash, 70).replaceAll(/^(.*)$/gm, '│ $1 │');
		assert.deepEqual(readPastedKeys(box).credentials, keys);
	});

	test('region and expiry come along; the label is four characters', () => {
		for (const text of [
			`${bash}\nexport AWS_REGION=${region}\nexport AWS_CREDENTIAL_EXPIRATION=2099-01-01T00:00:00Z`,
			JSON.stringify({...expiring, region}),
			`${ini}\nregion = ${region}\noutput = json\nx_security_token_expires = 2099-01-01T00:00:00Z`,
			`AWS_DEFAULT_REGION=${region}\n${access}\n${secret}\n${token}\nExpiration: 2099-01-01T00:00:00Z`,
		])
			assert.deepEqual(
				readPastedKeys(text),
				{credentials: {...keys, expires}, region, label: '…DFGH'},
				text.slice(0, 40),
			);
		assert.equal(readPastedKeys(`${bash}\nAWS_REGION=evil.example/`).region, undefined);
	});

	test('lasting keys need no token, keys of other services have any form', () => {
		const lasting = {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: secret};
		const csv = `\uFEFFAccess key ID,Secret access key\r\n${lasting.accessKeyId},${secret}\r\n`;
		assert.deepEqual(readPastedKeys(csv).credentials, lasting);
		const other = 'AWS_ACCESS_KEY_ID=minioadmin\nAWS_SECRET_ACCESS_KEY=minio-secret!\n';
		assert.deepEqual(readPastedKeys(other).credentials, {
			accessKeyId: 'minioadmin',
			secretAccessKey: 'minio-secret!',
		});
	});
});

function refused(text: string, message: RegExp): void {
	assert.throws(
		() => readPastedKeys(text),
		(error: unknown) => {
			assert.ok(error instanceof MusterError);
			assert.equal(error.code, 'usage');
			assert.match(error.message, message);
			assert.ok(error.hint);
			const told = inspect(error, {depth: 9});
			for (const value of [access, secret.slice(0, 12), token.slice(0, 12)])
				assert.ok(!told.includes(value), value);
			return true;
		},
	);
}

describe('what is refused, in words', () => {
	const line = (name: string) =>
		bash
			.split('\n')
			.filter((each) => !each.includes(name))
			.join('\n');

	test('parts that are lacking', () => {
		refused('', /Nothing/);
		refused(' \n\u200B', /Nothing/);
		refused(line('ACCESS_KEY_ID'), /No access key/);
		refused(line('SECRET'), /secret key is lacking/);
		refused(`${access}\n`, /secret key is lacking/);
		refused(line('TOKEN'), /session token is lacking.*ASIA/);
		refused(`${access}\n${secret}`, /session token is lacking/);
		refused('export AWS_ACCESS_KEY_ID=\nexport AWS_SECRET_ACCESS_KEY=\n', /No access key/);
	});

	test('two sets', () => {
		const other = bash.replace(access, 'ASIAQWERTYUIOPASDFGI');
		refused(`${bash}\n${other}`, /Two different sets/);
		refused(`${bash}\n${ini.replace(secret, secret.toLowerCase())}`, /Two different sets/);
		refused(`${bash}\nAWS_SESSION_TOKEN=${token}x`, /Two different sets/);
		refused(`${access}\n${secret}\n${token}\nAKIAIOSFODNN7EXAMPLE\n${secret}`, /Two different/);
		refused(`${access}\n${secret}\n${token}\n${access}\n${secret}x`, /Two different/);
	});

	test('what is no key', () => {
		refused('rm -rf /tmp/cache && echo done', /No access key/);
		refused('https://studio.awsapps.com/start/#/console?account_id=1', /No access key/);
		refused('arn:aws:iam::123456789012:role/Trainer', /No access key/);
		refused('AROAQWERTYUIOPASDFGH', /id of a user or a role/);
		refused(bash.replace(access, access.slice(0, 15)), /access key is not whole/);
		refused(bash.replace(access, '<your key>'), /No access key|holds characters/);
	});

	test('secrets that are not whole', () => {
		refused(bash.replace(secret, secret.slice(1)), /39 characters instead of 40/);
		refused(bash.replace(secret, `${secret}a`), /41 characters instead of 40/);
		refused(`${access}\n${secret.slice(1)}\n${token}`, /instead of 40/);
		refused(bash.replace(secret, '****************'), /secret key is hidden/);
		refused(bash.replace(token, `${token.slice(0, 30)}…`), /session token is hidden or cut off/);
		refused(bash.replace(secret, secret.replace('w', '$')), /secret key holds characters/);
	});

	test('keys that have ended', () => {
		refused(`${bash}\nAWS_CREDENTIAL_EXPIRATION=2020-05-06T07:08:09Z`, /ended at 2020-05-06 07:08/);
	});
});

describe('whatever keys there are', () => {
	const of = (letters: string, length: number) =>
		fc
			.array(fc.constantFrom(...Array.from(letters)), {minLength: length, maxLength: length})
			.map((all) => all.join(''));
	const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
	const base64 = `${base32}abcdefghijklmnopqrstuvwxyz0189/+`;
	const anyKeys = fc.record(
		{
			accessKeyId: of(base32, 16).map((text) => `ASIA${text}`),
			secretAccessKey: of(base64, 40),
			sessionToken: fc
				.integer({min: 100, max: 900})
				.chain((length) => of(base64, length))
				.chain((text) => fc.constantFrom('', '=', '==').map((end) => text + end)),
		},
		{noNullPrototype: true},
	);
	/** where a name is broken as well, nobody can tell */
	const wrappable = new Set(['the portal, bash', 'the portal, ini', '.env', 'three plain lines']);
	const noise = fc.constantFrom(...Object.values(noises));

	test('every block with every noise at every width gives them back', () => {
		fc.assert(
			fc.property(
				anyKeys,
				fc.constantFrom(...Object.keys(blocks)),
				noise,
				fc.constantFrom(80, 97, 120),
				(own, block, disturb, width) => {
					const text = blocksOf(own)[block] ?? '';
					const prompted =
						block === 'an old set in comments' && disturb === noises['with prompts of root'];
					if (!prompted) assert.deepEqual(readPastedKeys(disturb(text)).credentials, own);
					if (!wrappable.has(block)) return;
					assert.deepEqual(readPastedKeys(disturb(wrap(text, width))).credentials, own);
				},
			),
			{numRuns: 1500},
		);
	});

	test('no text is ever repeated in a refusal, and nothing else is thrown', () => {
		const word = fc.oneof(
			fc.string({unit: 'binary', maxLength: 30}),
			fc.constantFrom(
				bash,
				ini,
				access,
				secret,
				token,
				'"',
				'=',
				'\n',
				'AWS_SESSION_TOKEN=',
				'{',
				'#',
			),
		);
		fc.assert(
			fc.property(fc.array(word, {maxLength: 12}), (words) => {
				const text = words.join('');
				try {
					const {label} = readPastedKeys(text);
					assert.match(label, /^….{4}$/u);
				} catch (error) {
					assert.ok(error instanceof MusterError, String(error));
					const told = `${error.message}${error.hint}${error.stack}`;
					for (const value of [access, secret, token.slice(0, 40)])
						assert.ok(!told.includes(value));
				}
			}),
			{numRuns: 3000},
		);
	});
});
