import {existsSync, readFileSync} from 'node:fs';
import type {Context} from '../context.ts';
import {ok, warning} from './finding.ts';
import type {Finding} from './finding.ts';

export function checkRuntime(): Finding {
	return ok('Runtime', `Node ${process.versions.node} on ${process.platform} ${process.arch}`);
}

function isUtf8({environment}: Context): boolean {
	if (process.platform === 'win32') return true;
	const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
	return /utf-?8/i.test(locale);
}

/** Size, colour and characters of the terminal. */
export function checkTerminal(context: Context): Finding[] {
	const {terminal, environment} = context;
	if (!terminal.input || !terminal.output)
		return [
			warning(
				'Terminal',
				'none here: jobs are told in plain lines',
				'For the wizard and the dashboard start muster in a terminal.',
			),
		];
	const {columns, rows} = process.stdout;
	const size = `${columns}x${rows}`;
	const depth = environment['NO_COLOR'] ? 1 : process.stdout.getColorDepth();
	const colour = depth > 1 ? 'colour' : 'no colour';
	const findings = [
		columns < 40 || rows < 8
			? warning('Terminal', `${size} is too small for the dashboard`, 'Use at least 80x24.')
			: ok('Terminal', `${size}, ${colour}${environment['TMUX'] ? ', in tmux' : ''}`),
	];
	findings.push(
		isUtf8(context)
			? ok('Characters', 'UTF-8')
			: warning(
					'Characters',
					'the locale is not UTF-8, so the screens are drawn in ASCII',
					'Set LANG to a UTF-8 locale, C.UTF-8 for instance.',
				),
	);
	return findings;
}

/** systemd may end background jobs of a user who logs out: /etc/systemd/logind.conf, KillUserProcesses. */
export function checkLogout(): Finding[] {
	const file = '/etc/systemd/logind.conf';
	if (!existsSync(file)) return [];
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch {
		return [];
	}
	if (!/^\s*KillUserProcesses\s*=\s*(yes|true|on|1)\s*$/im.test(text))
		return [ok('Logging out', 'background jobs go on after a lost connection')];
	return [
		warning(
			'Logging out',
			'this machine ends background jobs when you log out',
			'Run once: loginctl enable-linger, or start muster with systemd-run --scope --user.',
		),
	];
}
