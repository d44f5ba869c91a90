/** Numbers from 0 up to 1 that are the same in every run (mulberry32). */
export type Random = () => number;

export function seededRandom(seed: number): Random {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b_79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
	};
}

/** One of `choices`. */
export function pick<Choice>(random: Random, choices: readonly [Choice, ...Choice[]]): Choice {
	return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

/** A number between the two. */
export const between = (random: Random, low: number, high: number) => low + (high - low) * random();
