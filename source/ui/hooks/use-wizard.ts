import {useEffect, useState} from 'react';
import {reduceDraft, rememberDraft, specOf, type Draft, type DraftAction} from '../draft.ts';
import {nextStep, type Step} from '../wizard/steps.ts';
import {useServices} from './services.ts';

/** The wizard's way on: keeps an answer and opens the next question that is still open. */
export function useWizard(): {
	readonly answer: (step: Step | 'start', ...actions: readonly DraftAction[]) => Draft;
	/** as `answer`, but the screen that asked is gone when the next one closes */
	readonly answerInstead: (step: Step | 'start', ...actions: readonly DraftAction[]) => Draft;
} {
	const {draft, dispatch, navigation, options} = useServices();
	const keep = (
		lead: (screen: string) => void,
		step: Step | 'start',
		actions: readonly DraftAction[],
	): Draft => {
		let next = draft;
		for (const action of actions) {
			dispatch(action);
			next = reduceDraft(next, action);
		}

		lead(nextStep(step, next, options));
		return next;
	};

	return {
		/** keeps answers and goes to the next question; answers the draft after them */
		answer: (step, ...actions) => keep(navigation.open, step, actions),
		answerInstead: (step, ...actions) => keep(navigation.replace, step, actions),
	};
}

/** The last step: the engine calls the roll, and Analysis shows it. */
export function useAnalyse(): {
	readonly busy: boolean;
	readonly analyse: (draft: Draft) => Promise<void>;
} {
	const {client, navigation, notice, options} = useServices();
	const [busy, setBusy] = useState(false);
	return {
		busy,
		async analyse(draft: Draft): Promise<void> {
			const spec = specOf(draft);
			if (spec === null || busy) return;
			setBusy(true);
			try {
				// With the sign-in over, the roll call waits for a new one; Analysis says how.
				await client.call('prepare', {spec, waits: true});
				options.remembered.update((choices) => rememberDraft(choices, draft, Date.now()));
				navigation.open('analysis');
			} catch (error) {
				const hint = error instanceof Error && 'hint' in error ? error.hint : undefined;
				const message = error instanceof Error ? error.message : String(error);
				notice(typeof hint === 'string' ? `${message} ${hint}` : message, 'error');
			} finally {
				setBusy(false);
			}
		},
	};
}

/** How often a screen's guiding line is shown, in all runs together. */
const hintTimes = 3;

/** The screen's one guiding line for the first times it is opened, then undefined. */
export function useHint(screen: string, words: string): string | undefined {
	const {remembered} = useServices().options;
	const [show] = useState(() => (remembered.read().hintsSeen[screen] ?? 0) < hintTimes);
	useEffect(() => {
		if (!show) return;
		remembered.update((choices) => ({
			...choices,
			hintsSeen: {...choices.hintsSeen, [screen]: (choices.hintsSeen[screen] ?? 0) + 1},
		}));
	}, [remembered, screen, show]);
	return show ? words : undefined;
}

/** The time when a screen was opened: what "3 days ago" on it is counted from. */
export function useNow(): number {
	const [now] = useState(() => Date.now());
	return now;
}

/** A value once it has been the same for a while: what is asked of the engine about the row under the cursor. */
export function useAtRest<T>(value: T, milliseconds: number): T | undefined {
	const [rested, setRested] = useState<T | undefined>(undefined);
	useEffect(() => {
		const timer = setTimeout(() => {
			setRested(value);
		}, milliseconds);
		return () => {
			clearTimeout(timer);
		};
	}, [value, milliseconds]);
	return Object.is(rested, value) ? rested : undefined;
}
