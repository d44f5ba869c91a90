import type {Layout, Preset} from './job-spec.ts';
import type {MatchMode} from './match.ts';

/** Choices kept between runs in `~/.config/muster/state.json` (0600). Never a secret, never pasted text. */
export type RememberedChoices = {
	readonly profile?: string;
	/** where IAM Identity Center was when a profile was set up last */
	readonly signInRegion?: string;
	/** by bucket name, newest use first in `usedAt` */
	readonly buckets: Readonly<
		Record<
			string,
			{
				readonly usedAt: number;
				readonly region?: string;
				readonly prefix?: string;
				readonly folder?: string;
				/** mean speed of the last job, bytes per second */
				readonly speed?: number;
				readonly connections?: number;
			}
		>
	>;
	/** by header fingerprint: the chosen columns (header names), match mode and ending */
	readonly columns: Readonly<
		Record<
			string,
			{
				readonly column: string;
				readonly groupBy?: string;
				readonly match: MatchMode;
				readonly ending: string;
			}
		>
	>;
	readonly options: {
		readonly preset?: Preset;
		readonly layout?: Layout;
		readonly match?: MatchMode;
	};
	/** how often each screen's guiding line was shown */
	readonly hintsSeen: Readonly<Record<string, number>>;
};

export type Remembered = {
	read(): RememberedChoices;
	/** merges and writes at once; a failure to write is ignored (a read-only home must not stop a job) */
	update(change: (choices: RememberedChoices) => RememberedChoices): void;
};
