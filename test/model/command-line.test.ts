import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {commandLine, shellWord} from '../../source/model/command-line.ts';
import {jobSpecDefaults, type JobSpec} from '../../source/model/job-spec.ts';
import {safeText} from '../../source/model/safe-text.ts';

const base: JobSpec = {
	...jobSpecDefaults,
	store: {provider: 's3'},
	credentials: {kind: 'chain'},
	bucket: 'studio-voice-takes',
	prefix: 'sessions/2025/',
	manifest: {kind: 'prefix'},
	folder: '/data/takes',
};

test('a whole prefix with defaults names only what has none', () => {
	assert.equal(
		commandLine(base),
		'muster get s3://studio-voice-takes/sessions/2025/ --to /data/takes --ambiguous skip --yes',
	);
});

test('everything that differs from its default is said once', () => {
	const line = commandLine({
		...base,
		store: {
			provider: 's3',
			region: 'eu-west-1',
			endpoint: 'http://127.0.0.1:9000',
			requestPayer: true,
		},
		credentials: {kind: 'profile', profile: "o'hara dev"},
		manifest: {
			kind: 'csv',
			file: '/home/a/my takes.csv',
			column: 'take id',
			groupBy: 'actor',
			header: false,
			delimiter: '\t',
			ending: '.wav',
		},
		layout: 'groups',
		match: 'loose',
		ambiguous: 'ask',
		filters: {
			include: ['*.wav', '$HOME/*'],
			exclude: [],
			extensions: ['.wav', '.flac'],
			minSize: 1,
		},
		overwrite: 'never',
		verify: 'size',
		perGroup: 30,
		groups: 15,
		connections: 32,
		limitRate: 1000,
		retries: 9,
		allowMissing: true,
	});
	assert.equal(
		line,
		"muster get s3://studio-voice-takes/sessions/2025/ --csv '/home/a/my takes.csv'" +
			" --column 'take id' --group-by actor --no-header --delimiter $'\\011' --ending .wav" +
			" --to /data/takes --layout groups --match loose --ambiguous skip --include '*.wav'" +
			" --include '$HOME/*' --ext wav,flac --min-size 1 --overwrite never --verify size" +
			' --preset maximum --connections 32 --limit-rate 1000 --retries 9 --allow-missing' +
			" --profile 'o'\\''hara dev' --region eu-west-1 --endpoint-url http://127.0.0.1:9000" +
			' --request-payer --yes',
	);
});

test('other credentials, other lists, no bucket', () => {
	assert.match(
		commandLine({...base, bucket: '', prefix: '', manifest: {kind: 'actors', file: 'a.json'}}),
		/^muster get --actors a\.json --to /,
	);
	assert.match(commandLine({...base, manifest: {kind: 'keys', file: '-'}}), / --keys - /);
	assert.match(commandLine({...base, manifest: {kind: 'keys', file: '-k'}}), / --keys=-k /);
	assert.match(commandLine({...base, credentials: {kind: 'anonymous'}}), / --no-sign-request /);
	assert.match(
		commandLine({...base, credentials: {kind: 'env-file', file: '.env'}}),
		/ --env-file \.env /,
	);
	assert.match(
		commandLine({...base, credentials: {kind: 'files', accessKeyFile: 'id', secretKeyFile: 's'}}),
		/ --access-key-file id --secret-key-file s --yes$/,
	);
	assert.match(commandLine({...base, perGroup: 7}), / --per-group 7 --groups 5 /);
});

test('a shell gives every word back, byte for byte, and the terminal sees no control character', () => {
	const word = fc.oneof(
		fc.string({unit: 'binary', minLength: 1, maxLength: 12}).map((text) => text.toWellFormed()),
		fc.constantFrom(
			'=ls',
			'~',
			"'",
			'$(id)',
			'`id`',
			'a\nb',
			'\u001B[31m',
			'\\',
			'!!',
			'-',
			'\u202Eabc',
		),
	);
	fc.assert(
		fc.property(fc.array(word, {minLength: 1, maxLength: 200}), (words) => {
			const wanted = words.map((text) => text.replaceAll('\0', ''));
			const line = wanted.map(shellWord).join(' ');
			assert.equal(safeText(line), line);
			const printed = execFileSync('bash', ['-c', `printf '%s\\0' ${line}`]).toString();
			assert.deepEqual(printed.split('\0').slice(0, -1), wanted);
		}),
		{numRuns: 15},
	);
});
