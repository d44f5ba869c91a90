import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {Sandbox} from '../../source/sandbox/index.ts';

export type CliResult = {
	readonly status: number | null;
	readonly out: string;
	readonly err: string;
};

const entry = fileURLToPath(new URL('../../source/cli.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

/** An environment that knows the sandbox and nothing of the person's own sign-ins. */
export function sandboxEnvironment(sandbox: Sandbox, home: string): NodeJS.ProcessEnv {
	return {
		PATH: process.env['PATH'],
		HOME: home,
		// tsx looks for it in the working folder, which is another one here
		TSX_TSCONFIG_PATH: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
		XDG_CONFIG_HOME: `${home}/config`,
		XDG_RUNTIME_DIR: home,
		AWS_ACCESS_KEY_ID: sandbox.accessKeyId,
		AWS_SECRET_ACCESS_KEY: sandbox.secretAccessKey,
		AWS_REGION: sandbox.region,
		AWS_ENDPOINT_URL: sandbox.endpoint,
	};
}

/** Starts the command line from its sources, without a terminal. `onOut` sees standard output as it comes. */
export async function runCli(
	words: readonly string[],
	options: {
		env: NodeJS.ProcessEnv;
		cwd: string;
		input?: string;
		onOut?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
	},
): Promise<CliResult> {
	const child = spawn(process.execPath, ['--import', tsx, entry, ...words], {
		env: options.env,
		cwd: options.cwd,
		stdio: ['pipe', 'pipe', 'pipe'],
		timeout: 60_000,
		killSignal: 'SIGKILL',
	});
	let out = '';
	let err = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		out += text;
		options.onOut?.(out, (signal) => void child.kill(signal));
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		err += text;
	});
	child.stdin.end(options.input ?? '');
	const [status] = (await once(child, 'close')) as [number | null];
	return {status, out, err};
}
