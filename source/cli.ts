#!/usr/bin/env node
// Plain enough for any Node that knows import(): nothing of ours loads before the version is checked.

function oldNode(version: string): boolean {
	const parts = version.split('.').map(Number);
	const major = parts[0] ?? 0;
	return major < 22 || (major === 22 && (parts[1] ?? 0) < 19);
}

/** node:sqlite warns that it is experimental on every start; every other warning still shows. */
function silenceSqliteWarning(): void {
	const emit = process.emitWarning.bind(process) as (...words: unknown[]) => void;
	process.emitWarning = (...words: unknown[]): void => {
		const text = String(words[0]);
		if (!text.startsWith('SQLite is an experimental feature')) emit(...words);
	};
}

if (oldNode(process.versions.node)) {
	process.stderr.write(
		`muster needs Node 22.19 or newer; this is Node ${process.versions.node}. Install a newer one from https://nodejs.org\n`,
	);
	process.exitCode = 2;
} else {
	process.env['NODE_ENV'] = 'production';
	silenceSqliteWarning();
	import('./commands/main.ts')
		.then(({main}) => main(process.argv.slice(2)))
		.catch((error: unknown) => {
			process.stderr.write(`muster: ${String(error)}\n`);
			process.exitCode = 1;
		});
}
