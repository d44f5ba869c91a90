import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as fc from 'fast-check';
import {matchRules} from '../../source/model/match.ts';
import type {MatchMode, MatchRule} from '../../source/model/match.ts';
import {classify, decide, decideMany, guessReason} from '../../source/planning/match.ts';
import {
	extensionOf,
	isKnownExtension,
	looseForm,
	probeOf,
	stemOf,
	wantedProbes,
} from '../../source/planning/name-forms.ts';
import {keyNear, mode, prefix, question, wantedPath} from './arbitraries.ts';

const below = 'd/';

test('each rule, and the strongest one where several hold', () => {
	const cases: [string, string, MatchMode, MatchRule | undefined][] = [
		['d/x/a.png', 'd/x/a.png', 'exact', 'key'],
		['x/a.png', 'd/x/a.png', 'exact', 'path'],
		['a.png', 'd/a.png', 'exact', 'path'],
		['x/a.png', 'd/q/x/a.png', 'exact', 'suffix'],
		['x/a.png', 'd/qx/a.png', 'exact', undefined],
		['a.png', 'd/x/a.png', 'exact', 'name'],
		['a.png', 'd/x/ba.png', 'exact', undefined],
		['a.jpg', 'd/x/a.png', 'exact', undefined],
		['a.jpg', 'd/a.png', 'stem', 'path-stem'],
		['x/a.jpg', 'd/q/x/a.png', 'stem', 'suffix-stem'],
		['a', 'd/x/a.png', 'stem', 'name-stem'],
		['a.png', 'd/x/a', 'stem', 'name-stem'],
		['take.v2', 'd/take.v2.wav', 'stem', 'path-stem'],
		['photo.final', 'd/x/photo.final.png', 'stem', 'name-stem'],
		['cat.jpg', 'd/x/cat.jpg.json', 'loose', undefined],
		['A.png', 'd/a.png', 'stem', undefined],
		['A.PNG', 'd/a.png', 'stem', undefined],
		['a.PNG', 'd/a.png', 'stem', 'path-stem'],
		['A B.png', 'd/x/a_b.jpg', 'loose', 'loose'],
		['X Y/A.png', 'd/q/x_y/a.jpg', 'loose', 'loose'],
		['É.png', 'd/e\u0301.png', 'loose', 'loose'],
		['a_1.png', 'd/a_01.png', 'loose', undefined],
		['a_1_11.png', 'd/a_11_1.png', 'loose', undefined],
		['x/a.png', 'd/y/a.png', 'loose', undefined],
		['x/a.png', 'd/a.png', 'loose', undefined],
		['a', 'd/a/', 'loose', undefined],
		['', 'd/', 'loose', undefined],
	];
	for (const [wanted, key, mode, rule] of cases) {
		assert.equal(classify(wanted, key, below, mode), rule, `${wanted} ${key} ${mode}`);
	}
	assert.equal(classify('a.png', 'd/a.png', 'd', 'exact'), 'path');
	assert.equal(classify('g1.png', 'd/img1.png', 'd/im', 'exact'), 'path');
	assert.equal(classify('g1.jpg', 'd/img1.png', 'd/im', 'stem'), 'path-stem');
});

test('reasons of guesses', () => {
	const cases: [string, string, MatchMode, string | undefined][] = [
		['take_0419.WAV', 'd/take_0419.wav', 'exact', 'letter-case'],
		['Take.wav', 'd/take.wav', 'stem', 'letter-case'],
		['é.png', 'd/e\u0301.png', 'stem', 'unicode-form'],
		['take-1.png', 'd/take_1.png', 'stem', 'separators'],
		['take_418.wav', 'd/take_0418.wav', 'loose', 'leading-zeros'],
		['take_1_11.wav', 'd/take_11_1.wav', 'loose', 'separators'],
		['x/take.wav', 'd/retake/take.wav', 'stem', 'other-folder'],
		['scene_1/take.wav', 'd/scene_001/take.wav', 'stem', 'leading-zeros'],
		['Dalia/take.wav', 'd/dalia/take.wav', 'stem', 'letter-case'],
		['take.wav', 'd/take.flac', 'exact', 'other-ending'],
		['x/take_1.wav', 'd/y/take_01.wav', 'stem', undefined],
		['take.wav', 'd/take.wav', 'stem', undefined],
	];
	for (const [wanted, key, mode, reason] of cases) {
		assert.equal(guessReason(wanted, key, below, mode), reason, `${wanted} ${key} ${mode}`);
	}
});

