import {useState} from 'react';
import type {ProfileInfo, StoreAccess} from '../../../job/link/messages.ts';
import {errorRecord} from '../../../model/error.ts';
import {Frame} from '../../components/frame.tsx';
import {rowsAbove, withDetails} from '../../components/frame-lines.ts';
import {useServices} from '../../hooks/services.ts';
import {useCall} from '../../hooks/use-call.ts';
import {useList} from '../../hooks/use-list.ts';
import {useHint, useNow, useWizard} from '../../hooks/use-wizard.ts';
import {formatDuration} from '../../../model/format.ts';
import type {Layout} from '../../layout.ts';
import {
	accent,
	blank,
	bold,
	ends,
	good,
	left,
	line,
	warn,
	wrap,
	type Line,
	type Span,
} from '../../text/line.ts';
import {clock} from '../../text/dates.ts';
import {accessOf, accountWords} from '../../wizard/steps.ts';

const kindWords: Readonly<Record<ProfileInfo['kind'], string>> = {
	sso: 'SSO',
	static: 'access key',
	role: 'role',
	process: 'program',
	'web-identity': 'web identity',
	environment: 'environment',
	anonymous: 'public buckets',
	unknown: 'unknown',
};

function stateWords(profile: ProfileInfo, now: number, roomy: boolean): Span | string {
	if (profile.kind === 'anonymous') return 'no sign-in needed';
	const {state, expires, renews = false} = profile;
	switch (state) {
		case 'signed-in': {
			if (expires === undefined) return good('signed in');
			if (renews)
				return good(
					roomy ? `signed in until ${clock(expires)}, renews itself` : 'signed in, renews',
				);
			const until = roomy ? `, until ${clock(expires)}` : '';
			return good(`signed in for ${formatDuration(Math.max(0, (expires - now) / 1000))}${until}`);
		}
		case 'expired':
			return warn('sign-in has ended');
		default:
			return renews ? 'renews itself when used' : 'asked when used';
	}
}

/** Anonymous access is always offered, last. */
const anonymous: ProfileInfo = {name: 'no sign-in', kind: 'anonymous', state: 'unknown'};

/** The last used profile first, then those with a live sign-in, then by name. */
export function sortProfiles(
	profiles: readonly ProfileInfo[],
	last: string | undefined,
): ProfileInfo[] {
	const rank = (profile: ProfileInfo) =>
		profile.name === last
			? 0
			: profile.state === 'signed-in'
				? 1
				: profile.state === 'unknown'
					? 2
					: 3;
	const named = profiles.filter((profile) => profile.kind !== 'anonymous');
	const given = profiles.find((profile) => profile.kind === 'anonymous') ?? anonymous;
	return [...named.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name)), given];
}

/** What a person without a fitting profile can do, below the profiles. */
type Way = {readonly way: 'sso' | 'paste' | 'help'; readonly name: string; readonly words: string};

const ways: readonly Way[] = [
	{
		way: 'sso',
		name: 'set up a sign-in',
		words: 'with IAM Identity Center: start URL, code, profile',
	},
	{way: 'paste', name: 'paste keys', words: 'as the AWS access portal copies them'},
	{way: 'help', name: 'how to get them', words: 'what to ask for, and whom'},
];

type Row = ProfileInfo | Way;

const isWay = (row: Row): row is Way => 'way' in row;

function rowLine(row: Row, selected: boolean, layout: Layout, now: number): Line {
	if (!isWay(row)) return profileLine(row, selected, layout, now);
	const name = left(row.name, layout.narrow ? 22 : 20);
	return line(
		selected ? accent(' > ') : '   ',
		selected ? bold(name) : name,
		'  ',
		layout.narrow ? null : row.words,
	);
}

/** From here on role and region have room beside the longest words for the state. */
const roomyColumns = 130;

const helpWords = [
	'Ask whoever manages your AWS account for access to the bucket (s3:ListBucket and s3:GetObject).',
	'With IAM Identity Center they name a start URL, https://….awsapps.com/start. Open it, choose the account, then "Access keys": the block that it copies is what muster takes under "paste keys", or run `aws configure sso` once and this list has a profile.',
	'With an access key: `aws configure` writes it into ~/.aws/credentials.',
	'On a machine of AWS a role can be attached to the machine itself; nothing has to be typed then.',
].join('  ');

function profileLine(profile: ProfileInfo, selected: boolean, layout: Layout, now: number): Line {
	const name = left(profile.name, layout.narrow ? 22 : 20);
	const roomy = layout.columns >= roomyColumns;
	return line(
		selected ? accent(' > ') : '   ',
		selected ? bold(name) : name,
		'  ',
		layout.narrow ? null : left(kindWords[profile.kind], 16),
		layout.narrow ? null : left(accountWords(profile.account) ?? '-', 16),
		roomy ? `${left(profile.role ?? '-', 18)}  ` : null,
		roomy ? left(profile.region ?? '-', 16) : null,
		stateWords(profile, now, roomy),
	);
}

