import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Stage} from './bed.ts';
import {framed, withoutTmux} from './tmux.ts';
import {walkToAnalysis, walkToSummary, type Look} from './walk.ts';

const skip = withoutTmux();
/** Slow enough that each screen of the download holds still for a look. */
const slow = {samples: 'demo', rate: 12 * 1024, latency: {min: 50, max: 200}} as const;

/** What a terminal may be told to colour with: 1-6, the default, bold, dim, inverse and their ends. */
const allowedStyles = new Set([0, 1, 2, 7, 22, 27, 31, 32, 33, 34, 35, 36, 39, 49].map(String));

export function foreignStyles(raw: string): string[] {
	// oxlint-disable-next-line no-control-regex
	const all = raw.matchAll(/\u001B\[([\d;:]*)m/g);
	return [...all]
		.map(([, styles = '']) => styles)
		.filter((styles) => styles.split(/[;:]/).some((one) => one !== '' && !allowedStyles.has(one)));
}

test(
	'UX 7.1 and 7.22: every screen at 80x24, in a terminal',
	{skip, timeout: 120_000},
	async (t) => {
		await using stage = await Stage.make(slow);
		const shell = await stage.shell({env: stage.profiles('alpha', 'beta')});
		const seen: string[] = [];
		let mouse = '';
		const look: Look = async (name, kind = 'screen') => {
			seen.push(name);
			mouse += await shell.display('#{mouse_any_flag}');
			await t.test(`UX 7.1: ${name}`, async () => {
				const lines = await shell.screen();
				const all = framed(lines);
				assert.equal(lines.length, 24, all);
				assert.match(lines[0] ?? '', /^ muster {2}\S/, all);
				assert.match(lines[23] ?? '', kind === 'screen' ? /\? help$/ : /^ (?:\S+ \S+)/, all);
				assert.ok(
					lines.every((line) => Array.from(line).length <= 80),
					all,
				);
				// a wrapped line comes back as one with -J
				const joined = await shell.screen('-J');
				assert.deepEqual(
					joined.map((line) => line.trimEnd()),
					await shell.screen(),
				);
				assert.equal(await shell.display('#{history_size}'), '0');
			});
		};
		await walkToAnalysis(stage, shell, look);
		await walkToSummary(stage, shell, look);
		assert.ok(seen.length >= 18);
		await t.test('UX 7.22: only colours 1 to 6 and the default, and never the mouse', () => {
			assert.deepEqual(foreignStyles(shell.raw()), []);
			assert.match(mouse, /^0+$/);
		});
		await shell.key('q');
		await shell.until(/^\$$/m);
	},
);

test(
	'UX 7.2: a second pane at 140x40, none at 109 columns',
	{skip, timeout: 120_000},
	async (t) => {
		await using stage = await Stage.make(slow);
		const shell = await stage.shell({columns: 140, rows: 40, env: stage.profiles('alpha', 'beta')});
		const withPane = new Set(['bucket', 'browse', 'columns', 'analysis', 'download']);
		const look: Look = async (name) => {
			if (!withPane.has(name)) return;
			await t.test(`UX 7.2: ${name}`, async () => {
				// tmux cuts the old frame before the new one is drawn: a whole one has its last line
				const whole = (hasPane: boolean) => (lines: readonly string[]) =>
					lines.length === 40 &&
					(lines[39] ?? '').endsWith('? help') &&
					lines.join('').includes('│') === hasPane;
				await shell.until(whole(true));
				await shell.resize(109, 40);
				await shell.until(whole(false));
				await shell.resize(140, 40);
				await shell.until(whole(true));
			});
		};
		await walkToAnalysis(stage, shell, look);
		await shell.key('d');
		await shell.until(/Downloading[^]*[1-9]\d* of 322 files/);
		await look('download');
	},
);
