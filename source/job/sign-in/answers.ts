import type {LinkMethod, LinkParams, LinkResult, StoreAccess} from '../link/messages.ts';
import type {Customer, SignInDesk} from './desk.ts';
import {SignInSetup} from './setup.ts';

type Asked =
	| 'signIn'
	| 'newCode'
	| 'endSignIn'
	| 'pasteKeys'
	| 'setupSignIn'
	| 'setupRoles'
	| 'setupDraft'
	| 'setupWrite';

type Answers = {
	readonly [M in Asked & LinkMethod]: (
		params: LinkParams<M>,
	) => Promise<LinkResult<M>> | LinkResult<M>;
};

/** The engine's answers to what a person does to sign in. `customer`: for whom, the wizard's store or the job. */
export function signInAnswers(
	desk: SignInDesk,
	customer: (access?: StoreAccess) => Promise<Customer>,
): Answers {
	const setup = new SignInSetup(desk);
	return {
		signIn: async ({access, force}) => ({
			profile: await desk.begin(await customer(access), force === true),
		}),
		newCode: () => desk.newCode(),
		endSignIn: () => desk.end(),
		pasteKeys: async ({access, text}) => ({
			label: await desk.paste(await customer(access), text),
		}),
		setupSignIn: (place) => setup.begin(place),
		setupRoles: (place) => setup.roles(place),
		setupDraft: (choice) => setup.draft(choice),
		setupWrite: (choice) => setup.write(choice),
	};
}
