import {stat} from 'node:fs/promises';

const lookEvery = 1000;
/** credentials of a machine's role change without a file */
const askEvery = 5000;

/** Notices within a second or so that files which credentials come from were written, by `aws sso login` for instance. */
export class ElsewhereWatch {
	readonly #files: () => Promise<readonly string[]>;
	readonly #comesBack: () => boolean;
	readonly #every: number;
	#round = 0;

	/** `comesBack`: they may be there again with no file to tell, and are asked for every five seconds. */
	constructor(
		files: () => Promise<readonly string[]>,
		comesBack: () => boolean = () => false,
		every = lookEvery,
	) {
		this.#files = files;
		this.#comesBack = comesBack;
		this.#every = every;
	}

	/**
	 * Calls `onChange` after each change until `end`. Never two calls at once. `before`: what `look` answered
	 * before the credentials were read last; what was written since is a change already.
	 */
	async begin(onChange: () => Promise<void>, before?: string): Promise<void> {
		const round = ++this.#round;
		let known = before ?? (await this.look());
		let askedAt = Date.now();
		while (round === this.#round) {
			await this.#rest();
			if (round !== this.#round) return;
			const now = await this.look();
			const isDue = this.#comesBack() && Date.now() - askedAt >= askEvery;
			if (now === known && !isDue) continue;
			known = now;
			askedAt = Date.now();
			await onChange();
		}
	}

	async #rest(): Promise<void> {
		await new Promise<void>((resolve) => {
			// Whoever waits for a sign-in alone is not kept alive by it.
			setTimeout(resolve, this.#every).unref();
		});
	}

	end(): void {
		this.#round++;
	}

	/** What is there, as text that changes with it. */
	async look(): Promise<string> {
		const files = await this.#files().catch(() => []);
		const facts = await Promise.all(
			files.map((file) =>
				stat(file).then(
					({ino, size, mtimeMs}) => `${file}:${ino}:${size}:${mtimeMs}`,
					() => `${file}:-`,
				),
			),
		);
		return facts.join('\n');
	}
}
