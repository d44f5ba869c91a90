import type {CredentialHolder} from '../credentials/index.ts';
import type {ErrorRecord} from '../model/error.ts';
import type {JobEvent} from '../model/event.ts';
import type {Store} from '../stores/types.ts';
import type {SignInGate} from './sign-in/gate.ts';
import type {SpareThread} from '../transfer/thread-handle.ts';
import type {PlaceOptions} from './job-place.ts';
import type {Heard} from './types.ts';

/** What a job needs of the engine that runs it. */
export type JobEnvironment = PlaceOptions & {
	/** waits for up to a day when the connection is gone, rather than fail file by file */
	readonly patient: boolean;
	readonly store: Store;
	readonly credentials: CredentialHolder;
	/** where the job waits while the credentials are refused, and for how long, milliseconds */
	readonly gate: SignInGate;
	readonly signInPatience: number;
	/** the error of a bucket that does not take the credentials; without the gate before it */
	readonly probe: (bucket: string, prefix: string) => Promise<ErrorRecord | undefined>;
	/** credentials have changed: who they are may be told anew */
	readonly onCredentials: () => void;
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
