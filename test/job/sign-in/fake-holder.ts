import type {CredentialHolder} from '../../../source/credentials/index.ts';
import type {Credentials} from '../../../source/stores/types.ts';

export const keys = (name: string): Credentials => ({
	accessKeyId: `AKIA${name}`,
	secretAccessKey: `secret of ${name}`,
});

export type FakeHolder = CredentialHolder & {
	/** what the provider has: keys, or the error that it throws */
	now: Credentials | Error;
	/** how often the provider was asked after a reset */
	readonly asked: () => number;
	/** files to look at */
	watched: readonly string[];
	/** whose session a person can sign in to */
	profile: string | undefined;
};

/** A holder whose provider is a variable: what it found is kept until it is reset. */
export function fakeHolder(first: Credentials | Error): FakeHolder {
	let kept: Credentials | undefined;
	let asked = 0;
	let given: Credentials | undefined;
	const holder: FakeHolder = {
		now: first,
		asked: () => asked,
		watched: [],
		profile: undefined,
		async source() {
			if (kept !== undefined) return kept;
			asked++;
			const found = given ?? holder.now;
			if (found instanceof Error) throw found;
			kept = found;
			return kept;
		},
		reset() {
			kept = undefined;
		},
		async identity() {
			await holder.source();
			return {label: 'fake', region: null};
		},
		useKeys(credentials) {
			given = credentials;
			kept = undefined;
		},
		useProfile() {
			given = undefined;
			kept = undefined;
		},
		undo() {
			given = undefined;
			kept = undefined;
		},
		dropKeys() {
			given = undefined;
			kept = undefined;
		},
		async session() {
			const {profile} = holder;
			if (profile === undefined) return undefined;
			return {profile, startUrl: 'https://example.com/start', region: 'eu-west-1', scopes: []};
		},
		files: async () => holder.watched,
		comesBack: false,
		region: async () => undefined,
		endpoint: async () => undefined,
		warnings: () => [],
	};
	return holder;
}
