import {spawn} from 'node:child_process';
import {closeSync, openSync, readFileSync} from 'node:fs';

export type Command = {
	readonly file: string;
	readonly args: readonly string[];
	/** on top of `baseEnvironment` */
	readonly env?: Readonly<Record<string, string>>;
};

export type Measured = {
	readonly status: number | undefined;
	readonly seconds: number;
	/** user and system time of the program and all its children; undefined where the system has no /proc */
	readonly cpuSeconds: number | undefined;
	/** of all its processes together; undefined where the system has no /proc */
	readonly peakBytes: number | undefined;
};

/** how often memory is looked at; the kernel keeps each process's peak between two looks */
const lookEvery = 50;
const ticksPerSecond = 100;

/**
 * Runs a program to its end. Standard output goes nowhere, standard error to a file.
 * CPU time is what the kernel adds up for ended children, so only one program may run at a time.
 */
export async function measure(command: Command, errorFile: string): Promise<Measured> {
	const before = cpuOfChildren();
	const errors = openSync(errorFile, 'w');
	const start = performance.now();
	const child = spawn(command.file, [...command.args], {
		stdio: ['ignore', 'ignore', errors],
		env: {...command.env},
	});
	closeSync(errors);
	const stop = (): void => void child.kill('SIGKILL');
	process.prependOnceListener('exit', stop);
	let peak: number | undefined;
	const look = (): void => {
		const bytes = child.pid === undefined ? undefined : peakOfTree(child.pid);
		if (bytes !== undefined) peak = Math.max(peak ?? 0, bytes);
	};
	const timer = setInterval(look, lookEvery);
	const status = await new Promise<number | undefined>((resolve, reject) => {
		child.once('error', reject);
		child.once('exit', (code) => resolve(code ?? undefined));
	}).finally(() => {
		clearInterval(timer);
		process.removeListener('exit', stop);
	});
	const seconds = (performance.now() - start) / 1000;
	const after = cpuOfChildren();
	return {
		status,
		seconds,
		cpuSeconds: before === undefined || after === undefined ? undefined : after - before,
		peakBytes: peak,
	};
}

/** User and system seconds of all children that have ended, theirs included. */
function cpuOfChildren(): number | undefined {
	const stat = readProc('self/stat');
	// the name in brackets may hold blanks; cutime and cstime are the fields 16 and 17 of proc(5)
	const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
	const [user, system] = [fields?.[13], fields?.[14]].map(Number);
	return user === undefined || system === undefined || Number.isNaN(user + system)
		? undefined
		: (user + system) / ticksPerSecond;
}

/** The sum of the peaks of a process and those below it. */
export function peakOfTree(pid: number): number | undefined {
	const status = readProc(`${pid}/status`);
	const kibibytes = /^VmHWM:\s+(\d+)/m.exec(status ?? '')?.[1];
	if (kibibytes === undefined) return undefined;
	const children = (readProc(`${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean);
	const below = children.map((child) => peakOfTree(Number(child)) ?? 0);
	return below.reduce((sum, bytes) => sum + bytes, Number(kibibytes) * 1024);
}

function readProc(name: string): string | undefined {
	try {
		return readFileSync(`/proc/${name}`, 'utf8');
	} catch {
		return undefined;
	}
}
