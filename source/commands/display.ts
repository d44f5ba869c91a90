import type {Settings} from '../config/settings.ts';
import type {ReporterMode} from '../reporters/index.ts';
import type {Context} from './context.ts';

/** `screen` is the full-screen dashboard. */
export type Display = 'screen' | ReporterMode;

const isOn = (value: string | undefined): boolean =>
	value !== undefined && value !== '' && value !== '0' && value.toLowerCase() !== 'false';

/** Whether the full-screen interface can be shown and answered here. */
export function canUseScreen({terminal, environment}: Context): boolean {
	return (
		terminal.input &&
		terminal.output &&
		environment['TERM'] !== 'dumb' &&
		!isOn(environment['CI']) &&
		!isOn(environment['ACCESSIBLE']) &&
		!isOn(environment['INK_SCREEN_READER'])
	);
}

/** How a command shows its job: what was asked for first, then what the terminal can do. */
export function chooseDisplay(
	settings: Pick<Settings, 'json' | 'quiet' | 'plain'>,
	context: Context,
): Display {
	if (settings.json === true) return 'json';
	if (settings.quiet === true) return 'quiet';
	if (settings.plain === true || !canUseScreen(context)) return 'text';
	return 'screen';
}

/** Whether a person can be asked a question in lines: plain output, but a terminal on both ends. */
export function canAskInLines(display: Display, {terminal}: Context): boolean {
	return (display === 'screen' || display === 'text') && terminal.input && terminal.output;
}