test('the strongest keys win, equals are ambiguous', () => {
	const keys = (...list: string[]) => list.map((key, id) => ({id, key}));
	const of = (wanted: string, ...list: string[]) => decide(wanted, keys(...list), below, 'stem');
	assert.deepEqual(of('a.png', 'd/x/a.png', 'd/a.png'), {kind: 'found', id: 1, rule: 'path'});
	assert.deepEqual(of('a.png', 'd/x/a.png', 'd/y/a.png'), {
		kind: 'ambiguous',
		rule: 'name',
		ids: [0, 1],
		total: 2,
	});
	assert.deepEqual(of('a', 'd/a.png', 'd/a.json'), {
		kind: 'ambiguous',
		rule: 'path-stem',
		ids: [0, 1],
		total: 2,
	});
	// the same ending in other letters is nearer than another ending
	assert.deepEqual(of('a.png', 'd/a.json', 'd/a.PNG'), {kind: 'found', id: 1, rule: 'path-stem'});
	assert.deepEqual(of('p.final', 'd/p.png', 'd/p.final.png'), {
		kind: 'found',
		id: 1,
		rule: 'path-stem',
	});
	const many = of('a.png', ...Array.from({length: 50}, (_, at) => `d/${at}/a.png`));
	assert.ok(many.kind === 'ambiguous' && many.total === 50 && many.ids.length === 20);
	assert.deepEqual(of('x/a.png', 'd/y/a.png', 'd/x/A.png', 'd/z/a.png', 'd/b/a.png'), {
		kind: 'none',
		guesses: [
			{id: 1, reason: 'letter-case'},
			{id: 3, reason: 'other-folder'},
			{id: 0, reason: 'other-folder'},
		],
	});
});

/** The rules written down once more, plainly and slowly. */
function reference(wanted: string, key: string, prefix: string, mode: MatchMode) {
	if (wanted === '') return undefined;
	const wholes = (text: string) => (prefix === '' ? [] : [prefix + text, joined(prefix, text)]);
	const tails = (path: string) => path.split('/').map((_, at, all) => all.slice(at).join('/'));
	const rules: MatchRule[] = [];
	const tailRule = wanted.includes('/') ? ('suffix' as const) : ('name' as const);
	if (key === wanted) rules.push('key');
	if (wholes(wanted).includes(key)) rules.push('path');
	if (tails(key).includes(wanted)) rules.push(tailRule);
	if (mode === 'exact' || key.endsWith('/') || wanted.endsWith('/')) return strongest(rules);
	const stems = (path: string) =>
		isKnownExtension(extensionOf(path)) ? [stemOf(path)] : [path, stemOf(path)];
	const full = [wanted, ...wholes(wanted)].flatMap(stems);
	const stem = stemOf(key);
	if (full.includes(stem)) rules.push('path-stem');
	if (stems(wanted).some((text) => tails(stem).includes(text))) rules.push(`${tailRule}-stem`);
	if (mode === 'stem') return strongest(rules);
	const loose = (path: string) => path.split('/').map(looseForm).join('/');
	if (full.some((text) => loose(text) === loose(stem))) rules.push('loose');
	if (stems(wanted).some((text) => tails(loose(stem)).includes(loose(text)))) rules.push('loose');
	return strongest(rules);
}

function joined(prefix: string, text: string): string {
	return prefix.endsWith('/') ? prefix + text : `${prefix}/${text}`;
}

function strongest(rules: MatchRule[]): MatchRule | undefined {
	return matchRules.find((rule) => rules.includes(rule));
}

test('classify agrees with the rules written plainly', () => {
	const seen = new Set<string | undefined>();
	fc.assert(
		fc.property(question, ({wanted, prefix, mode, keys}) => {
			for (const key of keys) {
				const rule = classify(wanted, key, prefix, mode);
				assert.equal(rule, reference(wanted, key, prefix, mode));
				seen.add(rule);
			}
		}),
		{numRuns: 5000},
	);
	// the generator reaches all of them; `chosen` is a person's
	for (const rule of matchRules) if (rule !== 'chosen') assert.ok(seen.has(rule), rule);
});

test('whatever is accepted shares a probe, so the join loses nothing', () => {
	fc.assert(
		fc.property(question, ({wanted, prefix, mode, keys}) => {
			for (const key of keys) {
				const rule = classify(wanted, key, prefix, mode);
				const reason = guessReason(wanted, key, prefix, mode);
				if (rule === undefined && reason === undefined) continue;
				const probes = wantedProbes(wanted, prefix);
				assert.ok(probes.includes(probeOf(key)), `${wanted} ${key} ${rule ?? reason}`);
			}
		}),
		{numRuns: 20_000},
	);
});

