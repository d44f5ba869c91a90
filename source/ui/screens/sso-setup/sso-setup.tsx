import {useEffect, useEffectEvent, useState} from 'react';
import type {SetupRole} from '../../../job/link/messages.ts';
import {errorRecord} from '../../../model/error.ts';
import {qrOf} from '../../components/device-code.ts';
import {Frame} from '../../components/frame.tsx';
import {useServices} from '../../hooks/services.ts';
import {useField, type Field} from '../../hooks/use-field.ts';
import {useList} from '../../hooks/use-list.ts';
import {usePlace} from '../../hooks/use-place.ts';
import {useSnapshot} from '../../hooks/use-snapshot.ts';
import {useWizard} from '../../hooks/use-wizard.ts';
import type {KeyBinding} from '../../keymap.ts';
import type {Line} from '../../text/line.ts';
import {
	codeBody,
	draftBody,
	draftRoom,
	draftRows,
	questionBody,
	regionsFrom,
	roleBody,
} from './body.ts';

type Step = 'url' | 'region' | 'code' | 'role' | 'name' | 'bucket-region' | 'draft';

const order: readonly Step[] = ['url', 'region', 'code', 'role', 'name', 'bucket-region', 'draft'];

const fieldKeys: readonly KeyBinding[] = [
	{keys: ['enter'], action: 'keep', label: 'Go on', short: 'go on'},
	{keys: ['escape'], action: 'clear', label: 'Back', short: 'back'},
];

/** A field in which ↑ and ↓ go through what is usual. */
const withChoices = (field: Field, choices: readonly string[]): Field => ({
	...field,
	key(name) {
		if (name !== 'up' && name !== 'down') return field.key(name);
		const at = choices.indexOf(field.value.trim());
		const next = at === -1 ? 0 : at + (name === 'down' ? 1 : choices.length - 1);
		field.set(choices[next % choices.length] ?? '');
		return true;
	},
});

