import {useEffect, useEffectEvent, useRef, useState} from 'react';
import type {ProfileInfo, StoreAccess} from '../../../job/link/messages.ts';
import {errorRecord, exitStatus} from '../../../model/error.ts';
import {qrOf} from '../../components/device-code.ts';
import {Frame} from '../../components/frame.tsx';
import {useServices} from '../../hooks/services.ts';
import {useCall} from '../../hooks/use-call.ts';
import {usePasteBox} from '../../hooks/use-paste-box.ts';
import {usePlace} from '../../hooks/use-place.ts';
import {useWholeSnapshot} from '../../hooks/use-snapshot.ts';
import {useWizard} from '../../hooks/use-wizard.ts';
import type {KeyBinding} from '../../keymap.ts';
import {choicesOf, signInBody, type OtherProfile, type SignInInput} from './body.ts';
import {useReaders} from './readers.ts';

/** What the screen is opened with; a job's when nothing is given. */
export type SignInProps = {
	/** the wizard's: its store, and the name of the profile */
	readonly access?: StoreAccess;
	readonly name?: string;
	/** opens on pasting */
	readonly paste?: boolean;
};

const pasteKeys: readonly KeyBinding[] = [
	{keys: ['enter'], action: 'try', label: 'Try them', short: 'try them'},
	{keys: ['ctrl+u'], action: 'clear', label: 'Start over', short: 'start over'},
	{keys: ['escape'], action: 'clear', label: 'Leave', short: 'leave'},
];

type View = 'menu' | 'paste' | 'profiles';

