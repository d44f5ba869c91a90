import type {Row} from './contest.ts';

/** A promise about a contest's rows: the subject against the best of some others, or against a number. */
export type Target =
	| {
			readonly measure: 'speed';
			readonly label: string;
			readonly subject: string;
			readonly against: string;
			/** the least ratio of speeds, subject to the best of the others */
			readonly atLeast: number;
	  }
	| {
			readonly measure: 'cpu';
			readonly label: string;
			readonly subject: string;
			readonly against: string;
			/** the highest ratio of CPU seconds, subject to the most frugal of the others */
			readonly atMost: number;
	  }
	| {
			readonly measure: 'memory';
			readonly label: string;
			readonly subject: string;
			/** bytes */
			readonly atMost: number;
	  };

export type Verdict = {
	readonly label: string;
	readonly needed: string;
	readonly got: string;
	/** undefined when it could not be measured */
	readonly met: boolean | undefined;
};

/** The kinds of rows that some targets are about, and their subject. */
export function comparedKinds(subject: string, targets: readonly Target[]): string[] {
	return [subject, ...targets.flatMap((target) => ('against' in target ? [target.against] : []))];
}

export function verdictOf(target: Target, rows: readonly Row[]): Verdict {
	if (target.measure === 'memory') {
		const bytes = best(rows, target.subject, 'peakBytes');
		return verdict(target.label, `at most ${mebibytes(target.atMost)}`, bytes, (value) => ({
			got: mebibytes(value),
			met: value <= target.atMost,
		}));
	}
	const key = target.measure === 'speed' ? 'seconds' : 'cpuSeconds';
	const subject = best(rows, target.subject, key);
	const other = best(rows, target.against, key);
	const known = subject !== undefined && other !== undefined;
	if (target.measure === 'cpu') {
		return verdict(
			target.label,
			`at most ${times(target.atMost)}`,
			known ? subject / other : undefined,
			(value) => ({got: times(value), met: value <= target.atMost}),
		);
	}
	return verdict(
		target.label,
		`at least ${times(target.atLeast)}`,
		known ? other / subject : undefined,
		(value) => ({got: times(value), met: value >= target.atLeast}),
	);
}

function verdict(
	label: string,
	needed: string,
	value: number | undefined,
	judge: (value: number) => {got: string; met: boolean},
): Verdict {
	if (value === undefined) return {label, needed, got: 'not measured', met: undefined};
	return {label, needed, ...judge(value)};
}

/** The smallest median among the rows of a kind. */
export function best(
	rows: readonly Row[],
	kind: string,
	key: 'seconds' | 'cpuSeconds' | 'peakBytes',
): number | undefined {
	const values = rows.flatMap((row) => (row.kind === kind ? (row[key] ?? []) : []));
	return values.length === 0 ? undefined : Math.min(...values);
}

const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;
const mebibytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
