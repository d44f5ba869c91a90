import {S3Error} from './s3-error.ts';
import type {SandboxIdentity} from './types.ts';

/** The credentials that the sandbox knows, and what became of them. */
export class Identities {
	readonly #known = new Map<string, SandboxIdentity>();
	readonly #expired = new Set<string>();
	readonly #uses = new Map<string, number>();

	constructor(identities: readonly SandboxIdentity[]) {
		for (const identity of identities) this.add(identity);
	}

	/** Adds credentials, or replaces and so renews those with the same access key. */
	add(identity: SandboxIdentity): void {
		this.#known.set(identity.accessKeyId, identity);
		this.#expired.delete(identity.accessKeyId);
		this.#uses.delete(identity.accessKeyId);
	}

	/** Requests signed with them answer ExpiredToken from now on; without a name, all do. */
	expire(accessKeyId?: string): void {
		const ids = accessKeyId === undefined ? [...this.#known.keys()] : [accessKeyId];
		for (const id of ids) this.#expired.add(id);
	}

	/** Requests signed with them answer InvalidAccessKeyId from now on. */
	revoke(accessKeyId: string): void {
		this.#known.delete(accessKeyId);
	}

	secretOf(accessKeyId: string): string {
		const identity = this.#known.get(accessKeyId);
		if (identity === undefined) {
			throw new S3Error(
				403,
				'InvalidAccessKeyId',
				'The AWS Access Key Id you provided does not exist in our records.',
				{extra: {AWSAccessKeyId: accessKeyId}},
			);
		}
		return identity.secretAccessKey;
	}

	/** Checks the session token and the expiry of credentials whose signature was right; counts the use. */
	admit(accessKeyId: string, token: string | undefined, now: number): void {
		const identity = this.#known.get(accessKeyId);
		if (identity === undefined) return;
		if (identity.sessionToken !== token) {
			throw new S3Error(
				400,
				'InvalidToken',
				'The provided token is malformed or otherwise invalid.',
			);
		}
		const uses = (this.#uses.get(accessKeyId) ?? 0) + 1;
		this.#uses.set(accessKeyId, uses);
		const tooOld = identity.expires !== undefined && now >= identity.expires;
		const tooOften =
			identity.expiresAfterRequests !== undefined && uses > identity.expiresAfterRequests;
		if (tooOld || tooOften || this.#expired.has(accessKeyId)) {
			throw new S3Error(400, 'ExpiredToken', 'The provided token has expired.');
		}
	}
}
