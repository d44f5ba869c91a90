import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import stringWidth from 'string-width';
import {
	bindingFor,
	footer,
	globalKeys,
	helpLines,
	keyNames,
	type KeyBinding,
} from '../../source/ui/keymap.ts';
import {layout} from '../../source/ui/layout.ts';
import {findRows, listStart, moveList, settle} from '../../source/ui/list.ts';
import {currentPlace, navigate, startStack} from '../../source/ui/navigation.ts';
import {screens} from '../../source/ui/screens/index.ts';
import {editKey, insertText, pastedLine, textEdit} from '../../source/ui/text-edit.ts';
import {
	cutEnd,
	cutMiddle,
	cutStart,
	ends,
	fit,
	left,
	line,
	lineText,
	lineWidth,
	pad,
	panes,
	right,
	textWidth,
	wrap,
} from '../../source/ui/text/line.ts';
import {toAscii} from '../../source/ui/theme.ts';
import {since} from '../../source/ui/text/dates.ts';
import {localeIsUtf8, terminalTraits} from '../../source/ui/terminal/environment.ts';
import {createAnnouncer} from '../../source/ui/terminal/announcer.ts';
import {osc52} from '../../source/ui/terminal/clipboard.ts';
import {jobId} from '../../source/model/brand.ts';
import {idleSnapshot} from '../helpers/fake-engine.ts';
import {
	literalGlob,
	longPath,
	nextStep,
	shortPath,
	tidyPrefix,
} from '../../source/ui/wizard/steps.ts';
import {startDraft} from '../../source/ui/draft.ts';
import picomatch from 'picomatch';

const wild = fc.string({unit: 'grapheme', maxLength: 60});
const width = fc.integer({min: 0, max: 80});

await test('cuts never get wider than they may, and say so with one mark', () => {
	fc.assert(
		fc.property(wild, width, (text, columns) => {
			for (const cut of [cutEnd, cutMiddle, cutStart]) {
				const result = cut(text, columns);
				assert.ok(textWidth(result) <= columns || (columns === 0 && result === ''));
			}

			assert.ok(lineWidth(fit(line(text, ' ', text), columns)) <= columns);
			if (columns > 0) {
				assert.ok(textWidth(left(text, columns)) === columns);
				assert.ok(textWidth(right(text, columns)) === columns);
				assert.equal(lineWidth(pad(line(text), columns)), columns);
			}
		}),
	);
});

await test('wrapping loses nothing but the spaces it breaks at', () => {
	fc.assert(
		fc.property(fc.string({maxLength: 120}), fc.integer({min: 2, max: 40}), (text, columns) => {
			const lines = wrap(text, columns);
			for (const one of lines) assert.ok(textWidth(one) <= columns);
			const bare = (value: string) => value.replace(/ /g, '');
			assert.equal(bare(lines.join('')), bare(wrap(text, 10_000).join('')));
		}),
	);
	assert.deepEqual(wrap('a'.repeat(25), 10), ['a'.repeat(10), 'a'.repeat(10), 'a'.repeat(5)]);
});

await test('both ends of a long key stay readable', () => {
	assert.equal(cutMiddle('notes_from_the_studio_final.txt', 15), 'notes_f…nal.txt');
	assert.equal(cutStart('/data/takes/2025', 8), '…es/2025');
	assert.equal(textWidth(cutMiddle('日本語のとても長い名前.wav', 11)) <= 11, true);
});

await test('control characters never pass', () => {
	assert.equal(lineText(line('a\u001B[31mb\n\u202Ec')), 'a?[31mb??c');
	assert.equal(cutMiddle('\u0007bell', 10), '?bell');
});

await test('a line with two ends, and two panes, are exact to the column', () => {
	assert.equal(lineText(ends(line('left'), line('right'), 20)), 'left           right');
	const rows = panes([line('a')], 10, [line('b'.repeat(50))], 8, 3);
	assert.equal(rows.length, 3);
	assert.equal(lineText(rows[0] ?? []), 'a         │ bbbbbbb…');
	assert.equal(lineText(rows[2] ?? []), '          │ ');
});

