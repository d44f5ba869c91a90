import {parseArgs} from 'node:util';
import {soakRound} from './round.ts';

/*
 * npm run soak [-- --rounds N --seed S --from F]: rounds of faults by chance and kill -9 at any moment. A
 * line a round; the exit status is 1 when one of them found something wrong.
 */

const {values} = parseArgs({
	options: {
		rounds: {type: 'string', default: '200'},
		seed: {type: 'string'},
		/** number of the first round: a part of a soak, or one of its rounds once more */
		from: {type: 'string', default: '1'},
	},
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const first = Number(values.from);
const last = first + Number(values.rounds) - 1;

const began = performance.now();
const sums = {kills: 0, midFile: 0, finishedBefore: 0, objects: 0, bytes: 0, gets: 0, faults: 0};
const bad: number[] = [];
console.log(`soak: rounds ${first} to ${last}, seed ${seed}`);
for (let number = first; number <= last; number++) {
	try {
		const report = await soakRound(seed, number);
		for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += report[name];
		const {objects, bytes, kills, midFile, finishedBefore, runs, gets, faults, seconds} = report;
		console.log(
			`round ${number}: ${objects} objects, ${mebibytes(bytes)}, ${runs} runs, ${kills} kills (${midFile} amid a file), ` +
				`${finishedBefore} files finished before one, ${gets} GETs, ${faults} faults, ${seconds.toFixed(1)} s`,
		);
	} catch (error) {
		bad.push(number);
		console.log(`round ${number}: WRONG: ${error instanceof Error ? error.stack : String(error)}`);
		console.log(`  once more: npm run soak -- --seed ${seed} --from ${number} --rounds 1`);
	}
}
const minutes = ((performance.now() - began) / 60_000).toFixed(1);
console.log(
	`${last - first + 1 - bad.length} of ${last - first + 1} rounds right in ${minutes} min: ${sums.objects} objects, ` +
		`${mebibytes(sums.bytes)}, ${sums.kills} kills (${sums.midFile} amid a file), ${sums.faults} faults in ${sums.gets} GETs, ` +
		`${sums.finishedBefore} files finished before a kill and fetched no more`,
);
if (bad.length > 0) console.log(`wrong: ${bad.join(', ')} (seed ${seed})`);
process.exitCode = bad.length > 0 ? 1 : 0;

function mebibytes(bytes: number): string {
	return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
