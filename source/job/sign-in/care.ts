import type {ErrorRecord} from '../../model/error.ts';
import type {Credentials} from '../../stores/types.ts';
import type {SignInGate} from './gate.ts';

export type CareContext = {
	readonly gate: SignInGate;
	/** in use by the transfers now */
	readonly inUse: () => Credentials | undefined;
	readonly isDownloading: () => boolean;
	readonly filesDone: () => number;
	readonly onFresh: (credentials: Credentials | undefined) => void;
	readonly note: (text: string) => void;
};

/** Credentials are looked at so often while files are fetched; their holder asks five minutes before they expire. */
const lookEvery = 30_000;

/**
 * Keeps a running download in credentials where nobody is needed for it: ahead of their expiry, and
 * at once when they are refused all the same. What needs a person ends at the gate.
 */
export class CredentialCare {
	readonly #context: CareContext;
	#timer: NodeJS.Timeout | undefined;
	/** files that were done when credentials were renewed after a refusal */
	#renewedAt = -1;
	#isRenewing = false;

	constructor(context: CareContext) {
		this.#context = context;
	}

	begin(): void {
		this.#timer ??= setInterval(() => void this.#lookAhead(), lookEvery);
		this.#timer.unref();
	}

	end(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	async #lookAhead(): Promise<void> {
		const {gate, inUse, isDownloading, onFresh, note} = this.#context;
		if (!isDownloading() || this.#isRenewing) return;
		const fresh = await gate.ahead(inUse());
		if (fresh === undefined || !isDownloading()) return;
		onFresh(fresh);
		note('credentials were renewed ahead of their expiry');
	}

	/** Lanes were refused, and stand still until others come or the gate closes. */
	async refused(error: ErrorRecord): Promise<void> {
		const {gate, inUse, isDownloading, filesDone, onFresh, note} = this.#context;
		if (this.#isRenewing || !isDownloading()) return;
		this.#isRenewing = true;
		const used = inUse();
		// Renewed once already without a file since: others would be refused as well.
		const isHopeless = this.#renewedAt === filesDone();
		const fresh = isHopeless ? undefined : await gate.renewed(used);
		this.#isRenewing = false;
		if (!isDownloading()) return;
		if (fresh === undefined) {
			this.#renewedAt = -1;
			gate.close(error, used);
			return;
		}
		this.#renewedAt = filesDone();
		onFresh(fresh);
		note('credentials were refused, and renewed by themselves');
	}
}
