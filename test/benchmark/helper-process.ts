import {spawn, type ChildProcess} from 'node:child_process';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

export type HelperProcess = {readonly port: number; close(): Promise<void>};

/**
 * Starts one of this folder's scripts that listen on loopback, and waits for its port. It ends when
 * its input does, hence also when this process is gone.
 */
export async function startHelper(
	script: string,
	words: readonly string[],
): Promise<HelperProcess> {
	const file = fileURLToPath(new URL(script, import.meta.url));
	const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file, ...words], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const port = await firstLine(child, script);
	return {
		port: Number(port),
		async close() {
			child.stdin?.end();
			await ended;
		},
	};
}

async function firstLine(child: ChildProcess, script: string): Promise<string> {
	if (child.stdout === null) throw new Error(`${script} has no output`);
	for await (const line of createInterface({input: child.stdout})) return line;
	throw new Error(`${script} ended before it listened`);
}
