import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {jobsFolder} from '../../source/config/paths.ts';
import type {JobRecord} from '../../source/job/link/messages.ts';
import {listJobs} from '../../source/job/registry.ts';
import {startSandboxProcess} from '../../source/sandbox/index.ts';
import type {
	SandboxProcess,
	SandboxProcessOptions,
	SandboxRule,
	Throttle,
} from '../../source/sandbox/index.ts';
import {killPid, until} from '../e2e/bed.ts';
import {Tmux, type TmuxOptions} from './tmux.ts';

const entry = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** The built program on a home of its own, in shells of its own, with a sandbox to talk to. */
export class Stage {
	readonly home: string;
	/** where the shells begin: manifests lie here */
	readonly work: string;
	readonly sandbox: SandboxProcess;
	readonly env: Readonly<Record<string, string>>;
	readonly #shells: Tmux[] = [];

	static async make(options: SandboxProcessOptions = {}): Promise<Stage> {
		// short: a socket's whole path has about 100 characters
		const home = await mkdtemp(path.join(tmpdir(), 'ux-'));
		return new Stage(home, await startSandboxProcess(options));
	}

	/** A sandbox in this process, with buckets of the test's own; whoever made it closes it. */
	static on(
		home: string,
		sandbox: Pick<SandboxProcess, 'accessKeyId' | 'secretAccessKey' | 'region' | 'endpoint'>,
	): Stage {
		const none = () => Promise.reject(new Error('the test has the sandbox itself'));
		return new Stage(home, {
			port: 0,
			pid: 0,
			buckets: [],
			accessKeyId: sandbox.accessKeyId,
			secretAccessKey: sandbox.secretAccessKey,
			region: sandbox.region,
			endpoint: sandbox.endpoint,
			control: none,
			stop: none,
		});
	}

	private constructor(home: string, sandbox: SandboxProcess) {
		this.home = home;
		this.sandbox = sandbox;
		this.work = path.join(home, 'work');
		mkdirSync(this.work);
		mkdirSync(path.join(home, 'bin'));
		const program = path.join(home, 'bin', 'muster');
		writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`);
		chmodSync(program, 0o755);
		this.env = {
			PATH: `${path.join(home, 'bin')}:${process.env['PATH'] ?? ''}`,
			HOME: home,
			XDG_CONFIG_HOME: path.join(home, 'config'),
			XDG_RUNTIME_DIR: home,
			AWS_EC2_METADATA_DISABLED: 'true',
			AWS_ACCESS_KEY_ID: sandbox.accessKeyId,
			AWS_SECRET_ACCESS_KEY: sandbox.secretAccessKey,
			AWS_REGION: sandbox.region,
			AWS_ENDPOINT_URL: sandbox.endpoint,
		};
	}

	/** A shell in tmux; undefined takes a variable of the stage away. */
	async shell(
		options: Omit<TmuxOptions, 'home' | 'env'> & {
			readonly env?: Readonly<Record<string, string | undefined>>;
		} = {},
	): Promise<Tmux> {
		const {env, ...more} = options;
		const shell = await Tmux.start({
			home: this.home,
			cwd: this.work,
			...more,
			env: definedOnly({...this.env, ...env}),
		});
		this.#shells.push(shell);
		return shell;
	}

	/** Sign-ins in `~/.aws` rather than in the environment: name by name, all with the sandbox's key. */
	profiles(...names: readonly string[]): Readonly<Record<string, undefined>> {
		const {accessKeyId, secretAccessKey, region} = this.sandbox;
		const folder = path.join(this.home, '.aws');
		mkdirSync(folder, {recursive: true});
		writeFileSync(
			path.join(folder, 'config'),
			names.map((name) => `[profile ${name}]\nregion = ${region}\n`).join('\n'),
		);
		writeFileSync(
			path.join(folder, 'credentials'),
			names
				.map(
					(name) =>
						`[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
				)
				.join('\n'),
		);
		return {AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined};
	}

	async rules(...rules: readonly SandboxRule[]): Promise<void> {
		await this.sandbox.control('PUT rules', rules);
	}

	async throttle(throttle: Partial<Throttle>): Promise<void> {
		await this.sandbox.control('PUT throttle', throttle);
	}

	async jobs(): Promise<readonly JobRecord[]> {
		return listJobs(jobsFolder(this.env));
	}

	/** The newest job once it fits. */
	async job(fits: (job: JobRecord) => boolean = () => true, limit = 15_000): Promise<JobRecord> {
		const found: JobRecord[] = [];
		await until(
			async () => {
				found.splice(0, 1, ...(await this.jobs()).slice(0, 1).filter(fits));
				return found.length > 0;
			},
			`a job for which ${String(fits)}`,
			limit,
		);
		const [job] = found;
		if (job === undefined) throw new Error('there is no job');
		return job;
	}

	/** Ends the shells with all that runs in them, and every job. */
	async clear(): Promise<void> {
		for (const shell of this.#shells.splice(0)) await shell[Symbol.asyncDispose]();
		for (const {pid} of await this.jobs()) if (pid !== null) killPid(pid);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.clear();
		await this.sandbox.stop();
		await rm(this.home, {recursive: true, force: true, maxRetries: 5, retryDelay: 100});
	}
}

function definedOnly(all: Readonly<Record<string, string | undefined>>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
	);
}
