import {errorRecord} from '../../model/error.ts';

/** An error as one line for people: what happened, then what to do. */
export function fieldError(error: unknown): string {
	const {message, hint} = errorRecord(error);
	return hint === undefined ? message : `${message} ${hint}`;
}
