/** What the environment says about the terminal; nothing is ever asked of the terminal itself. */
export type TerminalTraits = {
	readonly unicode: boolean;
	readonly color: boolean;
	readonly ssh: boolean;
	readonly tmux: boolean;
	/** takes a title (OSC 2 and the title stack) */
	readonly title: boolean;
	/** takes OSC 9;4 without popping up notices */
	readonly progress: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** POSIX order: LC_ALL, then LC_CTYPE, then LANG. On Windows the console is UTF-8 in every terminal that matters. */
export function localeIsUtf8(environment: Environment, platform: NodeJS.Platform): boolean {
	if (platform === 'win32') return true;
	const locale = [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']].find(
		(value) => value !== undefined && value !== '',
	);
	// macOS terminals are UTF-8 and often set no locale over SSH.
	if (locale === undefined) return platform === 'darwin';
	return /utf-?8/i.test(locale);
}

function takesProgress(environment: Environment): boolean {
	const has = (name: string) => (environment[name] ?? '') !== '';
	const program = environment['TERM_PROGRAM'] ?? '';
	const term = environment['TERM'] ?? '';
	if (has('TMUX') || has('STY') || /^(?:screen|tmux)/.test(term)) return false;
	if (/iterm/i.test(program) || has('ITERM_SESSION_ID')) return false;
	return (
		has('WT_SESSION') ||
		environment['ConEmuANSI'] === 'ON' ||
		has('ConEmuPID') ||
		/ghostty|wezterm/i.test(program) ||
		/ghostty|wezterm/i.test(term)
	);
}

/** Reads the terminal's abilities; `color` is the command line's decision (NO_COLOR included there or here). */
export function terminalTraits(
	environment: Environment,
	platform: NodeJS.Platform,
	color: boolean,
): TerminalTraits {
	const term = environment['TERM'] ?? '';
	const set = (name: string) => (environment[name] ?? '') !== '';
	return {
		unicode: term !== 'linux' && term !== 'dumb' && localeIsUtf8(environment, platform),
		color: color && !set('NO_COLOR') && term !== 'dumb',
		ssh: set('SSH_CONNECTION') || set('SSH_TTY'),
		tmux: set('TMUX'),
		title: term !== 'linux' && term !== 'dumb',
		progress: takesProgress(environment),
	};
}
