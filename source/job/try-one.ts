import type {FoundRow} from '../ledger/plan-table.ts';
import {MusterError} from '../model/error.ts';
import {type DownloadContext, Download} from './download.ts';
import {GroupTable} from './group-table.ts';
import {unlessAborted} from './unless-aborted.ts';

export type TriedFile = {readonly path: string; readonly bytes: number; readonly verified: string};

/** Fetches one file by itself through a pool of its own, to show that reading, writing and checking work. */
export async function fetchAlone(
	row: FoundRow,
	context: Pick<DownloadContext, 'spec' | 'job' | 'ledger' | 'pool' | 'log'>,
	signal: AbortSignal,
): Promise<TriedFile> {
	const {promise, resolve, reject} = Promise.withResolvers<TriedFile>();
	const download = new Download(
		{
			...context,
			spec: {...context.spec, connections: 1},
			groups: new GroupTable(),
			onFile: (_, {error, path, bytes, verified}) => {
				if (error !== undefined) reject(new MusterError(error.code, error.message));
				else resolve({path: path ?? '', bytes, verified: verified ?? 'size'});
			},
			onFirstByte: () => undefined,
			onBlocked: (_, error) => reject(MusterError.from(error)),
			onRefused: (error) => reject(MusterError.from(error)),
			onIdle: () => undefined,
		},
		[],
		1,
	);
	context.pool.onError(reject);
	try {
		download.fetch(row);
		return await unlessAborted(promise, signal);
	} finally {
		await download.close();
	}
}