await test('ASCII keeps the width and leaves no byte above 0x7F', () => {
	fc.assert(
		fc.property(wild, (text) => {
			const ascii = toAscii(text, stringWidth);
			assert.match(ascii, /^[\u0000-\u007F]*$/);
		}),
	);
	assert.equal(toAscii('─│…·━↓×', stringWidth), '-|~-#vx');
});

await test('the layout at each border', () => {
	assert.equal(layout(80, 24).bodyRows, 20);
	assert.equal(layout(109, 40).wide, false);
	assert.equal(layout(110, 40).wide, true);
	assert.equal(layout(59, 24).narrow, true);
	assert.equal(layout(60, 24).narrow, false);
	assert.equal(layout(80, 15).short, true);
	assert.equal(layout(80, 16).short, false);
	assert.equal(layout(39, 24).tiny, true);
	assert.equal(layout(40, 8).tiny, false);
	assert.equal(layout(40, 7).tiny, true);
	for (let columns = 110; columns < 300; columns++) {
		const {mainWidth, sideWidth} = layout(columns, 40);
		assert.equal(mainWidth + 2 + sideWidth, columns);
		assert.ok(mainWidth >= 60 && sideWidth >= 38);
	}
});

const keymap: readonly KeyBinding[] = [
	{keys: ['enter'], action: 'open', label: 'Open', short: 'open', priority: 1},
	{keys: ['/'], action: 'find', label: 'Find', short: 'find'},
	{keys: ['z'], action: 'dead', label: 'Nothing', short: 'nothing'},
	{keys: ['p'], action: 'pause', label: 'Pause', short: 'pause it for a while', priority: 9},
];

await test('the footer shows what works, drops the least important first, and keeps help', () => {
	const has = (action: string) => action !== 'dead';
	assert.equal(
		lineText(footer(keymap, 80, has)),
		' Enter open  / find  p pause it for a while  ? help',
	);
	assert.equal(lineText(footer(keymap, 40, has)), ' Enter open  / find  ? help');
	assert.equal(lineText(footer(keymap, 12, has)), ' ? help');
	const help = helpLines(keymap, has)
		.map((row) => lineText(row))
		.join('\n');
	assert.match(help, /Enter +Open/);
	assert.match(help, /Ctrl\+Z/);
	assert.doesNotMatch(help, /Nothing/);
});

await test('no screen binds a key twice for one state, and none takes a key that terminals eat', () => {
	const eaten = /^(?:ctrl\+.|alt.*|f\d+|[[\]{}@~\\]|[A-FH-Z])$/;
	for (const screen of screens) {
		for (const binding of screen.keymap) {
			for (const key of binding.keys) {
				assert.doesNotMatch(key, eaten, `${screen.id} ${key}`);
				if (key === 'q') assert.match(binding.action, /quit/, screen.id);
				assert.notEqual(key, '?', screen.id);
			}
		}
	}

	assert.equal(bindingFor(globalKeys, 'escape')?.action, 'back');
});

const noKey = {
	upArrow: false,
	downArrow: false,
	leftArrow: false,
	rightArrow: false,
	pageUp: false,
	pageDown: false,
	home: false,
	end: false,
	return: false,
	escape: false,
	ctrl: false,
	shift: false,
	tab: false,
	backspace: false,
	delete: false,
	meta: false,
};

await test('key events by name; a long run is a paste', () => {
	assert.deepEqual(keyNames('', {...noKey, upArrow: true}), {keys: ['up']});
	assert.deepEqual(keyNames('c', {...noKey, ctrl: true}), {keys: ['ctrl+c']});
	assert.deepEqual(keyNames(' ', noKey), {keys: ['space']});
	assert.deepEqual(keyNames('jj\r', noKey), {keys: ['j', 'j', 'enter']});
	assert.deepEqual(keyNames('rm -rf everything', noKey), {pasted: 'rm -rf everything'});
	assert.deepEqual(keyNames('q', {...noKey, meta: true}), {keys: []});
	assert.deepEqual(keyNames('', {...noKey, tab: true, shift: true}), {keys: ['shift+tab']});
});

