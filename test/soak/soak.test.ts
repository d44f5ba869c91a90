import {test} from 'node:test';
import {soakRound} from './round.ts';

/* A few rounds of `npm run soak`, always the same ones. */

const seed = 2026;

for (const number of [1, 103, 131])
	test(`soak, seed ${seed}, round ${number}`, {timeout: 120_000}, async (context) => {
		const {kills, midFile, faults, gets, seconds} = await soakRound(seed, number);
		context.diagnostic(
			`${kills} kills (${midFile} amid a file), ${faults} faults in ${gets} GETs, ${seconds.toFixed(1)} s`,
		);
	});
