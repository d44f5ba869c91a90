import assert from 'node:assert/strict';
import {test} from 'node:test';
import {buildJobSpec} from '../../source/config/job-spec.ts';
import {mergeSettings} from '../../source/config/merge.ts';
import type {Settings} from '../../source/config/settings.ts';
import {MusterError} from '../../source/model/error.ts';

const around = {workingFolder: '/home/ada', environment: {}, canAsk: false};
const build = (settings: Settings) => buildJobSpec(settings, around);
const refused = (settings: Settings, words: RegExp): void => {
	assert.throws(
		() => build(settings),
		(error) => {
			assert.ok(error instanceof MusterError);
			assert.equal(error.code, 'usage');
			assert.match(`${error.message} ${error.hint ?? ''}`, words);
			return true;
		},
	);
};

test('a source gives bucket, prefix and the name of the folder', () => {
	const spec = build({source: 's3://lake/sessions/2025'});
	assert.equal(spec.bucket, 'lake');
	assert.equal(spec.prefix, 'sessions/2025/');
	assert.equal(spec.folder, '/home/ada/2025');
	assert.equal(build({source: 's3://lake'}).folder, '/home/ada/lake');
	assert.equal(build({source: 's3://lake/../'}).folder, '/home/ada/lake');
	assert.equal(build({source: 's3://lake/a', to: 'out'}).folder, '/home/ada/out');
});

test('a manifest gives its folder or its name', () => {
	assert.equal(build({actors: 'data/actorsData.json'}).folder, '/home/ada/data');
	assert.equal(build({keys: 'lists/wanted.txt'}).folder, '/home/ada/wanted');
	assert.deepEqual(
		build({csv: 'a.csv', column: 'name', header: false, source: 's3://lake'}).manifest,
		{
			kind: 'csv',
			file: '/home/ada/a.csv',
			column: 'name',
			header: false,
		},
	);
	refused({keys: '-'}, /--to/);
});

test('options that can not both be meant are refused, each named', () => {
	const source = 's3://lake/a';
	refused({source, csv: 'a', actors: 'b'}, /--csv and --actors/);
	refused({source, json: true, plain: true}, /--plain and --json/);
	refused({source, json: true, quiet: true}, /--json and --quiet/);
	refused({source, quiet: true, verbose: true}, /--verbose and --quiet/);
	refused({source, signRequest: false, profile: 'p'}, /--no-sign-request and --profile/);
	refused({source, column: 'c'}, /--column says nothing without --csv/);
	refused({source, header: false}, /--no-header says nothing without --csv/);
	refused({source, pointer: '/a'}, /--actors/);
	refused({source, accessKeyFile: 'k'}, /--secret-key-file/);
	refused({source, accessKey: true}, /--secret-key/);
	refused({source, secretKey: true}, /--access-key/);
	refused({source, accessKey: true, sessionToken: true}, /--secret-key/);
	refused({source, accessKey: true, secretKey: true, profile: 'p'}, /--profile and --access-key/);
	refused({source, minSize: 5, maxSize: 4}, /--min-size/);
	refused({source, json: true, ambiguous: 'ask'}, /--ambiguous ask/);
	refused({}, /s3:\/\/bucket\/prefix/);
	refused({source: 'lake/a'}, /s3:\/\/lake\/a/);
	refused({source: 'gs://lake/a'}, /s3:\/\//);
	refused({source: 's3:///a'}, /bucket/);
});

test('numbers by hand win over a preset; ambiguity is asked about only where one can', () => {
	const spec = build({source: 's3://lake', preset: 'maximum', groups: 2});
	assert.deepEqual([spec.perGroup, spec.groups], [30, 2]);
	assert.equal(spec.ambiguous, 'skip');
	assert.equal(buildJobSpec({source: 's3://lake'}, {...around, canAsk: true}).ambiguous, 'ask');
});

test('environment variables have the meaning of the AWS tools, options win', () => {
	const environment = {
		AWS_ENDPOINT_URL: 'http://all',
		AWS_ENDPOINT_URL_S3: 'http://s3',
		AWS_DEFAULT_REGION: 'eu-west-1',
	};
	const store = (settings: Settings) =>
		buildJobSpec({source: 's3://lake', ...settings}, {...around, environment}).store;
	assert.deepEqual(store({}), {provider: 's3', region: 'eu-west-1', endpoint: 'http://s3'});
	assert.equal(store({endpointUrl: 'http://mine', region: 'x'}).endpoint, 'http://mine');
	assert.equal(store({region: 'x'}).region, 'x');
});

test('credentials are names and files, never secrets', () => {
	const credentials = (settings: Settings) => build({source: 's3://lake', ...settings}).credentials;
	assert.deepEqual(credentials({}), {kind: 'chain'});
	assert.deepEqual(credentials({profile: 'p'}), {kind: 'profile', profile: 'p'});
	assert.deepEqual(credentials({signRequest: false}), {kind: 'anonymous'});
	assert.deepEqual(credentials({envFile: '.env'}), {kind: 'env-file', file: '/home/ada/.env'});
	assert.deepEqual(credentials({accessKeyFile: 'a', secretKeyFile: '/b'}), {
		kind: 'files',
		accessKeyFile: '/home/ada/a',
		secretKeyFile: '/b',
	});
	assert.deepEqual(credentials({accessKey: true, secretKey: true}), {kind: 'options'});
});

test('the command line wins over the file with everything that depends on it', () => {
	const file: Settings = {csv: '/a.csv', column: 'c', profile: 'p', json: true, perGroup: 3};
	assert.deepEqual(
		mergeSettings(file, {actors: '/x.json', signRequest: false, quiet: true, preset: 'maximum'}),
		{
			actors: '/x.json',
			signRequest: false,
			quiet: true,
			preset: 'maximum',
		},
	);
	assert.deepEqual(mergeSettings(file, {perGroup: 9}), {...file, perGroup: 9});
	build({source: 's3://lake', ...mergeSettings(file, {keys: '/k'})});
});
