import {randomBytes} from 'node:crypto';
import {chmod, open, rename, rm} from 'node:fs/promises';

/** Replaces a file whole or not at all: a reader never meets half of it. `mode` whatever the umask takes away. */
export async function writeWhole(
	file: string,
	content: string | Buffer,
	mode: number,
): Promise<void> {
	const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
	try {
		const handle = await open(temporary, 'wx', 0o600);
		try {
			await handle.writeFile(content);
			await handle.sync();
		} finally {
			await handle.close();
		}
		await chmod(temporary, mode);
		await rename(temporary, file);
	} catch (error) {
		await rm(temporary, {force: true}).catch(() => undefined);
		throw error;
	}
}
