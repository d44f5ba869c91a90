import {useCallback} from 'react';
import {errorRecord} from '../../model/error.ts';
import {useServices} from './services.ts';

export type Tell = <T>(
	asked: Promise<T>,
	words?: (answer: T) => string,
	after?: (answer: T) => void,
) => void;

/**
 * Says what became of a command: its words when it went well ('' says nothing), else the error and
 * its hint. `after` runs only when it went well.
 */
export function useTell(): Tell {
	const services = useServices();
	return useCallback(
		(asked, words, after) => {
			const follow = async () => {
				try {
					const answer = await asked;
					const text = words?.(answer) ?? '';
					if (text !== '') services.notice(text);
					after?.(answer);
				} catch (error) {
					const {message, hint} = errorRecord(error);
					services.notice([message, hint].filter(Boolean).join(' '), 'error');
				}
			};
			void follow();
		},
		[services],
	);
}
