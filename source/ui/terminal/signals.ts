import type {ReadStream} from 'node:tty';

export type SignalName = 'interrupt' | 'terminate' | 'hangup';

/**
 * Watches everything that may end the app from outside: signals, a terminal that went away, an
 * error that nobody caught, and the process's own end. Answers how to stop watching.
 */
export function watchSignals(
	keyboard: ReadStream,
	handlers: {
		readonly signal: (name: SignalName) => void;
		readonly crash: (error: unknown) => void;
		/** synchronous, last of all */
		readonly exit: () => void;
	},
): () => void {
	let over = false;
	const on = (name: SignalName) => () => {
		if (name === 'hangup' && over) return;
		if (name === 'hangup') over = true;
		handlers.signal(name);
	};

	const interrupt = on('interrupt');
	const terminate = on('terminate');
	const hangup = on('hangup');
	const crash = (error: unknown) => {
		handlers.crash(error);
	};

	process.on('SIGINT', interrupt);
	process.on('SIGTERM', terminate);
	process.on('SIGHUP', hangup);
	process.on('uncaughtException', crash);
	process.on('unhandledRejection', crash);
	process.on('exit', handlers.exit);
	// A terminal that closes without a SIGHUP (some multiplexers) shows as the end of input.
	keyboard.on('end', hangup);
	keyboard.on('error', hangup);
	return () => {
		process.off('SIGINT', interrupt);
		process.off('SIGTERM', terminate);
		process.off('SIGHUP', hangup);
		process.off('uncaughtException', crash);
		process.off('unhandledRejection', crash);
		process.off('exit', handlers.exit);
		keyboard.off('end', hangup);
		keyboard.off('error', hangup);
	};
}
