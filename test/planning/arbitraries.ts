import * as fc from 'fast-check';

const letters = ['a', 'A', 'b', 'é', 'e\u0301', 'É', 'K', '\u212A', 'ς', 'Σ', 'İ'];
const joints = ['0', '00', '1', '01', '11', '_', '-', '.', ' ', '+', '\u2011', '__', '\u0301'];

/** Names out of few pieces, so that near and equal ones come up often. */
export const name = fc
	.array(fc.constantFrom(...letters, ...joints, '.png', '.PNG', '.jpg', '.v2', '.b', '.5x'), {
		minLength: 1,
		maxLength: 5,
	})
	.map((pieces) => pieces.join(''));

export const wantedPath = fc
	.array(fc.oneof(name, name, fc.constantFrom('', '.', '..')), {minLength: 1, maxLength: 4})
	.map((segments) => segments.join('/'));

export const prefix = fc.constantFrom('', 'a/', 'a/b/', 'a', 'a/A', 'a_', 'b/1', '/');

export const mode = fc.constantFrom('exact' as const, 'stem' as const, 'loose' as const);

/** A key that is the wanted path with a change or two, or any other. */
export function keyNear(wanted: string, prefix: string): fc.Arbitrary<string> {
	return fc
		.tuple(
			fc.constantFrom('', prefix, `${prefix}/`, `${prefix}x/`, 'y/', `${prefix}A/`),
			fc.array(
				fc.constantFrom<(text: string) => string>(
					(text) => text,
					(text) => text.toUpperCase(),
					(text) => text.toLowerCase(),
					(text) => text.normalize('NFC'),
					(text) => text.normalize('NFD'),
					(text) => text.replaceAll('_', '-'),
					(text) => text.replaceAll(/[-_ .]/g, ''),
					(text) => text.replaceAll('1', '01'),
					(text) => text.replaceAll('0', ''),
					(text) => `${text}.png`,
					(text) => `${text}.PNG`,
					(text) => text.replace(/\.[^./]*$/, ''),
					(text) => text.replace(/\.[^./]*$/, '.jpg'),
					(text) => text.replace(/^[^/]*\//, ''),
					(text) => text.replace('/', '/x/'),
					(text) => text.replace(/[ab]/, 'c'),
				),
				{maxLength: 3},
			),
			wantedPath,
			fc.integer({min: 0, max: 9}),
		)
		.map(([before, changes, other, dice]) => {
			if (dice === 0) return before + other;
			return before + changes.reduce((text, change) => change(text), wanted);
		});
}

/** A wanted path, a prefix, a mode and a few keys that have something to do with it. */
export const question = fc
	.record({wanted: wantedPath, prefix, mode})
	.chain((asked) =>
		fc.array(keyNear(asked.wanted, asked.prefix), {maxLength: 8}).map((keys) => ({...asked, keys})),
	);
