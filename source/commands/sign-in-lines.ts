import type {EngineClient} from '../job/link/messages.ts';
import {errorRecord, type ErrorRecord} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import type {SignInFlow} from '../model/snapshot.ts';
import type {Context} from './context.ts';
import {canvasOf, clockWords, pageLines} from './login-page.ts';

/**
 * Lets a person sign in while a roll call waits for it and there is no screen yet: the address and its
 * code in ordinary lines, as `muster login` has them. Answers how to stop.
 */
export function signInByLines(client: EngineClient, context: Context, color: boolean): () => void {
	const lines = new SignInLines(client, context, color);
	const unsubscribe = client.subscribe(() => lines.look());
	lines.look();
	return unsubscribe;
}

class SignInLines {
	readonly #client: EngineClient;
	readonly #context: Context;
	readonly #color: boolean;
	/** when what was told of was refused */
	#told: number | undefined;
	#code: string | undefined;
	#failed: SignInFlow | undefined;
	#writing: Promise<void> = Promise.resolve();

	constructor(client: EngineClient, context: Context, color: boolean) {
		this.#client = client;
		this.#context = context;
		this.#color = color;
	}

	look(): void {
		const {signIn} = this.#client.getSnapshot();
		if (signIn === null) {
			if (this.#told !== undefined) this.#say('', 'Signed in; the roll call goes on.');
			this.#told = undefined;
			return;
		}
		const {refused, flow} = signIn;
		if (refused !== null && refused.at !== this.#told) {
			this.#told = refused.at;
			this.#begin(refused.error);
		}
		if (flow?.kind === 'waiting' && flow.code !== this.#code) this.#show(flow);
		if (flow?.kind === 'failed' && flow !== this.#failed) {
			this.#failed = flow;
			this.#say(flow.error.message, flow.error.hint ?? '');
		}
	}

	#begin({message, hint = ''}: ErrorRecord): void {
		this.#say('', `${message} The roll call waits for it; nothing is lost.`, '');
		this.#write(async () => {
			const {profile} = await this.#client.call('signIn', {force: true});
			return profile === null ? [safeText(hint), 'It is noticed by itself. Ctrl+C leaves.'] : [];
		});
	}

	#show({completeUrl, code, codeExpires}: SignInFlow & {kind: 'waiting'}): void {
		this.#code = code;
		const facts = {completeUrl, code, validUntil: clockWords(codeExpires)};
		this.#write(async () => pageLines(facts, await canvasOf(this.#context, this.#color)));
	}

	#say(...texts: readonly string[]): void {
		this.#write(async () => texts.map((text) => safeText(text)));
	}

	/** One after another, in the order in which they were asked for. */
	#write(make: () => Promise<readonly string[]>): void {
		this.#writing = this.#writeAfter(this.#writing, make);
	}

	async #writeAfter(before: Promise<void>, make: () => Promise<readonly string[]>): Promise<void> {
		await before;
		const lines = await make().catch((error: unknown) => [safeText(errorRecord(error).message)]);
		for (const line of lines) this.#context.lines.out(line);
	}
}
