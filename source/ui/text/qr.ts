import {encode} from 'uqr';

/** Light modules around the code: two are enough for the phones that were tried. */
const quietZone = 2;
/** Two rows of modules in one row of cells: upper, lower. */
const blocks = [
	[' ', '▄'],
	['▀', '█'],
] as const;

/**
 * A QR code as lines of half blocks, quiet zone included; ink is a dark module. To be readable it has
 * to be painted black on white by the caller, whatever the terminal's own colours are.
 */
export function qrLines(text: string): readonly string[] {
	const {data, size} = encode(text, {ecc: 'L', border: quietZone});
	const lines: string[] = [];
	for (let row = 0; row < size; row += 2) {
		const [upper = [], lower = []] = [data[row], data[row + 1]];
		lines.push(
			upper
				.map((dark, column) => blocks[+dark as 0 | 1][+(lower[column] ?? false) as 0 | 1])
				.join(''),
		);
	}
	return lines;
}