test('a looser mode accepts all that a stricter one does, by the same rule', () => {
	fc.assert(
		fc.property(question, ({wanted, prefix, keys}) => {
			for (const key of keys) {
				const [exact, stem, loose] = (['exact', 'stem', 'loose'] as const).map((mode) =>
					classify(wanted, key, prefix, mode),
				);
				if (exact) assert.equal(stem, exact);
				if (stem) assert.equal(loose, stem);
			}
		}),
		{numRuns: 2000},
	);
});

test('decide agrees with classify: no weaker key wins, nothing accepted is missing', () => {
	fc.assert(
		fc.property(question, ({wanted, prefix, mode, keys}) => {
			const rules = keys.map((key) => classify(wanted, key, prefix, mode));
			const best = matchRules.find((rule) => rules.includes(rule));
			const decision = decide(wanted, indexed(keys), prefix, mode);
			if (decision.kind === 'none') {
				assert.equal(best, undefined);
				const reasons = keys.map((key) => guessReason(wanted, key, prefix, mode));
				const guessed = reasons.filter((reason) => reason !== undefined);
				assert.equal(decision.guesses.length, Math.min(3, guessed.length));
				for (const {id, reason} of decision.guesses) assert.equal(reason, reasons[id]);
				return;
			}
			assert.equal(decision.rule, best);
			const ids = decision.kind === 'found' ? [decision.id] : decision.ids;
			for (const id of ids) assert.equal(rules[id], best);
			const equals = rules.filter((rule) => rule === best).length;
			if (decision.kind === 'ambiguous') assert.ok(decision.total >= 2 && decision.total <= equals);
		}),
		{numRuns: 5000},
	);
});

function indexed(keys: readonly string[]) {
	return keys.map((key, id) => ({id, key}));
}

test('decideMany gives the answers of decide', () => {
	const table = fc
		.record({paths: fc.array(wantedPath, {minLength: 1, maxLength: 6}), prefix, mode})
		.chain((asked) =>
			fc
				.array(
					fc.constantFrom(...asked.paths).chain((path) => keyNear(path, asked.prefix)),
					{maxLength: 25},
				)
				.map((keys) => ({...asked, keys: [...new Set(keys)]})),
		);
	const kinds = new Set<string>();
	fc.assert(
		fc.property(table, ({paths, prefix, mode, keys}) => {
			const wanted = paths.map((path, id) => ({id, path}));
			const many = decideMany(wanted, indexed(keys), prefix, mode);
			for (const {id, path} of wanted) {
				const one = decide(path, indexed(keys), prefix, mode);
				assert.deepEqual(many.get(id), one);
				kinds.add(one.kind === 'none' ? `none ${one.guesses.length}` : one.kind);
			}
		}),
		{numRuns: 5000},
	);
	assert.deepEqual([...kinds].sort(), [
		'ambiguous',
		'found',
		'none 0',
		'none 1',
		'none 2',
		'none 3',
	]);
});

test('decideMany gives the answers of decide where one name stands in many folders', () => {
	const folder = fc
		.array(fc.constantFrom('a', 'A', 'b', '1', '01', 'x_y', 'x-y'), {maxLength: 4})
		.map((segments) => segments.map((segment) => `${segment}/`).join(''));
	const file = fc.constantFrom('rgb.png', 'RGB.png', 'rgb.jpg', 'rgb', 'r_gb.png');
	const path = fc.tuple(folder, file).map((parts) => parts.join(''));
	fc.assert(
		fc.property(
			fc.array(path, {minLength: 1, maxLength: 8}),
			fc.uniqueArray(path, {maxLength: 40}),
			prefix,
			mode,
			(paths, keys, prefix, mode) => {
				const wanted = paths.map((text, id) => ({id, path: text}));
				const listed = indexed(keys.map((key) => prefix + key));
				const many = decideMany(wanted, listed, prefix, mode);
				for (const one of wanted) {
					assert.deepEqual(many.get(one.id), decide(one.path, listed, prefix, mode));
				}
			},
		),
		{numRuns: 5000},
	);
});

test('100,000 keys of one name against 20,000 wanted ones take a moment', () => {
	function* keys() {
		for (let id = 0; id < 100_000; id++) yield {id, key: `d/actor_${id}/rgb.png`};
	}
	const wanted = Array.from({length: 20_000}, (_, id) => ({id, path: `actor_${id * 6}/rgb.jpg`}));
	const started = performance.now();
	const decisions = decideMany(wanted, keys(), below, 'stem');
	assert.ok(performance.now() - started < 10_000);
	assert.deepEqual(decisions.get(7), {kind: 'found', id: 42, rule: 'path-stem'});
	assert.equal(decisions.get(19_999)?.kind, 'none');
});
