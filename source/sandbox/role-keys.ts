import {randomBytes} from 'node:crypto';
import type {Identities} from './identities.ts';

/** Temporary keys of a role; `expires` in Unix milliseconds. */
export type RoleCredentials = {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken: string;
	readonly expires: number;
};

export type Caller = {readonly account: string; readonly arn: string};

/** Whose keys the sandbox's own are. */
const owner: Caller = {account: '111122223333', arn: 'arn:aws:iam::111122223333:user/sandbox'};

/** Gives out temporary keys that the sandbox's S3 accepts until they expire, and knows whose they are. */
export class RoleKeys {
	readonly #identities: Identities;
	readonly #clock: () => number;
	readonly #callers = new Map<string, Caller>();

	constructor(identities: Identities, clock: () => number) {
		this.#identities = identities;
		this.#clock = clock;
	}

	issue(of: {
		readonly account: string;
		readonly role: string;
		readonly seconds: number;
		readonly sessionName?: string;
	}): RoleCredentials {
		const {account, role, seconds, sessionName = 'sandbox'} = of;
		const given = {
			accessKeyId: `ASIA${newKeyId()}`,
			secretAccessKey: randomBytes(30).toString('base64'),
			sessionToken: randomBytes(192).toString('base64'),
			// services tell it to the second
			expires: Math.floor(this.#clock() / 1000 + seconds) * 1000,
		};
		this.#identities.add(given);
		const arn = `arn:aws:sts::${account}:assumed-role/${role}/${sessionName}`;
		this.#callers.set(given.accessKeyId, {account, arn});
		return given;
	}

	/** Throws S3Error when the keys are not known, or over. The signature itself is not looked at. */
	callerOf(accessKeyId: string, token: string | undefined): Caller {
		this.#identities.secretOf(accessKeyId);
		this.#identities.admit(accessKeyId, token, this.#clock());
		return this.#callers.get(accessKeyId) ?? owner;
	}
}

function newKeyId(): string {
	const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
	return Array.from(randomBytes(16), (byte) => letters[byte % letters.length]).join('');
}
