import assert from 'node:assert/strict';
import {test} from 'node:test';
import {providerFor, providerModule} from '../../source/stores/index.ts';
import {hasCode} from '../contracts/store.ts';

test('a worker finds the same provider behind the module URL', async () => {
	const url = providerModule('s3');
	assert.match(url, /^file:/);
	const loaded = (await import(url)) as {provider: unknown};
	assert.equal(loaded.provider, providerFor('s3'));
});

test('an unknown store is told by name', () => {
	assert.throws(() => providerFor('gopher'), hasCode('configuration'));
});
