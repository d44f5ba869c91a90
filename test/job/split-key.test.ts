import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import * as fc from 'fast-check';
import {RequestRoom} from '../../source/job/roll-call/request-room.ts';
import {Alphabet, endOfNames, middleKey, successor} from '../../source/job/roll-call/split-key.ts';
import {survey} from '../../source/job/roll-call/survey.ts';
import {compareKeys} from '../../source/model/key-order.ts';

const text = fc
	.string({unit: 'binary', minLength: 1, maxLength: 12})
	.map((each) => each.toWellFormed());
const latin = new Alphabet('abcdefghijklmnopqrstuvwxyz0123456789/_.');

describe('the order of keys', () => {
	test('is that of their UTF-8 bytes', () => {
		fc.assert(
			fc.property(text, text, (a, b) => {
				const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
				assert.equal(Math.sign(compareKeys(a, b)), bytes);
			}),
		);
		assert.ok(compareKeys('\uFFFD', '😀') < 0);
		// JavaScript has it the other way round
		assert.deepEqual(['\uFFFD', '😀'].sort(), ['😀', '\uFFFD']);
	});
});

describe('the middle of two keys', () => {
	test('lies between them, is valid text and no longer than a key', () => {
		fc.assert(
			fc.property(text, text, fc.array(text), fc.boolean(), (a, b, learnt, open) => {
				const [low = '', high = ''] = [a, b].sort(compareKeys);
				const alphabet = new Alphabet(learnt.join('') + low + high);
				const middle = middleKey(low, open ? null : high, '', alphabet);
				if (middle === undefined) return;
				assert.ok(compareKeys(low, middle) < 0);
				if (!open) assert.ok(compareKeys(middle, high) < 0);
				assert.ok(middle.isWellFormed());
				assert.ok(Buffer.byteLength(middle) <= 1024);
			}),
			{numRuns: 2000},
		);
	});

	test('halves what is spread evenly', () => {
		assert.match(middleKey('set/a', 'set/z', 'set/', latin) ?? '', /^set\/m/);
		assert.match(middleKey('d0002/f1', 'd0999/f1', '', latin) ?? '', /^d0[45]/);
		assert.match(middleKey('img_0001', 'img`', '', latin) ?? '', /^img_[45]/);
	});

	test('does not grow past 1,024 bytes', () => {
		const long = 'a'.repeat(1023);
		const middle = middleKey(`${long}a`, `${long}b`, '', latin);
		assert.ok(middle === undefined || Buffer.byteLength(middle) <= 1024);
	});

	test('is not there where nothing lies between', () => {
		assert.equal(middleKey('a', 'a\u0001', '', latin), undefined);
		assert.equal(middleKey('a', 'b', '', new Alphabet('a')), undefined);
	});
});

test('the successor of a text stands behind all that begin with it, and before the rest', () => {
	fc.assert(
		fc.property(text, text, text, (start, more, other) => {
			const next = successor(start);
			if (next === undefined) return assert.match(start, /^\u{10FFFF}+$/u);
			assert.ok(next.isWellFormed());
			assert.ok(compareKeys(start + more, next) < 0);
			const isBehind = compareKeys(other, start) > 0 && !other.startsWith(start);
			if (isBehind) assert.ok(compareKeys(next, other) <= 0);
		}),
	);
	assert.equal(successor('\uD7FF'), '\uE000');
	assert.equal(successor('a\u{10FFFF}'), 'b');
});

test('names that end in numbers end together', () => {
	assert.equal(endOfNames('a/img_0001', 'a/img_0399', 'a/'), 'a/img`');
	assert.equal(endOfNames('a/1', 'a/2', 'a/'), undefined);
});

test('a survey finds where the keys end and some of those between', async () => {
	const keys = Array.from({length: 5000}, (_, index) => `a/b/set_${1000 + index}/x.png`);
	let questions = 0;
	const found = await survey({
		prefix: '',
		first: keys[0] ?? '',
		last: keys[300] ?? '',
		alphabet: new Alphabet(keys.slice(0, 300).join('')),
		keyBehind: async (after) => {
			questions++;
			return keys.find((key) => compareKeys(key, after) > 0) ?? null;
		},
	});
	assert.ok(questions <= 45, `${questions} questions`);
	assert.ok(found.keys.length >= 5);
	assert.ok(found.keys.every((key) => keys.includes(key)));
	assert.deepEqual(found.keys, [...found.keys].sort(compareKeys));
	assert.ok(found.end !== null && compareKeys(found.end, keys.at(-1) ?? '') > 0);
	assert.match(found.end, /^a\/b\/set_/);
});

test('requests at once: one to begin with, more as pages come, half when the store asks for fewer', () => {
	const room = new RequestRoom();
	for (let page = 0; page < 40; page++) room.grow(1, 5);
	assert.equal(room.size, 1, 'pages that nobody waits for');
	for (let page = 0; page < 40; page++) room.grow(5, 1);
	assert.equal(room.size, 12);
	room.shrink();
	// the others that were under way hear the same
	room.shrink();
	assert.equal(room.size, 6);
	for (let page = 0; page < 30; page++) room.grow(5, 1);
	assert.ok(room.size <= 6, 'it does not hurry back');
	for (let page = 0; page < 1000; page++) room.grow(5, 1);
	assert.equal(room.size, 12);
});
