import type {LogLevel, Settings} from '../config/settings.ts';

/** How much goes into the log file. */
export const logLevelOf = (settings: Pick<Settings, 'verbose' | 'logLevel'>): LogLevel =>
	settings.logLevel ?? (settings.verbose === true ? 'debug' : 'info');