export function SignIn({props}: {readonly props: unknown}) {
	const {access, name = '', paste = false} = (props ?? {}) as SignInProps;
	const services = useServices();
	const {client, layout, theme, navigation, copy, showFull, notice, leave} = services;
	const {answerInstead} = useWizard();
	const snapshot = useWholeSnapshot(client);
	const {signIn, job} = snapshot;
	const flow = signIn?.flow ?? null;
	const [view, setView] = usePlace<View>('view', paste ? 'paste' : 'menu');
	const [choice, setChoice] = usePlace('choice', 0);
	const [row, setRow] = usePlace('row', 0);
	const [swapped, setSwapped] = usePlace('swapped', false);
	const [hidden, setHidden] = usePlace('hidden', false);
	const [trouble, setTrouble] = useState('');
	const [busy, setBusy] = useState(false);
	const isWizard = access !== undefined;
	const [hasNoSession, setHasNoSession] = useState(false);
	const choices = choicesOf(signIn, job !== null && !isWizard, hasNoSession);

	const isGoing = useRef(false);
	const goOn = useEffectEvent((identity?: {label: string}) => {
		if (access === undefined) {
			navigation.back();
			return;
		}
		// Pasted keys end the flow as well: both tell that somebody is signed in.
		if (isGoing.current) return;
		isGoing.current = true;
		const follow = async () => {
			const found = identity ?? (await client.call('identify', access));
			answerInstead('profile', {type: 'access', access, identity: found});
		};
		follow().catch((error: unknown) => {
			isGoing.current = false;
			setTrouble(errorRecord(error).message);
		});
	});

	const begin = useEffectEvent(async () => {
		try {
			// A token that lies in the cache was refused, or is to be renewed: it is not kept.
			const {profile} = await client.call('signIn', {...(access && {access}), force: true});
			setHasNoSession(profile === null);
		} catch (error) {
			setTrouble(errorRecord(error).message);
		}
	});
	useEffect(() => {
		// Coming back to it, the code that was asked for is still good.
		const timer = setTimeout(() => {
			if (client.getSnapshot().signIn?.flow == null && !paste) void begin();
		});
		return () => {
			clearTimeout(timer);
			// A job goes on once somebody approves; the wizard asks again.
			if (isWizard) client.call('endSignIn', {}).catch(() => undefined);
		};
	}, [client, isWizard, paste]);

	// Signed in, here or elsewhere: nothing waits any more.
	// That it is done may stand in no snapshot: trying it can be quicker than the next one.
	const wasOpen = useRef(false);
	useEffect(() => {
		if (signIn !== null) {
			wasOpen.current = true;
		} else if (wasOpen.current) {
			wasOpen.current = false;
			goOn();
		}
	}, [signIn]);

	const attempt = async (asked: Promise<unknown>): Promise<boolean> => {
		setBusy(true);
		setTrouble('');
		try {
			await asked;
			return true;
		} catch (error) {
			const {message, hint} = errorRecord(error);
			setTrouble([message, hint].filter(Boolean).join(' '));
			return false;
		} finally {
			setBusy(false);
		}
	};

	const tryPasted = async (text: string) => {
		let label = '';
		const taken = await attempt(
			client.call('pasteKeys', {...(access && {access}), text}).then((answer) => {
				({label} = answer);
				return answer;
			}),
		);
		if (!taken) return;
		setView('menu');
		if (isWizard) goOn({label});
	};

	const box = usePasteBox({
		onSubmit() {
			if (busy) return;
			const text = box.text();
			box.clear();
			void tryPasted(text);
		},
		onCancel() {
			box.clear();
			setTrouble('');
			if (paste) navigation.back();
			else setView('menu');
		},
	});

	const others = useOthers(view === 'profiles', snapshot.spec?.credentials, services.client);
	const rows: readonly OtherProfile[] = useReaders(client, snapshot.spec, others);

	const take = (index: number) => {
		setTrouble('');
		switch (choices[index]) {
			case 'code':
				if (flow?.kind === 'waiting') copy(flow.completeUrl);
				else void begin();
				return;
			case 'paste':
				setView('paste');
				return;
			case 'profile':
				setView('profiles');
				return;
			case 'later':
				if (isWizard || job === null) navigation.back();
				else void later();
				return;
			default:
		}
	};

	const later = async () => {
		if (await attempt(client.call('stop', {mode: 'now', code: exitStatus.credentials})))
			leave({reason: 'stopped', exitCode: exitStatus.credentials});
	};

	const takeProfile = async (profile: string) => {
		if (await attempt(client.call('useProfile', {profile}))) notice(`Going on as ${profile}`);
	};

	const accept = () => {
		if (busy) return;
		if (view !== 'profiles') {
			take(choice);
			return;
		}
		const chosen = rows[row];
		if (chosen === undefined) return;
		void takeProfile(chosen.name);
	};

	const step = (by: 1 | -1) => () => {
		const most = view === 'profiles' ? rows.length : choices.length;
		const move = (value: number) => Math.max(0, Math.min(most - 1, value + by));
		if (view === 'profiles') setRow(move);
		else setChoice(move);
	};

	const waiting = flow?.kind === 'waiting' ? flow : undefined;
	const qr = qrOf(flow, theme, layout, {hidden, swapped});
	const input: SignInInput = {
		snapshot,
		layout,
		choices,
		choice,
		qr,
		swapped,
		view:
			view === 'paste'
				? {kind: 'paste', size: box.size, lines: box.lines, end: box.end}
				: view === 'profiles'
					? {kind: 'profiles', rows, index: row}
					: {kind: 'menu'},
		name,
		trouble: busy ? 'Trying…' : trouble,
	};
	return (
		<Frame
			body={signInBody(input)}
			field={view === 'paste' ? box : undefined}
			fieldKeys={pasteKeys}
			actions={{
				up: step(-1),
				down: step(1),
				accept,
				choose:
					view === 'menu'
						? (key) => {
								const index = Number(key) - 1;
								if (choices[index] === undefined) return false;
								setChoice(index);
								take(index);
								return undefined;
							}
						: undefined,
				copy:
					waiting === undefined
						? undefined
						: () => {
								copy(waiting.completeUrl);
							},
				swap:
					input.qr === undefined
						? undefined
						: () => {
								setSwapped((value) => !value);
							},
				qr:
					waiting === undefined
						? undefined
						: () => {
								if (input.qr === undefined && !hidden) showFull('The address', waiting.completeUrl);
								else setHidden((value) => !value);
							},
				newCode:
					signIn?.profile == null
						? undefined
						: () => {
								if (flow === null || flow.kind === 'failed') void begin();
								else client.call('newCode', {}).catch(() => undefined);
							},
				tryAgain:
					isWizard || job === null
						? undefined
						: () => {
								void attempt(client.call('tryCredentials', {}));
							},
				back: () => {
					setTrouble('');
					if (view === 'menu') navigation.back();
					else setView('menu');
				},
			}}
		/>
	);
}

/** The profiles beside the job's own. */
function useOthers(
	isAsked: boolean,
	own: StoreAccess['credentials'] | undefined,
	client: Parameters<typeof useCall>[0],
): readonly ProfileInfo[] {
	const profiles = useCall(client, 'profiles', isAsked ? {} : null);
	if (profiles.status !== 'done') return [];
	return profiles.value.filter(
		({name, kind}) => kind !== 'environment' && !(own?.kind === 'profile' && own.profile === name),
	);
}
