import {terminalTraits} from './terminal/environment.ts';
import type {AppOptions, AppResult} from './types.ts';

/**
 * Opens the full-screen interface and resolves when it has closed and the terminal is as it was.
 * The only door to React: what Ink, React and chalk read from the environment while they load is
 * decided here, before they are imported. Rejects with the error when the interface crashes, after
 * the terminal was restored; the engine is another process and goes on. `firstScreen` opens on a
 * certain screen, for development.
 */
export async function runApp(
	options: AppOptions,
	firstScreen?: {readonly screen: string; readonly props?: unknown},
): Promise<AppResult> {
	const {mountApp, traits} = await loadApp(options.color);
	await options.mayShow?.();
	return mountApp(options, traits, firstScreen);
}

/**
 * Loads Ink and React, which takes a third of a second of a core: ahead of `runApp` where there is
 * something else to wait for, so that it does not compete with a download that has begun.
 */
export async function loadApp(color: boolean) {
	const traits = terminalTraits(process.env, process.platform, color);
	process.env['NODE_ENV'] = 'production';
	process.env['FORCE_COLOR'] = traits.color ? '1' : '0';
	// Ink would look for its development tools.
	process.env['DEV'] = 'false';
	const {mountApp} = await import('./mount.tsx');
	return {mountApp, traits};
}
