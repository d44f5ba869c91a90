import {safeText} from '../../model/safe-text.ts';

/** One line of the doctor. A problem says how to mend it and with which exit status it ends. */
export type Finding = {
	readonly level: 'ok' | 'warning' | 'problem';
	readonly subject: string;
	readonly text: string;
	readonly mend?: string;
	/** of a problem */
	readonly status?: number;
};

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
