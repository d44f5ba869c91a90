import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {
	actorBucket,
	datalakeBucket,
	datalakeBucketName,
	datalakePrefix,
	missingActorImage,
	roadRows,
	writeSamples,
} from '../../source/sandbox/index.ts';
import type {RoadRow} from '../../source/sandbox/index.ts';
import type {WantedRow} from '../../source/model/snapshot.ts';
import {allRows, balance, rollCall, withBed, type Bed} from './bed.ts';

const roadSpec = (bed: Bed) =>
	bed.spec({
		bucket: datalakeBucketName,
		prefix: datalakePrefix,
		manifest: {kind: 'csv', file: bed.file('images.csv'), column: 'image', groupBy: 'site'},
	});

const stateOf: Record<RoadRow['kind'], WantedRow['state']> = {
	exact: 'waiting',
	'other-extension': 'waiting',
	ambiguous: 'ambiguous',
	duplicate: 'duplicate',
	missing: 'missing',
};

test('the road CSV is right to the row', async () => {
	await withBed([datalakeBucket()], async (bed) => {
		await writeSamples(bed.root);
		const snapshot = await rollCall(bed.engine, roadSpec(bed));
		const expected = roadRows();
		const rows = await allRows(bed.engine);
		assert.equal(rows.length, expected.length);
		for (const [index, row] of rows.entries()) {
			const right = expected[index];
			assert.ok(right);
			const what = `row ${index + 1}: ${right.image}`;
			assert.equal(row.row, index + 1, what);
			assert.equal(row.text, right.image, what);
			assert.equal(row.group, right.site, what);
			assert.equal(row.state, stateOf[right.kind], what);
			if (right.kind === 'exact' || right.kind === 'other-extension')
				assert.equal(row.key, right.key, what);
			if (right.kind === 'missing' && right.key !== undefined) {
				assert.ok(row.candidates.length > 0, `${what} has a suggestion`);
				assert.ok(row.candidates.length <= 3, what);
				assert.ok(
					row.candidates.some(({key}) => key === right.key),
					`${what}: ${right.key} is among ${row.candidates.map(({key}) => key).join()}`,
				);
				assert.ok(row.candidates.every(({reason}) => reason !== null));
			}
			if (right.kind === 'ambiguous') assert.ok(row.candidates.length > 1, what);
		}
		const count = (...kinds: readonly RoadRow['kind'][]) =>
			expected.filter(({kind}) => kinds.includes(kind)).length;
		const {rollCall: counts} = snapshot;
		assert.equal(counts.wanted, 400);
		assert.equal(counts.found, count('exact', 'other-extension'));
		assert.equal(counts.missing, count('missing'));
		assert.equal(counts.ambiguous, count('ambiguous'));
		assert.equal(counts.duplicate, count('duplicate'));
		assert.equal(balance(snapshot), 0);
		assert.equal(counts.keysListed > 1000, true);
		assert.equal(counts.rowsChecked, 400);
		const event = bed.events.find(({type}) => type === 'roll-call');
		assert.deepEqual(event, {
			type: 'roll-call',
			wanted: counts.wanted,
			found: counts.found,
			missing: counts.missing,
			ambiguous: counts.ambiguous,
			local: 0,
			excluded: 0,
			duplicate: counts.duplicate,
			bytes: counts.bytes,
		});
	});
});

test('suggestions, choices and rules keep the account balanced', async () => {
	await withBed([datalakeBucket()], async (bed) => {
		await writeSamples(bed.root);
		const {engine} = bed;
		const before = await rollCall(engine, roadSpec(bed));
		const missing = await allRows(engine, {states: ['missing']});
		const sure = missing.filter(({candidates}) => candidates.length === 1);
		assert.equal(before.rollCall.sureGuesses, sure.length);
		assert.equal(before.rollCall.choices, 0);
		assert.ok(sure.length > 10);
		const {rows: taken} = await engine.call('useSureGuesses', {});
		assert.equal(taken, sure.length);
		let snapshot = engine.getSnapshot();
		assert.equal(balance(snapshot), 0);
		assert.equal(snapshot.rollCall.missing, missing.length - sure.length);
		assert.equal(snapshot.rollCall.sureGuesses, 0);
		assert.equal(snapshot.rollCall.choices, 1);

		const [ambiguous, second] = await allRows(engine, {states: ['ambiguous']});
		assert.ok(ambiguous);
		assert.ok(second);
		const [, other] = ambiguous.candidates;
		assert.ok(other);
		await engine.call('choose', {wantedId: ambiguous.id, objectId: other.objectId});
		const chosen = (await allRows(engine)).find(({id}) => id === ambiguous.id);
		assert.equal(chosen?.key, other.key);
		assert.equal(chosen?.rule, 'chosen');
		assert.equal(chosen?.state, 'waiting');
		assert.equal(balance(engine.getSnapshot()), 0);

		const left = engine.getSnapshot().rollCall.ambiguous;
		const {rows} = await engine.call('resolveAmbiguous', {rule: 'newest'});
		assert.equal(rows, left);
		snapshot = engine.getSnapshot();
		assert.equal(snapshot.rollCall.ambiguous, 0);
		assert.equal(balance(snapshot), 0);
		const newest = [...second.candidates].sort((a, b) => (b.modified ?? 0) - (a.modified ?? 0))[0];
		const resolved = (await allRows(engine)).find(({id}) => id === second.id);
		assert.equal(resolved?.key, newest?.key);
		assert.equal(snapshot.rollCall.wanted, 400);
	});
});

