import {programFile} from '../../model/program-file.ts';
import type {StoreProvider} from '../types.ts';
import {createWriter} from './requests.ts';
import {openStore} from './store.ts';

/** S3 and everything that speaks its protocol (MinIO, Ceph, R2, Wasabi, …). */
export const provider: StoreProvider = {
	id: 's3',
	schemes: ['s3', 's3a', 's3n'],
	open: (spec, credentials, onRefused) => openStore(spec, credentials, {onRefused}),
	writer: createWriter,
};

/** Where a worker imports this provider from. */
export const module = programFile('stores/s3/index.ts', 'store-s3.js').href;
