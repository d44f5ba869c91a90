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

/**
 * Lets Node keep what it has compiled, for this process, its threads and the engine: a start takes a sixth
 * less. Only in a folder that nobody else can write to, for what lies there is run.
 */
async function keepCompiledCode(): Promise<void> {
	if (process.env['NODE_COMPILE_CACHE'] !== undefined || process.getuid === undefined) return;
	try {
		const [{mkdirSync, statSync}, {homedir}, path, {enableCompileCache}] = await Promise.all([
			import('node:fs'),
			import('node:os'),
			import('node:path'),
			import('node:module'),
		]);
		const base = process.env['XDG_CACHE_HOME'];
		const caches =
			base !== undefined && path.isAbsolute(base) ? base : path.join(homedir(), '.cache');
		const folder = path.join(caches, 'muster', 'compiled');
		mkdirSync(folder, {recursive: true, mode: 0o700});
		const {uid, mode} = statSync(folder);
		if (uid !== process.getuid() || (mode & 0o022) !== 0) return;
		enableCompileCache(folder);
		process.env['NODE_COMPILE_CACHE'] = folder;
	} catch {
		// A home that can't be written to costs a few milliseconds more, nothing else.
	}
}

if (oldNode(process.versions.node)) {
	process.stderr.write(
		`muster needs Node 22.19 or newer; this is Node ${process.versions.node}. Install a newer one from https://nodejs.org\n`,
	);
	process.exitCode = 2;
} else {
	process.env['NODE_ENV'] = 'production';
	silenceSqliteWarning();
	keepCompiledCode()
		.then(() => import('./commands/main.ts'))
		.then(({main}) => main(process.argv.slice(2)))
		.catch((error: unknown) => {
			process.stderr.write(`muster: ${String(error)}\n`);
			process.exitCode = 1;
		});
}
