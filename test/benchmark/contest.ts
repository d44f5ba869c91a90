import {medianOfKnown, spread} from './statistics.ts';

/** What one round of one entrant gave. */
export type Round = {
	readonly seconds: number;
	readonly cpuSeconds?: number | undefined;
	readonly peakBytes?: number | undefined;
};

export type Entrant = {
	readonly name: string;
	/** what targets compare: a client's kind, `auto`, `fixed`, `dashboard` … */
	readonly kind: string;
	/** one round from a clean start; rejects when the result is not whole */
	readonly run: () => Promise<Round>;
};

/** The work is the same for all entrants of a contest. */
export type Work = {readonly files: number; readonly bytes: number};

export type Row = {
	readonly name: string;
	readonly kind: string;
	readonly rounds: number;
	/** medians */
	readonly seconds: number | undefined;
	readonly cpuSeconds: number | undefined;
	readonly peakBytes: number | undefined;
	/** of the seconds, as a share of the median */
	readonly spread: number | undefined;
	/** why it has no figures, in words */
	readonly failure: string | undefined;
};

export type ContestOptions = {
	readonly rounds: number;
	/** who takes this many times as long as the best of the first round sits out the others */
	readonly dropSlower?: number | undefined;
	/** kinds that never sit out, because targets are about them */
	readonly keep?: readonly string[] | undefined;
	readonly say: (line: string) => void;
};

type Record = {readonly entrant: Entrant; readonly rounds: Round[]; failure?: string};

/**
 * Lets all entrants run in turns, every round beginning with the next one, so that whatever the
 * machine does besides strikes all of them alike.
 */
export async function contest(
	entrants: readonly Entrant[],
	{rounds, dropSlower = Infinity, keep = [], say}: ContestOptions,
): Promise<Row[]> {
	const records = entrants.map((entrant): Record => ({entrant, rounds: []}));
	for (let round = 0; round < rounds; round++) {
		for (let turn = 0; turn < records.length; turn++) {
			const record = records[(turn + round) % records.length];
			if (record === undefined || record.failure !== undefined) continue;
			const kept = round === 0 || keep.includes(record.entrant.kind);
			if (!kept && isSlow(record, records, dropSlower)) continue;
			await runOnce(record);
			say(`  round ${round + 1}/${rounds} ${record.entrant.name}: ${lineOf(record)}`);
		}
	}
	return records.map(rowOf);
}

async function runOnce(record: Record): Promise<void> {
	try {
		record.rounds.push(await record.entrant.run());
	} catch (error) {
		record.failure = error instanceof Error ? error.message : String(error);
	}
}

function isSlow(record: Record, among: readonly Record[], times: number): boolean {
	const first = among.flatMap(({rounds: [round]}) => (round === undefined ? [] : [round.seconds]));
	return (record.rounds[0]?.seconds ?? 0) > times * Math.min(...first);
}

function lineOf({rounds, failure}: Record): string {
	const last = rounds.at(-1);
	return failure ?? (last === undefined ? '' : `${last.seconds.toFixed(2)} s`);
}

function rowOf({entrant: {name, kind}, rounds, failure}: Record): Row {
	const seconds = rounds.map((round) => round.seconds);
	return {
		name,
		kind,
		rounds: rounds.length,
		seconds: medianOfKnown(seconds),
		cpuSeconds: medianOfKnown(rounds.map((round) => round.cpuSeconds)),
		peakBytes: medianOfKnown(rounds.map((round) => round.peakBytes)),
		spread: spread(seconds),
		failure,
	};
}
