import {createHash} from 'node:crypto';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';

export type Home = {
	readonly folder: string;
	/** nothing of the real environment but what the tests give it */
	readonly env: NodeJS.ProcessEnv;
	write(name: string, text: string, mode?: number): Promise<string>;
	/** the token file of an SSO session name or start URL */
	token(session: string, content: string | Readonly<Record<string, unknown>>): Promise<void>;
};

/** Runs `work` in a home folder of its own, which the SDK sees as well; undone afterwards. */
export async function withHome(
	work: (home: Home) => Promise<void>,
	more: NodeJS.ProcessEnv = {},
): Promise<void> {
	const folder = await mkdtemp(path.join(tmpdir(), 'muster-home-'));
	const before = {...process.env};
	const env = {PATH: before['PATH'], HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', ...more};
	for (const name of Object.keys(process.env))
		if (name.startsWith('AWS_')) delete process.env[name];
	Object.assign(process.env, env);
	const write: Home['write'] = async (name, text, mode = 0o600) => {
		const file = path.join(folder, name);
		await mkdir(path.dirname(file), {recursive: true});
		await writeFile(file, text, {mode});
		return file;
	};
	const token: Home['token'] = async (session, content) => {
		const name = createHash('sha1').update(session).digest('hex');
		const text = typeof content === 'string' ? content : JSON.stringify(content);
		await write(`.aws/sso/cache/${name}.json`, text);
	};
	try {
		await work({folder, env, write, token});
	} finally {
		for (const name of Object.keys(env)) delete process.env[name];
		Object.assign(process.env, before);
		await rm(folder, {recursive: true, force: true});
	}
}