test('a choice can be changed and taken back', async () => {
	await withBed([datalakeBucket()], async (bed) => {
		await writeSamples(bed.root);
		const {engine} = bed;
		const before = await rollCall(engine, roadSpec(bed));
		const [row] = await allRows(engine, {states: ['ambiguous']});
		assert.ok(row);
		const look = async () => (await allRows(engine)).find(({id}) => id === row.id);
		for (const {objectId, key} of row.candidates) {
			await engine.call('choose', {wantedId: row.id, objectId});
			const now = await look();
			assert.equal(now?.key, key);
			assert.equal(now?.path, key.slice(datalakePrefix.length));
			assert.equal(balance(engine.getSnapshot()), 0);
		}
		await engine.call('choose', {wantedId: row.id, objectId: null});
		assert.equal((await look())?.state, 'ambiguous');
		assert.deepEqual(engine.getSnapshot().rollCall.bytes, before.rollCall.bytes);

		const [found] = await allRows(engine, {states: ['waiting']});
		assert.ok(found);
		await assert.rejects(engine.call('choose', {wantedId: found.id, objectId: null}), {
			code: 'usage',
		});
		assert.equal((await allRows(engine)).find(({id}) => id === found.id)?.state, 'waiting');
	});
});

test('twelve actors, their URLs in four forms, one picture missing', async () => {
	await withBed([actorBucket()], async (bed) => {
		await writeSamples(bed.root);
		const snapshot = await rollCall(
			bed.engine,
			bed.spec({manifest: {kind: 'actors', file: bed.file('actorsData.json')}}),
		);
		const {rollCall: counts, groups} = snapshot;
		assert.equal(groups.total, 12);
		assert.equal(counts.wanted, 240);
		assert.equal(counts.found, 239);
		assert.equal(counts.missing, 1);
		assert.equal(balance(snapshot), 0);
		const [missing] = await allRows(bed.engine, {states: ['missing']});
		assert.equal(missing?.groupId, missingActorImage.actor + 1);
	});
});

test('an actor without a list is one missing row and stops nobody', async () => {
	await withBed([actorBucket()], async (bed) => {
		await writeSamples(bed.root);
		const {groups} = (
			await rollCall(
				bed.engine,
				bed.spec({manifest: {kind: 'actors', file: bed.file('actorsData.json')}}),
			)
		).rollCall;
		assert.equal(groups, 12);
		const names = (await bed.engine.call('groups', {offset: 0, limit: 3, sort: 'name'})).rows;
		const [gone, broken] = names.map(({name}) => name);
		const list = (name = '') => bed.file(`actors/${name}/training_data/response.json`);
		writeFileSync(list(broken), '{"images": [');
		const {rmSync} = await import('node:fs');
		rmSync(list(gone));
		const snapshot = await rollCall(
			bed.engine,
			bed.spec({manifest: {kind: 'actors', file: bed.file('actorsData.json')}}),
		);
		assert.equal(snapshot.rollCall.wanted, 202);
		assert.equal(snapshot.rollCall.found, 199);
		assert.equal(snapshot.rollCall.missing, 3);
		assert.equal(snapshot.rollCall.groups, 12);
		assert.equal(balance(snapshot), 0);
		const rows = await allRows(bed.engine, {states: ['missing']});
		const words = rows.map(({error}) => error?.message ?? '');
		assert.equal(words.filter((text) => /response\.json/.test(text)).length, 2);
	});
});