/** Asks for a start URL and a region, signs in, and writes a profile for the chosen role. */
export function SsoSetup() {
	const {client, layout, theme, navigation, copy, options} = useServices();
	const {answerInstead} = useWizard();
	const [step, setStep] = usePlace<Step>('step', 'url');
	const [trouble, setTrouble] = useState('');
	const [busy, setBusy] = useState(false);
	const [swapped, setSwapped] = usePlace('swapped', false);
	const [roles, setRoles] = usePlace<readonly SetupRole[]>('roles', []);
	const [chosen, setChosen] = usePlace<SetupRole | null>('chosen', null);
	const [draft, setDraft] = usePlace<{file: string; text: string} | null>('draft', null);
	const flow = useSnapshot(client, ({signIn}) => signIn?.flow ?? null);
	const at = useSnapshot(client, (snapshot) => snapshot.at);

	/** the profile that stands in the file already */
	const [written, setWritten] = usePlace('written', '');
	const [offset, setOffset] = usePlace('offset', 0);
	/** when the sign-in ends that the portal refused: seeing it again is no news */
	const [refusedUntil, setRefusedUntil] = usePlace<number | null>('refusedUntil', null);
	const regions = regionsFrom(options.remembered.read().signInRegion);

	// What was asked before Esc has nothing to say any more.
	const [, setAsked, readAsked] = usePlace('asked', 0);
	const attempt = async (
		work: (isCurrent: () => boolean) => Promise<void>,
		onTrouble?: (code: string) => void,
	): Promise<void> => {
		setAsked((count) => count + 1);
		const mine = readAsked();
		const isCurrent = () => readAsked() === mine;
		setBusy(true);
		setTrouble('');
		try {
			await work(isCurrent);
		} catch (error) {
			if (!isCurrent()) return;
			const {message, hint, code} = errorRecord(error);
			onTrouble?.(code);
			setTrouble([message, hint].filter(Boolean).join(' '));
		} finally {
			if (isCurrent()) setBusy(false);
		}
	};
	const goTo = (next: Step) => {
		setTrouble('');
		setStep(next);
	};
	const back = () => {
		// These take a moment, and what they began can't be taken back half way.
		if (busy && (step === 'region' || step === 'draft')) return;
		setAsked((count) => count + 1);
		setBusy(false);
		if (written !== '') {
			navigation.back();
			return;
		}
		if (step === 'code') client.call('endSignIn', {}).catch(() => undefined);
		if (step === 'url') navigation.back();
		// One role alone was taken by itself: the question before it is the address.
		else if (step === 'role' || (step === 'name' && roles.length === 1)) goTo('url');
		else goTo(step === 'code' ? 'region' : (order[order.indexOf(step) - 1] ?? 'url'));
	};
	const fieldOf = (next: (value: string) => void) => ({onSubmit: next, onCancel: back});

	const url = useField(
		'url',
		fieldOf((value) => {
			if (value.trim() !== '') goTo('region');
		}),
	);
	const region = useField('region', {
		initial: regions[0] ?? '',
		...fieldOf(() => {
			if (!busy) void begin();
		}),
	});
	const name = useField(
		'name',
		fieldOf(() => {
			goTo('bucket-region');
		}),
	);
	const bucketRegion = useField(
		'bucket-region',
		fieldOf(() => {
			if (!busy) void preview();
		}),
	);

	const place = () => ({startUrl: url.value, region: region.value.trim()});
	const begin = (force = false) =>
		attempt(async () => {
			const {startUrl} = await client.call('setupSignIn', {...place(), ...(force && {force})});
			url.set(startUrl);
			goTo('code');
		});
	const takeRole = (role: SetupRole) => {
		setChosen(role);
		name.set(role.profile);
		if (bucketRegion.value === '') bucketRegion.set(region.value.trim());
		goTo('name');
	};
	const readRoles = () =>
		attempt(
			async (isCurrent) => {
				const found = await client.call('setupRoles', place());
				if (!isCurrent()) return;
				setRoles(found);
				const [only] = found;
				if (only === undefined) {
					goTo('role');
					setTrouble('This sign-in opens no account yet. Ask for a role, then r asks again.');
				} else if (found.length === 1) takeRole(only);
				else goTo('role');
			},
			(code) => {
				// The code has done its part: what is wrong, and r, stand where the roles would.
				setRoles([]);
				setRefusedUntil(
					code === 'expired-credentials' && flow?.kind === 'done' ? flow.expires : null,
				);
				goTo('role');
			},
		);
	const choice = () => ({
		...place(),
		account: chosen?.account ?? '',
		role: chosen?.role ?? '',
		profile: name.value,
		bucketRegion: bucketRegion.value,
	});
	const preview = () =>
		attempt(async (isCurrent) => {
			const shown = await client.call('setupDraft', choice());
			if (!isCurrent()) return;
			setDraft(shown);
			setOffset(0);
			goTo('draft');
		});
	const write = () =>
		attempt(async (isCurrent) => {
			const {profile, bucketRegion: bucketsIn} = choice();
			if (written === '') {
				await client.call('setupWrite', choice());
				setWritten(profile.trim());
				const signInRegion = place().region;
				options.remembered.update((choices) => ({...choices, signInRegion}));
			}
			const store = {provider: 's3' as const, region: bucketsIn.trim(), ...options.access?.store};
			const access = {store, credentials: {kind: 'profile' as const, profile: profile.trim()}};
			const identity = await client.call('identify', access);
			if (!isCurrent()) return;
			answerInstead('profile', {type: 'access', access, identity, region: identity.region});
		});

	const onSignedIn = useEffectEvent(() => {
		void readRoles();
	});
	const isDone = flow?.kind === 'done' && flow.expires !== refusedUntil && step === 'code';
	useEffect(() => {
		if (!isDone) return undefined;
		const timer = setTimeout(() => {
			onSignedIn();
		});
		return () => {
			clearTimeout(timer);
		};
	}, [isDone]);
	useEffect(
		() => () => {
			setAsked((count) => count + 1);
			client.call('endSignIn', {}).catch(() => undefined);
		},
		[client, setAsked],
	);

	const list = useList('roles', {
		rows: roles,
		key: ({account, role}) => `${account}/${role}`,
		text: ({account, accountName, role}) => `${accountName} ${account} ${role}`,
		height: Math.max(1, layout.bodyRows - (layout.short ? 3 : 6)),
	});
	const fields: Partial<Record<Step, Field | undefined>> = {
		url,
		region: withChoices(region, regions),
		name,
		'bucket-region': withChoices(bucketRegion, regions),
		role: list.field,
	};
	const field = fields[step];
	const room = draftRoom(layout);
	const rows = step === 'draft' ? draftRows(draft?.text ?? '', layout).length : 0;
	const from = Math.max(0, Math.min(offset, rows - room));
	const hasMore = from + room < rows && written === '';
	const scroll = (by: number) => () => {
		setOffset(Math.max(0, Math.min(from + by, rows - room)));
	};
	const qr = step === 'code' ? qrOf(flow, theme, layout, {hidden: false, swapped}) : undefined;
	const said = busy ? 'One moment…' : trouble;

	const body = (): Line[] => {
		switch (step) {
			case 'url':
				return questionBody(
					'What is the start URL of your AWS access portal?',
					[
						'https://d-1234567890.awsapps.com/start, or the word before .awsapps.com.',
						'Your administrator knows it; it also stands in the invitation to IAM Identity Center.',
					],
					url.line('Start URL', layout.columns, true),
					said,
					layout,
				);
			case 'region':
				return questionBody(
					'In which region is IAM Identity Center?',
					['It is told beside the start URL. ↑ ↓ go through the usual ones:', regions.join('  ')],
					region.line('Region', layout.columns, true),
					said,
					layout,
				);
			case 'code':
				return codeBody(flow, at, qr, swapped, layout);
			case 'role':
				return roleBody(
					list.visible,
					list.below,
					list.field === undefined && list.find === ''
						? undefined
						: list.findField.line('Find', layout.columns, list.field !== undefined),
					said,
					layout,
				);
			case 'name':
				return questionBody(
					'How shall the profile be called?',
					[
						`${chosen?.accountName ?? ''}, as ${chosen?.role ?? ''}. The name stands behind --profile then, also for aws and boto3.`,
					],
					name.line('Profile', layout.columns, true),
					said,
					layout,
				);
			case 'bucket-region':
				return questionBody(
					'In which region are most of your buckets?',
					[
						'Others are found by themselves; the AWS tools take this one where nothing else is said.',
					],
					bucketRegion.line('Region', layout.columns, true),
					said,
					layout,
				);
			case 'draft':
				return draftBody(draft ?? {file: '', text: ''}, from, written !== '', said, layout);
			default:
				return step satisfies never;
		}
	};

	const waiting = flow?.kind === 'waiting' ? flow : undefined;
	const {row} = list;
	return (
		<Frame
			body={body()}
			field={field}
			{...(step === 'role' ? {} : {fieldKeys})}
			actions={{
				...(step === 'role' ? list.actions : {}),
				...(step === 'draft'
					? {
							up: scroll(-1),
							down: scroll(1),
							pageUp: scroll(-room),
							pageDown: scroll(room),
							first: scroll(-rows),
							last: scroll(rows),
						}
					: {}),
				more: step === 'draft' && hasMore ? scroll(room) : undefined,
				accept:
					step === 'role' && row !== undefined
						? () => {
								takeRole(row);
							}
						: undefined,
				write:
					step === 'draft' && !hasMore
						? () => {
								if (!busy) void write();
							}
						: undefined,
				copy:
					step === 'code' && waiting !== undefined
						? () => {
								copy(waiting.completeUrl);
							}
						: undefined,
				swap:
					qr === undefined
						? undefined
						: () => {
								setSwapped((value) => !value);
							},
				again:
					step === 'role'
						? () => {
								if (busy) return;
								if (refusedUntil === null) void readRoles();
								else void begin(true);
							}
						: step === 'code'
							? () => {
									if (flow === null || flow.kind === 'failed') void begin();
									else client.call('newCode', {}).catch(() => undefined);
								}
							: undefined,
				back: () => {
					if (step !== 'role' || !list.clearFind()) back();
				},
			}}
		/>
	);
}
