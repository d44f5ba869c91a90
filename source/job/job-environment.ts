import type {CredentialHolder} from '../credentials/index.ts';
import type {JobEvent} from '../model/event.ts';
import type {Store} from '../stores/types.ts';
import type {SpareThread} from '../transfer/thread-handle.ts';
import type {PlaceOptions} from './job-place.ts';
import type {Heard} from './types.ts';

/** What a job needs of the engine that runs it. */
export type JobEnvironment = PlaceOptions & {
	/** waits for up to a day when the connection is gone, rather than fail file by file */
	readonly patient: boolean;
	readonly store: Store;
	readonly credentials: CredentialHolder;
	readonly emit: (event: JobEvent) => void;
	/** which events about files somebody listens to */
	readonly heard: () => Heard;
	/** milliseconds from a request to its first byte, for the estimate */
	readonly firstByte: (milliseconds: number) => void;
	/** something that the record of the job shows has changed */
	readonly onChange: () => void;
	/** for the first download; ended when there is none */
	readonly spare: SpareThread | undefined;
};