await test('a list keeps its row while rows come and go, and its row stays in view', () => {
	fc.assert(
		fc.property(
			fc.integer({min: 1, max: 60}),
			fc.integer({min: 1, max: 20}),
			fc.array(fc.constantFrom('up', 'down', 'pageUp', 'pageDown', 'first', 'last'), {
				maxLength: 30,
			}),
			(count, height, moves) => {
				const keys = Array.from({length: count}, (_, index) => `k${index}`);
				let place = listStart;
				for (const move of moves) place = moveList(place, move, keys, height);
				const now = settle(place, keys, height);
				assert.ok(now.index >= now.offset && now.index < now.offset + height);
				assert.ok(now.offset >= 0 && now.offset <= Math.max(0, count - height));
				const more = ['new', ...keys, 'last'];
				assert.equal(settle(now, more, height).key, now.key);
			},
		),
	);
	assert.deepEqual(settle({key: 'gone', index: 5, offset: 0}, ['a', 'b'], 4), {
		key: 'b',
		index: 1,
		offset: 0,
	});
	assert.deepEqual(settle(listStart, [], 4), {key: null, index: 0, offset: 0});
	assert.deepEqual(
		findRows(['Alpha beta', 'alpha', 'beta'], 'BETA al', (row) => row),
		['Alpha beta'],
	);
});

await test('going deeper and back finds the place as it was left', () => {
	let stack = startStack('welcome');
	currentPlace(stack).memory.set('row', 3);
	stack = navigate(stack, {type: 'open', screen: 'bucket'});
	assert.equal(currentPlace(stack).screen, 'bucket');
	stack = navigate(stack, {type: 'replace', screen: 'browse'});
	stack = navigate(stack, {type: 'back'});
	assert.equal(currentPlace(stack).memory.get('row'), 3);
	assert.equal(currentPlace(navigate(stack, {type: 'back'})).screen, 'welcome');
});

await test('editing text', () => {
	let edit = textEdit('/data/takes');
	edit = editKey(edit, 'ctrl+w') ?? edit;
	assert.equal(edit.value, '/data/');
	edit = insertText(edit, 'é日');
	edit = editKey(edit, 'left') ?? edit;
	edit = editKey(edit, 'backspace') ?? edit;
	assert.equal(edit.value, '/data/日');
	edit = editKey(edit, 'ctrl+u') ?? edit;
	assert.equal(edit.value, '日');
	assert.equal(editKey(edit, 'enter'), undefined);
	assert.equal(editKey(edit, 'up'), undefined);
	assert.equal(pastedLine('a\r\nb\u0007\tc\n'), 'a b c');
});

await test('the locale and the terminal decide about characters, titles and progress', () => {
	assert.equal(localeIsUtf8({LC_ALL: 'C', LANG: 'en_US.UTF-8'}, 'linux'), false);
	assert.equal(localeIsUtf8({LANG: 'C.UTF-8'}, 'linux'), true);
	assert.equal(localeIsUtf8({}, 'linux'), false);
	assert.equal(localeIsUtf8({LC_ALL: '', LC_CTYPE: 'de_DE.utf8'}, 'linux'), true);
	const traits = (environment: Record<string, string>) =>
		terminalTraits({TERM: 'xterm-256color', LANG: 'C.UTF-8', ...environment}, 'linux', true);
	assert.equal(traits({NO_COLOR: '1'}).color, false);
	assert.equal(traits({TERM: 'dumb'}).title, false);
	assert.equal(traits({WT_SESSION: 'x'}).progress, true);
	assert.equal(traits({WT_SESSION: 'x', TMUX: '/tmp/x'}).progress, false);
	assert.equal(traits({TERM_PROGRAM: 'iTerm.app', WT_SESSION: 'x'}).progress, false);
	assert.equal(traits({}).progress, false);
	assert.equal(traits({SSH_TTY: '/dev/pts/1'}).ssh, true);
});

