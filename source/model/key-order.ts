/**
 * Compares keys as S3 lists them: by the bytes of their UTF-8 form, which is the order of their code
 * points. JavaScript compares UTF-16 units, which puts characters beyond the basic plane before
 * U+E000 to U+FFFF; the fix-up moves surrogates behind them.
 */
export function compareKeys(a: string, b: string): number {
	if (a === b) return 0;
	const length = Math.min(a.length, b.length);
	for (let index = 0; index < length; index++) {
		const left = a.charCodeAt(index);
		const right = b.charCodeAt(index);
		if (left !== right) return rank(left) - rank(right);
	}
	return a.length - b.length;
}

function rank(unit: number): number {
	if (unit < 0xd800) return unit;
	return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
