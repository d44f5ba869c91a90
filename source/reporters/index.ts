import {jsonReporter} from './json-lines.ts';
import {quietReporter} from './quiet.ts';
import {TextReporter} from './text.ts';
import type {Clock, Lines, Reporter} from './types.ts';

export type {Clock, Lines, Reporter} from './types.ts';
export type ReporterMode = 'text' | 'json' | 'quiet';

/** The reporter of a mode. */
export function createReporter(
	mode: ReporterMode,
	lines: Lines,
	options: {verbose?: boolean; now?: Clock} = {},
): Reporter {
	const now = options.now ?? Date.now;
	switch (mode) {
		case 'json':
			return jsonReporter(lines, now);
		case 'quiet':
			return quietReporter(lines, now);
		case 'text':
			return new TextReporter(lines, {verbose: options.verbose === true}, now);
		default:
			return mode satisfies never;
	}
}
