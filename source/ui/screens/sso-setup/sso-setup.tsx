import {useEffect, useEffectEvent, useState} from 'react';
import type {SetupRole} from '../../../job/link/messages.ts';
import {errorRecord} from '../../../model/error.ts';
import {qrOf} from '../../components/device-code.ts';
import {Frame} from '../../components/frame.tsx';
import {useServices} from '../../hooks/services.ts';
import {useField} from '../../hooks/use-field.ts';
import {useList} from '../../hooks/use-list.ts';
import {usePlace} from '../../hooks/use-place.ts';
import {useSnapshot} from '../../hooks/use-snapshot.ts';
import {useWizard} from '../../hooks/use-wizard.ts';
import type {KeyBinding} from '../../keymap.ts';
import type {Line} from '../../text/line.ts';
import {codeBody, draftBody, questionBody, roleBody, usualRegions} from './body.ts';

type Step = 'url' | 'region' | 'code' | 'role' | 'name' | 'bucket-region' | 'draft';

const order: readonly Step[] = ['url', 'region', 'code', 'role', 'name', 'bucket-region', 'draft'];

const fieldKeys: readonly KeyBinding[] = [
	{keys: ['enter'], action: 'keep', label: 'Go on', short: 'go on'},
	{keys: ['escape'], action: 'clear', label: 'Back', short: 'back'},
];

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

	const attempt = async (work: () => Promise<void>): Promise<void> => {
		setBusy(true);
		setTrouble('');
		try {
			await work();
		} catch (error) {
			const {message, hint} = errorRecord(error);
			setTrouble([message, hint].filter(Boolean).join(' '));
		} finally {
			setBusy(false);
		}
	};
	const goTo = (next: Step) => {
		setTrouble('');
		setStep(next);
	};
	const back = () => {
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
		initial: usualRegions[0],
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
	const begin = () =>
		attempt(async () => {
			const {startUrl} = await client.call('setupSignIn', place());
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
		attempt(async () => {
			const found = await client.call('setupRoles', place());
			setRoles(found);
			const [only] = found;
			if (only === undefined) {
				goTo('role');
				setTrouble('This sign-in opens no account yet. Ask for a role, then r asks again.');
			} else if (found.length === 1) takeRole(only);
			else goTo('role');
		});
	const choice = () => ({
		...place(),
		account: chosen?.account ?? '',
		role: chosen?.role ?? '',
		profile: name.value,
		bucketRegion: bucketRegion.value,
	});
	const preview = () =>
		attempt(async () => {
			setDraft(await client.call('setupDraft', choice()));
			goTo('draft');
		});
	const write = () =>
		attempt(async () => {
			const {profile, bucketRegion: bucketsIn} = choice();
			await client.call('setupWrite', choice());
			const store = {provider: 's3' as const, region: bucketsIn.trim(), ...options.access?.store};
			const access = {store, credentials: {kind: 'profile' as const, profile: profile.trim()}};
			const identity = await client.call('identify', access);
			answerInstead('profile', {type: 'access', access, identity, region: identity.region});
		});

	const onSignedIn = useEffectEvent(() => {
		void readRoles();
	});
	const isDone = flow?.kind === 'done' && step === 'code';
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
			client.call('endSignIn', {}).catch(() => undefined);
		},
		[client],
	);

	const list = useList('roles', {
		rows: roles,
		key: ({account, role}) => `${account}/${role}`,
		text: ({account, accountName, role}) => `${accountName} ${account} ${role}`,
		height: Math.max(1, layout.bodyRows - 6),
	});
	const fields = {url, region, name, 'bucket-region': bucketRegion} as const;
	const field = step in fields ? fields[step as keyof typeof fields] : undefined;
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
					['It is told beside the start URL. Usual ones:', usualRegions.join('  ')],
					region.line('Region', layout.columns, true),
					said,
					layout,
				);
			case 'code':
				return codeBody(flow, at, qr, swapped, layout);
			case 'role':
				return roleBody(list.visible, list.below, said, layout);
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
				return draftBody(draft ?? {file: '', text: ''}, said, layout);
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
			fieldKeys={fieldKeys}
			actions={{
				...(step === 'role' ? list.actions : {}),
				accept:
					step === 'role' && row !== undefined
						? () => {
								takeRole(row);
							}
						: undefined,
				write:
					step === 'draft'
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
								void readRoles();
							}
						: step === 'code'
							? () => {
									if (flow === null || flow.kind === 'failed') void begin();
									else client.call('newCode', {}).catch(() => undefined);
								}
							: undefined,
				back,
			}}
		/>
	);
}
