import {exitStatusOf} from '../../model/error.ts';
import type {ErrorRecord} from '../../model/error.ts';
import {safeText} from '../../model/safe-text.ts';
import type {Right} from './policy.ts';

/** One line of the doctor. A problem says how to mend it and with which exit status it ends. */
export type Finding = {
	readonly level: 'ok' | 'warning' | 'problem';
	readonly subject: string;
	readonly text: string;
	readonly mend?: string;
	/** of a problem */
	readonly status?: number;
	/** what is denied, where a policy of the user or role could grant it */
	readonly lacks?: readonly Right[];
	/** of the bucket, where the store tells it */
	readonly region?: string;
};

/** An error as a problem, with its way out and the exit status it stands for. */
export function problem(subject: string, {code, message, hint}: ErrorRecord): Finding {
	return {
		level: 'problem',
		subject,
		text: message,
		...(hint === undefined ? {} : {mend: hint}),
		status: exitStatusOf(code),
	};
}

export const ok = (subject: string, text: string): Finding => ({level: 'ok', subject, text});
export const warning = (subject: string, text: string, mend: string): Finding => ({
	level: 'warning',
	subject,
	text,
	mend,
});

/** `problem  Credentials    no sign-in was found` and, under it, how to mend it. */
export function findingLines({level, subject, text, mend}: Finding): string[] {
	const first = `${level.padEnd(8)} ${subject.padEnd(12)} ${safeText(text)}`;
	return mend === undefined ? [first] : [first, `${' '.repeat(22)}${safeText(mend)}`];
}
