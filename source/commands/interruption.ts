import type {EngineClient} from '../job/link/messages.ts';
import {exitStatus} from '../model/error.ts';

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const codes: Readonly<Record<Signal, number>> = {
	SIGINT: exitStatus.interrupted,
	SIGTERM: exitStatus.terminated,
	SIGHUP: exitStatus.hangup,
};

const signals: readonly Signal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** One Ctrl+C may come twice, from the terminal and from npm: both are one press. */
const onePress = 200;

/** How long open files may take to end after the first signal. */
const graceMilliseconds = 2000;

/** The exit status of the signal that came, and a way to stop listening. */
export type Interruption = {
	readonly code: () => number | undefined;
	readonly dispose: () => void;
};

async function stop(client: EngineClient, mode: 'finish' | 'now', code: number): Promise<void> {
	await client.call('stop', {mode, code}).catch(() => undefined);
}

/**
 * Ctrl+C in two steps, in words: the first takes no new files and lets open ones end for two
 * seconds, the second parks them at once, the third leaves. SIGTERM and SIGHUP are the first step.
 * A reader of standard output that is gone ends the job like a hang-up, without words.
 */
export function watchInterruption(
	client: EngineClient,
	say: (text: string) => void,
	lastWord: (code: number) => void = () => {},
): Interruption {
	let code: number | undefined;
	let count = 0;
	let timer: NodeJS.Timeout | undefined;
	const first = (status: number, words: boolean): void => {
		code = status;
		if (words) say('stopping: no new files, open ones end; Ctrl+C again stops at once');
		void stop(client, 'finish', status);
		timer = setTimeout(() => void stop(client, 'now', status), graceMilliseconds);
	};
	let newest = -Infinity;
	const onSignal = (signal: Signal): void => {
		const at = performance.now();
		if (at - newest < onePress) return;
		newest = at;
		count++;
		if (count === 1) first(codes[signal], true);
		else if (count === 2) {
			say('stopping at once; everything is saved');
			void stop(client, 'now', code ?? codes[signal]);
		} else {
			lastWord(code ?? codes[signal]);
			process.exit(code ?? codes[signal]);
		}
	};
	const onOutputError = (error: NodeJS.ErrnoException): void => {
		if (error.code === 'EPIPE' && code === undefined) first(exitStatus.hangup, false);
	};
	for (const name of signals) process.on(name, onSignal);
	process.stdout.on('error', onOutputError);
	return {
		code: () => code,
		dispose() {
			clearTimeout(timer);
			for (const name of signals) process.off(name, onSignal);
			process.stdout.off('error', onOutputError);
		},
	};
}

/** Watches signals for a dashboard that is not there yet. */
export type ShowGuard = {
	/** resolves at once, or never once a signal ends the program: nothing may take the terminal then */
	readonly mayShow: () => Promise<void>;
	readonly remove: () => void;
};

/**
 * Stops a job whose dashboard is not there yet: it takes a third of a second to load, and the job runs
 * already. Once the dashboard listens for itself, signals are its matter.
 */
export function guardUntilShown(
	client: EngineClient,
	onHangup: 'background' | 'stop',
	say: (text: string) => void,
): ShowGuard {
	let isLeaving = false;
	const leave = async (signal: Signal): Promise<void> => {
		if (isLeaving) return;
		const isShown = process.listenerCount(signal) > 1;
		if (isShown) return;
		isLeaving = true;
		const goesOn = signal === 'SIGHUP' && onHangup === 'background';
		if (!goesOn) {
			const {job} = client.getSnapshot();
			await stop(client, 'now', codes[signal]);
			say(`stopped, everything is saved; muster resume${job === null ? '' : ` ${job}`} goes on`);
		}
		process.exit(codes[signal]);
	};
	const handlers = signals.map((name) => {
		const handler = (): void => void leave(name);
		process.on(name, handler);
		return (): void => void process.off(name, handler);
	});
	return {
		mayShow: async () => {
			if (isLeaving) await new Promise(() => {});
		},
		remove() {
			for (const remove of handlers) remove();
		},
	};
}
