import process from 'node:process';
import {
	draftProfile,
	freeNames,
	portalRoles,
	readStartUrl,
	sessionFor,
	writeProfile,
	type NewProfile,
	type PortalRole,
	type ProfileDraft,
} from '../../credentials/index.ts';
import {safeText} from '../../model/safe-text.ts';
import type {SignInDesk} from './desk.ts';

/** What a person typed: where to sign in. */
export type SetupPlace = {readonly startUrl: string; readonly region: string};

/** A role to choose, safe to show. */
export type SetupRole = PortalRole & {readonly profile: string};

/** What is to be written once a role is chosen. */
export type SetupChoice = SetupPlace & {
	readonly account: string;
	readonly role: string;
	readonly profile: string;
	readonly bucketRegion: string;
};

/** The first sign-in on a machine: IAM Identity Center from its start URL to a profile of the AWS tools. */
export class SignInSetup {
	readonly #desk: SignInDesk;

	constructor(desk: SignInDesk) {
		this.#desk = desk;
	}

	/**
	 * Begins to sign in; the flow tells the rest. Answers the start URL as it was understood. `force`: the
	 * portal did not take the sign-in that lies in the cache.
	 */
	async begin({
		force = false,
		...place
	}: SetupPlace & {readonly force?: boolean}): Promise<{startUrl: string; session: string}> {
		const startUrl = readStartUrl(place.startUrl);
		const session = await sessionFor(startUrl, place.region, process.env);
		this.#desk.beginSession(session, force);
		return {startUrl, session: session.name};
	}

	/** The roles that the sign-in opens, each with a name that its profile may have. */
	async roles({startUrl, region}: SetupPlace): Promise<readonly SetupRole[]> {
		const session = await sessionFor(readStartUrl(startUrl), region, process.env);
		const roles = await portalRoles(session, process.env);
		const names = await freeNames(roles, process.env);
		return roles.map(({account, accountName, role}, index) => ({
			account: safeText(account),
			accountName: safeText(accountName),
			role: safeText(role),
			profile: names[index] ?? '',
		}));
	}

	/** The lines that would be written. */
	async draft(choice: SetupChoice): Promise<ProfileDraft> {
		return draftProfile(await profileOf(choice), process.env);
	}

	async write(choice: SetupChoice): Promise<{file: string}> {
		const file = await writeProfile(await profileOf(choice), process.env);
		this.#desk.end();
		return {file};
	}
}

async function profileOf(choice: SetupChoice): Promise<NewProfile> {
	const {startUrl, region, account, role, profile, bucketRegion} = choice;
	const {name} = await sessionFor(readStartUrl(startUrl), region, process.env);
	return {
		name: profile.trim(),
		session: {name, startUrl: readStartUrl(startUrl), region},
		account,
		role,
		region: bucketRegion.trim(),
	};
}
