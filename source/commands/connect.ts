import type {EngineClient, JobRecord} from '../job/link/messages.ts';
import {MusterError, errorRecord} from '../model/error.ts';
import type {OnHangup} from '../model/job-spec.ts';

/** The door to the engine of a running job. Throws `usage` when nobody opens. */
export async function connectJob(record: JobRecord, onHangup: OnHangup): Promise<EngineClient> {
	const message = `Job ${record.id} is not running`;
	const hint = `muster resume ${record.id} goes on with it.`;
	if (record.socket === null) throw new MusterError('usage', message, {hint});
	const {connectEngine} = await import('../job/link/client.ts');
	try {
		return await connectEngine(record.socket, onHangup);
	} catch (error) {
		throw new MusterError('usage', message, {hint, detail: errorRecord(error).message});
	}
}

/** Watching is not holding: the job goes on without this terminal. */
export async function letGo(client: EngineClient): Promise<void> {
	await client.call('detach', {}).catch(() => undefined);
	client.close();
}
