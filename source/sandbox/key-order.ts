export {compareKeys} from '../model/key-order.ts';

/** The first index of `0..size` for which `test` holds; `test` is false up to some index and true from there. */
export function firstIndex(size: number, test: (index: number) => boolean): number {
	let low = 0;
	let high = size;
	while (low < high) {
		const middle = Math.floor((low + high) / 2);
		if (test(middle)) high = middle;
		else low = middle + 1;
	}
	return low;
}
