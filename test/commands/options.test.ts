import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {inspect} from 'node:util';
import {Command} from 'commander';
import {givenSettings, jobOptions} from '../../source/commands/options.ts';
import {buildJobSpec} from '../../source/config/job-spec.ts';
import {settings} from '../../source/config/settings.ts';
import type {Settings} from '../../source/config/settings.ts';
import {optionKeys} from '../../source/model/job-spec.ts';
import {commandLine} from '../../source/model/command-line.ts';

function parse(words: readonly string[]): Settings {
	const command = jobOptions(new Command('get').argument('[SOURCE]').exitOverride());
	command.configureOutput({writeErr: () => {}}).parse([...words], {from: 'user'});
	const [source] = command.args;
	return {...givenSettings(command), ...(source === undefined ? {} : {source})};
}

test('only what was given is set', () => {
	assert.deepEqual(parse([]), {});
	assert.deepEqual(
		parse([
			's3://lake/a',
			'--include',
			'*.png',
			'--include=b/**',
			'--ext',
			'png,JPG',
			'--no-sign-request',
			'--no-header',
			'--no-color',
			'--request-payer',
			'requester',
			'--auto-confirm',
			'--limit-rate',
			'1MB/s',
			'--connections',
			'auto',
			'--csv',
			'-',
		]),
		{
			source: 's3://lake/a',
			include: ['*.png', 'b/**'],
			ext: ['.png', '.jpg'],
			signRequest: false,
			header: false,
			color: false,
			requestPayer: true,
			yes: true,
			limitRate: 1_000_000,
			connections: 'auto',
			csv: '-',
		},
	);
});

test('keys on the line go into the environment; settings say only that they were given', () => {
	try {
		const words = ['--access-key', 'AKIALINE', '--secret-key=hush hush', '--session-token', 'tok'];
		assert.throws(() => parse(words), /--secret-key/);
		words[2] = '--secret-key=hush/hush ';
		const given = parse(['s3://lake', ...words]);
		assert.deepEqual(given, {
			source: 's3://lake',
			accessKey: true,
			secretKey: true,
			sessionToken: true,
		});
		assert.equal(process.env['MUSTER_ACCESS_KEY'], 'AKIALINE');
		assert.equal(process.env['MUSTER_SECRET_KEY'], 'hush/hush');
		assert.equal(process.env['MUSTER_SESSION_TOKEN'], 'tok');
	} finally {
		for (const name of Object.values(optionKeys)) delete process.env[name];
	}
});

test('a key that can be none is refused without being repeated', () => {
	let told = '';
	const command = jobOptions(new Command('get').argument('[SOURCE]').exitOverride());
	command.configureOutput({writeErr: (text) => (told += text)});
	for (const words of [['--secret-key', 'hush hush'], ['--secret-key=']])
		assert.throws(
			() => command.parse(words, {from: 'user'}),
			(error) => /--secret-key is empty/.test(String(error)) && !/hush/.test(inspect(error)),
		);
	assert.equal(told, '');
});

test('the line that repeats a job means the same job', () => {
	const around = {workingFolder: '/work', environment: {}, canAsk: false};
	const table: readonly Settings[] = [
		{source: 's3://lake/sessions/2025'},
		{
			source: "s3://lake/it's a/ü \u001B[31m",
			csv: 'a b.csv',
			column: '-x',
			groupBy: '$HOME',
			delimiter: '\t',
			ending: '.png',
			header: false,
			to: 'out put',
			include: ['*.png', '!(a)'],
			exclude: ['b/**'],
			ext: ['.png', '.jpg'],
			minSize: 5,
			maxSize: 6,
		},
		{actors: 'x.json', pointer: '/data/0', perGroup: 7, groups: 2, connections: 9, retries: 2},
		{
			keys: 'k.txt',
			preset: 'maximum',
			overwrite: 'never',
			verify: 'size',
			layout: 'groups',
			match: 'loose',
			ambiguous: 'newest',
			allowMissing: true,
			limitRate: 5000,
			envFile: '.env',
			region: 'eu-west-1',
			endpointUrl: 'http://127.0.0.1:9000',
			requestPayer: true,
		},
		{source: 's3://lake', accessKeyFile: 'a', secretKeyFile: 'b', sessionTokenFile: 'c'},
		{source: 's3://lake', signRequest: false},
	];
	for (const given of table) {
		const spec = buildJobSpec(given, around);
		const line = commandLine(spec).replace(/^muster get/, 'printf "%s\\0"');
		const words = execFileSync('bash', ['-c', line], {encoding: 'utf8'}).split('\0').slice(0, -1);
		const {yes, ...again} = parse(words);
		assert.equal(yes, true);
		assert.deepEqual(buildJobSpec(again, around), spec);
	}
});

test('the README names every option', () => {
	const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
	for (const {flags} of settings) {
		const flag = flags.split(' ')[0] ?? '';
		assert.ok(readme.includes(flag), flag);
	}
});