await test('title at each percent but not more often than every 5 s, one bell for a long job', () => {
	const announcer = createAnnouncer(
		{title: true, progress: true},
		{bell: true, share: ({bytes, bytesDone}) => bytesDone / bytes},
	);
	const at = (percent: number, change = {}) => ({
		...idleSnapshot,
		phase: 'downloading' as const,
		job: jobId(12),
		totals: {...idleSnapshot.totals, bytes: 1000, bytesDone: percent * 10, seconds: 61},
		...change,
	});
	assert.equal(announcer.next(at(35), 0), '\u001B]2;muster 35% job 12\u0007\u001B]9;4;1;35\u0007');
	assert.equal(announcer.next(at(36), 1000), '\u001B]9;4;1;36\u0007');
	assert.equal(announcer.next(at(36), 5500), '\u001B]2;muster 36% job 12\u0007');
	assert.equal(announcer.next(at(36), 9999), '');
	const done = at(100, {phase: 'finished'});
	assert.match(announcer.next(done, 10_000), /^\u0007.*muster done job 12/);
	assert.equal(announcer.next(done, 60_000), '');
	assert.equal(announcer.end(), '\u001B[23;0t');
	const quiet = createAnnouncer({title: false, progress: false}, {bell: false, share: () => 0});
	assert.equal(quiet.next(done, 0), '');
	assert.equal(quiet.start() + quiet.end(), '');
});

await test('OSC 52 within its limit', () => {
	assert.equal(
		osc52('s3://a/b'),
		`\u001B]52;c;${Buffer.from('s3://a/b').toString('base64')}\u0007`,
	);
	assert.equal(osc52('x'.repeat(60_000)), null);
});

await test('days as people say them', () => {
	const now = new Date(2025, 10, 19, 13, 0).getTime();
	assert.equal(since(new Date(2025, 10, 19, 9, 12).getTime(), now), 'today 09:12');
	assert.equal(since(new Date(2025, 10, 18, 23, 59).getTime(), now), 'yesterday 23:59');
	assert.equal(since(new Date(2025, 10, 16, 1, 0).getTime(), now), '3 days ago');
	assert.equal(since(new Date(2025, 9, 12).getTime(), now), '12 Oct');
	assert.equal(since(new Date(2023, 3, 18).getTime(), now), '2023-04-18');
});

await test('paths and prefixes as people type them', () => {
	const places = {home: '/home/kim', workingFolder: '/w'};
	assert.equal(longPath('~/takes', places), '/home/kim/takes');
	assert.equal(longPath('takes', places), '/w/takes');
	assert.equal(longPath('/abs', places), '/abs');
	assert.equal(shortPath('/home/kim/x', '/home/kim'), '~/x');
	assert.equal(shortPath('/home/kimono', '/home/kim'), '/home/kimono');
	assert.equal(tidyPrefix('s3://b/a/b'), 'a/b/');
	assert.equal(tidyPrefix('/'), '');
});

await test('a marked name is a glob that matches only itself', () => {
	fc.assert(
		fc.property(fc.stringMatching(/^[a-z*?[\]{}()!+@|. ]{1,12}$/), (name) => {
			assert.ok(picomatch.isMatch(name, literalGlob(name), {dot: true}), name);
		}),
	);
	assert.equal(picomatch.isMatch('take_X.png', literalGlob('take_*.png'), {dot: true}), false);
});

await test('what the command line said is not asked again', () => {
	const remembered = {buckets: {}, columns: {}, options: {}, hintsSeen: {}};
	const draft = startDraft({remembered});
	assert.equal(nextStep('start', draft, {}), 'profile');
	const access = {store: {provider: 's3'}, credentials: {kind: 'anonymous'}} as const;
	assert.equal(nextStep('start', draft, {access}), 'bucket');
	assert.equal(nextStep('start', draft, {access, bucket: 'b', prefix: ''}), 'manifest');
	assert.equal(nextStep('manifest', draft, {}), 'folder');
	const csv = {...draft, manifest: {kind: 'csv', file: '/x.csv'} as const};
	assert.equal(nextStep('manifest', csv, {}), 'columns');
	assert.equal(nextStep('folder', csv, {}), 'options');
});