const noneWords = [
	'No AWS sign-in found on this machine.',
	'muster takes what the AWS CLI uses: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment,',
	'profiles in ~/.aws (aws configure, aws configure sso), or files named with --access-key-file and --env-file.',
	'After signing in elsewhere, r reads again.',
];

/** Which sign-in to use. */
export function Profile() {
	const {client, options, layout, notice, navigation, showFull} = useServices();
	const {answer} = useWizard();
	const profiles = useCall(client, 'profiles', {});
	const [trying, setTrying] = useState<string | undefined>(undefined);
	const [refused, setRefused] = useState<readonly string[]>([]);
	const now = useNow();
	const found = profiles.status === 'done' ? profiles.value : [];
	const sorted =
		profiles.status === 'done' ? sortProfiles(found, options.remembered.read().profile) : [];
	const rows: readonly Row[] = profiles.status === 'done' ? [...sorted, ...ways] : [];
	const none = profiles.status === 'done' && sorted.length === 1;
	const head =
		none && !layout.short
			? [...noneWords.flatMap((text) => wrap(text, layout.columns - 2)), '']
			: [];
	const details = refused.flatMap((text) => wrap(text, layout.columns - 2)).slice(0, 4);
	const height = rowsAbove(details.length, layout) - head.length - (layout.short ? 1 : 2);
	const list = useList('profiles', {
		rows,
		key: (row) => (isWay(row) ? `: ${row.way}` : row.name),
		text: (row) =>
			isWay(row)
				? row.name
				: `${row.name} ${row.account ?? ''} ${row.role ?? ''} ${kindWords[row.kind]}`,
		height,
	});

	const takeWay = ({way, name}: Way) => {
		if (way === 'help') showFull(name, helpWords);
		else if (way === 'sso') navigation.open('sso-setup');
		else {
			const store = {provider: 's3' as const, ...options.access?.store};
			const access: StoreAccess = {store, credentials: {kind: 'chain'}};
			navigation.open('sign-in', {access, name: 'pasted keys', paste: true});
		}
	};

	const use = async () => {
		const profile = list.row;
		if (profile === undefined || trying !== undefined) return;
		if (isWay(profile)) {
			takeWay(profile);
			return;
		}
		const access = accessOf(profile, options.access);
		if (profile.kind === 'anonymous') {
			answer('profile', {type: 'access', access, identity: {label: 'no sign-in'}});
			return;
		}

		if (profile.kind === 'sso' && profile.state === 'expired') {
			navigation.open('sign-in', {access, name: profile.name});
			return;
		}

		setTrying(profile.name);
		setRefused([]);
		try {
			const identity = await client.call('identify', access);
			answer('profile', {type: 'access', access, identity, region: identity.region});
		} catch (error) {
			const record = errorRecord(error);
			// The file says that it lives, AWS says that it does not: it was ended there.
			if (profile.kind === 'sso' && record.code === 'expired-credentials') {
				navigation.open('sign-in', {access, name: profile.name});
				return;
			}
			setRefused([record.message, record.hint ?? 'r tries again.']);
			if (layout.short) notice(record.message, 'error');
		} finally {
			setTrying(undefined);
		}
	};

	const count = ends(
		list.field === undefined && list.find === ''
			? line(' Which sign-in?')
			: list.findField.line('Find', layout.columns - 24, list.field !== undefined),
		line(profiles.status === 'loading' ? 'reading ' : `${found.length} found `),
		layout.columns,
	);
	const body = withDetails(
		[
			...head.map((text, index) => line(index === 0 ? warn(` ${text}`) : ` ${text}`)),
			count,
			...(layout.short ? [] : [blank]),
			...list.visible.map(({row, selected}) => rowLine(row, selected, layout, now)),
			list.below > 0 ? line(`   ↓ ${list.below} more below`) : blank,
			profiles.status === 'failed' ? line(warn(` ${profiles.error.message}`)) : blank,
			trying === undefined ? blank : line(` Asking S3 as ${trying}`),
		],
		details.map((text, index) => line(' ', index === 0 ? warn(text) : text)),
		layout,
	);
	const hint = useHint('profile', 'Enter tries the sign-in and goes on; nothing is changed.');
	return (
		<Frame
			body={body}
			field={list.field}
			hint={hint}
			actions={{
				...list.actions,
				use,
				reload: profiles.reload,
			}}
		/>
	);
}
