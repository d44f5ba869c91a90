import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {Command} from 'commander';
import {jobOptions, soundSettings} from '../../source/commands/options.ts';
import {buildJobSpec} from '../../source/config/job-spec.ts';
import {commandLine, shellWord} from '../../source/model/command-line.ts';
import {jobSpecDefaults, type JobSpec} from '../../source/model/job-spec.ts';
import {safeText} from '../../source/model/safe-text.ts';
import {parseGlob} from '../../source/config/values.ts';

/** Brackets that don't close are refused when the line is read. */
function isGlob(value: string): boolean {
	try {
		parseGlob(value);
		return true;
	} catch {
		return false;
	}
}

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
			" --column 'take id' --group-by actor --no-header --delimiter tab --ending .wav" +
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
	assert.match(commandLine({...base, credentials: {kind: 'options'}}), / --ambiguous skip --yes$/);
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

/** What the program itself makes of a line. */
function specOfLine(line: string): JobSpec {
	const printed = execFileSync('bash', ['-c', `printf '%s\\0' ${line}`]).toString();
	const words = printed.split('\0').slice(2, -1);
	let spec: JobSpec | undefined;
	const command = jobOptions(new Command('get'))
		.argument('[source]')
		.exitOverride()
		.action((source: string | undefined) => {
			spec = buildJobSpec(
				{...soundSettings(command), ...(source === undefined ? {} : {source})},
				{workingFolder: '/work', environment: {}, canAsk: true},
			);
		});
	command.parse(words, {from: 'user'});
	assert.ok(spec !== undefined);
	return spec;
}

test('the line, read by the program, is the same job again', () => {
	const text = fc
		.string({unit: 'grapheme', minLength: 1, maxLength: 10})
		.filter((value) => value.trim() !== '' && !value.includes('\0'));
	const file = fc.stringMatching(/^[a-z -]{1,10}$/).map((name) => `/lists/x${name}x.csv`);
	const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, {nil: undefined});
	const manifest: fc.Arbitrary<JobSpec['manifest']> = fc.oneof(
		fc.constant({kind: 'prefix' as const}),
		fc.record(
			{
				kind: fc.constant('csv' as const),
				file,
				column: text,
				groupBy: text,
				header: fc.constant(false),
				delimiter: fc.constantFrom(';', '\t', '|'),
				ending: fc.constantFrom('.png', '_0.jpg'),
			},
			{requiredKeys: ['kind', 'file']},
		),
		fc.record(
			{kind: fc.constant('actors' as const), file, pointer: fc.constant('/data/images')},
			{requiredKeys: ['kind', 'file']},
		),
		fc.record({kind: fc.constant('keys' as const), file}),
	);
	const credentials: fc.Arbitrary<JobSpec['credentials']> = fc.oneof(
		fc.constant({kind: 'chain' as const}),
		fc.constant({kind: 'anonymous' as const}),
		fc.record({kind: fc.constant('profile' as const), profile: text}),
		fc.record({kind: fc.constant('env-file' as const), file}),
		fc.record({kind: fc.constant('files' as const), accessKeyFile: file, secretKeyFile: file}),
	);
	const spec = fc.record({
		manifest,
		credentials,
		folder: file,
		region: maybe(fc.constantFrom('eu-west-1', 'us-east-1')),
		endpoint: maybe(fc.constant('http://127.0.0.1:9000')),
		layout: fc.constantFrom('keys' as const, 'flat' as const, 'groups' as const),
		match: fc.constantFrom('exact' as const, 'stem' as const, 'loose' as const),
		ambiguous: fc.constantFrom('skip' as const, 'first' as const, 'all' as const),
		overwrite: fc.constantFrom('never' as const, 'changed' as const, 'always' as const),
		verify: fc.constantFrom('checksum' as const, 'size' as const),
		include: fc.array(text.filter(isGlob), {maxLength: 2}),
		minSize: maybe(fc.integer({min: 1, max: 1000})),
		maxSize: maybe(fc.integer({min: 1000, max: 2000})),
		perGroup: fc.integer({min: 1, max: 30}),
		groups: fc.integer({min: 1, max: 15}),
		connections: fc.constantFrom('auto' as const, 1, 64),
		limitRate: fc.constantFrom(0, 1_000_000),
		retries: fc.integer({min: 1, max: 9}),
		allowMissing: fc.boolean(),
	});
	fc.assert(
		fc.property(spec, ({region, endpoint, include, minSize, maxSize, ...rest}) => {
			const wanted: JobSpec = {
				...base,
				...rest,
				store: {
					provider: 's3',
					...(region === undefined ? {} : {region}),
					...(endpoint === undefined ? {} : {endpoint}),
				},
				filters: {
					include,
					exclude: [],
					extensions: ['.png', '.jpg'],
					...(minSize === undefined ? {} : {minSize}),
					...(maxSize === undefined ? {} : {maxSize}),
				},
			};
			// the arbitraries make objects without a prototype
			assert.deepEqual(specOfLine(commandLine(wanted)), structuredClone(wanted));
		}),
		{numRuns: 60},
	);
});
