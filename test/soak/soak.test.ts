import {test} from 'node:test';
import {soakRound} from './round.ts';

/* A few rounds of `npm run soak`, always the same ones. */

for (const number of [1, 2, 3, 4])
	test(`soak, seed 1, round ${number}`, {timeout: 60_000}, async (context) => {
		const {kills, midFile, faults, gets, seconds} = await soakRound(1, number);
		context.diagnostic(
			`${kills} kills (${midFile} amid a file), ${faults} faults in ${gets} GETs, ${seconds.toFixed(1)} s`,
		);
	});
