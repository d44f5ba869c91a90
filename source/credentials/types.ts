import type {IdentityInfo} from '../model/snapshot.ts';
import type {CredentialSource, Credentials} from '../stores/types.ts';
import type {SsoSession} from './sso/session.ts';

/** Credentials as they were found, with what may be told about them. */
export type Loaded = {
	/** undefined: anonymous */
	readonly credentials: Credentials | undefined;
	/** safe to show: profile name, `environment`, a file; never a key */
	readonly label: string;
	/** AWS account number */
	readonly account?: string;
	/** nothing renews them: when they expire, a person has to bring others */
	readonly isFixed?: boolean;
};

/** Finds credentials once. Throws MusterError `no-credentials`, `expired-credentials` or `network`. */
export type Loader = () => Promise<Loaded>;

/** Credentials of one job: found when first asked for, kept, renewed before they expire. */
export type CredentialHolder = {
	readonly source: CredentialSource;
	/** forgets what was found, after a refusal or a new sign-in: the next question looks again */
	reset(): void;
	/** tries the credentials; throws as the source does */
	identity(): Promise<IdentityInfo & {readonly region: string | null}>;
	/** takes these from now on: keys that a person pasted, which stay in memory; `label` is safe to show */
	useKeys(credentials: Credentials, label: string): void;
	/** takes those of another profile from now on */
	useProfile(profile: string): void;
	/** takes back the last of these two */
	undo(): void;
	/** forgets pasted keys, if such are in use */
	dropKeys(): void;
	/** the IAM Identity Center session that a person can renew them with; undefined where there is none */
	session(): Promise<SsoSession | undefined>;
	/** files that change when somebody signs in, or brings other keys, elsewhere */
	files(): Promise<readonly string[]>;
	/** they come from this machine's role or a token file and may be there again at any moment */
	readonly comesBack: boolean;
	/** the region that options, environment or profile name, for buckets whose own is not known yet */
	region(): Promise<string | undefined>;
	/** the endpoint that environment or profile name (`AWS_ENDPOINT_URL_S3`, `endpoint_url`) */
	endpoint(): Promise<string | undefined>;
	/** sentences about secret files that others may read */
	warnings(): readonly string[];
};

export type CredentialOptions = {
	readonly env?: NodeJS.ProcessEnv;
	readonly region?: string;
	/** where `.env` is looked for; the working folder when left out */
	readonly folder?: string;
};

/** A profile that can be offered. */
export type ProfileInfo = {
	readonly name: string;
	readonly kind:
		| 'sso'
		| 'static'
		| 'role'
		| 'process'
		| 'web-identity'
		| 'environment'
		| 'anonymous'
		| 'unknown';
	readonly account?: string;
	readonly role?: string;
	readonly region?: string;
	/** told from files alone, without a request */
	readonly state: 'signed-in' | 'expired' | 'unknown';
	/** Unix milliseconds */
	readonly expires?: number;
	/** its sign-in has a refresh token: it goes on beyond `expires` without a person, until AWS ends it */
	readonly renews?: boolean;
};
