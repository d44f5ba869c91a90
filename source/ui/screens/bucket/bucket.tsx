import {useState} from 'react';
import {plural} from '../../../model/format.ts';
import {Frame} from '../../components/frame.tsx';
import {rowsAbove, withDetails} from '../../components/frame-lines.ts';
import {fieldError} from '../../components/wizard-words.ts';
import {useServices} from '../../hooks/services.ts';
import {useCall} from '../../hooks/use-call.ts';
import {useField} from '../../hooks/use-field.ts';
import {useList} from '../../hooks/use-list.ts';
import {usePlace} from '../../hooks/use-place.ts';
import {useAtRest, useHint, useNow, useWizard} from '../../hooks/use-wizard.ts';
import type {KeyBinding} from '../../keymap.ts';
import {blank, ends, line, panes, warn, wrap, type Line} from '../../text/line.ts';
import {tidyPrefix} from '../../wizard/steps.ts';
import {
	bucketHead,
	bucketLine,
	bucketRows,
	nearestName,
	type Bucket,
	type BucketSort,
} from './rows.ts';
import {bucketSide, listWords} from './side.ts';

/** How long a row must be under the cursor before S3 is asked about it. */
const restTime = 300;

const nameKeys: readonly KeyBinding[] = [
	{keys: ['enter'], action: 'keep', label: 'Open', short: 'open'},
	{keys: ['escape'], action: 'clear', label: 'Leave', short: 'leave'},
];

/** `bucket`, `s3://bucket/prefix` or `bucket/prefix`, as people paste them. */
export function typedBucket(typed: string): {readonly bucket: string; readonly prefix: string} {
	const text = typed.trim().replace(/^s3:\/\//, '');
	const [bucket = ''] = text.split('/');
	return {bucket, prefix: tidyPrefix(text.slice(bucket.length))};
}

/** Which bucket; the list of those that may be listed, those used before, or a typed name. */
export function BucketScreen() {
	const {client, options, layout, draft, notice, copy, showFull, navigation} = useServices();
	const {answer} = useWizard();
	const [sort, setSort] = usePlace<BucketSort>('sort', 'used');
	const [typing, setTyping] = usePlace('typing', false);
	const [opening, setOpening] = useState<string | undefined>(undefined);
	const [words, setWords] = useState<readonly string[]>([]);
	const [offered, setOffered] = useState<string | undefined>(undefined);
	const remembered = options.remembered.read();
	const access = draft.access;
	const buckets = useCall(client, 'buckets', access);
	const jobs = useCall(client, 'jobs', {});
	const denied = buckets.status === 'failed';
	const listed = buckets.status === 'done' ? buckets.value : null;
	const rows = buckets.status === 'loading' ? [] : bucketRows(listed, remembered.buckets, sort);
	const now = useNow();

	const open = async (bucket: string, prefix?: string) => {
		if (access === null || bucket === '' || opening !== undefined) return;
		setOpening(bucket);
		setWords([]);
		setOffered(undefined);
		try {
			const probe = await client.call('probeBucket', {...access, bucket});
			if (probe.error?.code === 'no-such-bucket') {
				const near = nearestName(
					bucket,
					rows.filter((row) => !row.typed).map((row) => row.name),
				);
				setOffered(near ?? undefined);
				setWords([
					`There is no bucket "${bucket}".${near === null ? '' : ` You have used ${near}.`}`,
					near === null ? 'n types another name.' : 'Enter uses that one; n types again.',
				]);
				return;
			}

			if (!probe.canList && probe.error !== null) {
				setWords([fieldErrorOf(probe.error)]);
				return;
			}

			moveOn(bucket, probe.region, prefix);
		} catch (error) {
			setWords([fieldError(error)]);
		} finally {
			setOpening(undefined);
		}
	};

	const moveOn = (bucket: string, region: string | null, prefix?: string) => {
		if (region !== null && draft.region !== null && region !== draft.region) {
			notice(`${bucket} is in ${region}, not ${draft.region}. Switched for this bucket.`);
		}

		answer(
			'bucket',
			{type: 'bucket', bucket, region},
			{type: 'prefix', prefix: prefix ?? remembered.buckets[bucket]?.prefix ?? ''},
		);
	};

	const name = useField('name', {
		onSubmit(value) {
			const typed = typedBucket(value);
			setTyping(false);
			void open(typed.bucket, typed.prefix === '' ? undefined : typed.prefix);
		},
		onCancel() {
			setTyping(false);
		},
	});
	const details = layout.wide ? 0 : 2;
	const height = rowsAbove(details, layout) - (layout.short ? 2 : 5);
	const list = useList<Bucket>('buckets', {
		rows,
		key: (row) => row.name,
		text: (row) => `${row.name} ${row.region ?? ''}`,
		height,
	});
	const {row} = list;
	const rested = useAtRest(row?.typed === false ? row.name : undefined, restTime);
	const asked = access !== null && rested !== undefined ? {...access, bucket: rested} : null;
	const probe = useCall(client, 'probeBucket', asked);
	const top = useCall(
		client,
		'browse',
		asked === null || !layout.wide ? null : {...asked, prefix: ''},
	);

	const choose = () => {
		if (offered !== undefined) void open(offered);
		else if (row?.typed === true) setTyping(true);
		else if (row !== undefined) void open(row.name);
	};

	const head = typing
		? name.line('Bucket name', layout.mainWidth, true)
		: ends(
				list.field === undefined && list.find === ''
					? line(' Which bucket?')
					: list.findField.line('Find', layout.mainWidth - 34, list.field !== undefined),
				line(countWords(list.rows.length, rows.length, sort, buckets.status)),
				layout.mainWidth,
			);
	const message: Line[] = (
		opening === undefined
			? words.length > 0
				? words
				: denied
					? deniedWords(buckets.error.code, buckets.error.message)
					: []
			: [`Asking S3 about ${opening}`]
	)
		.flatMap((text) => wrap(text, layout.mainWidth - 2))
		.map((text) => line(' ', warn(text)));
	const hidden = rows.length - list.rows.length;
	const main: Line[] = [
		head,
		...(layout.short ? [] : message.length > 0 ? [] : [blank]),
		...message.slice(0, layout.short ? 1 : 3),
		...(layout.short ? [] : [bucketHead(layout)]),
		...list.visible
			.slice(0, height - Math.max(0, message.length - 1))
			.map((item) => bucketLine(item.row, item.selected, layout, now)),
		list.below > 0 ? line(`   ↓ ${list.below} more below`) : blank,
		hidden > 0
			? line(
					` ${hiddenWords(hidden, list.rows.length)} not match "${list.find}".  Esc clears the search.`,
				)
			: blank,
	];
	const address = row === undefined || row.typed ? '' : `s3://${row.name}/`;
	const body =
		layout.wide && row !== undefined && !row.typed
			? panes(
					main,
					layout.mainWidth,
					bucketSide(
						{
							bucket: row,
							probe,
							top,
							jobs: jobs.status === 'done' ? jobs.value : [],
							remembered,
							now,
							payer: access?.store.requestPayer === true,
						},
						layout.sideWidth,
					),
					layout.sideWidth,
					layout.bodyRows - 1,
				)
			: withDetails(main, layout.wide ? [] : detailLines(row, listWords(probe), address), layout);
	const hint = useHint('bucket', 'Type / and part of a name, or n and a whole one.');
	return (
		<Frame
			body={body}
			field={typing ? name : list.field}
			{...(typing ? {fieldKeys: nameKeys} : {})}
			stop={buckets.status === 'loading' ? buckets.stop : undefined}
			hint={hint}
			actions={{
				...list.actions,
				open: opening === undefined ? choose : undefined,
				type() {
					setWords([]);
					setOffered(undefined);
					setTyping(true);
				},
				sort() {
					setSort(sort === 'used' ? 'name' : 'used');
				},
				reload: buckets.reload,
				signIn:
					access !== null && buckets.status === 'failed' && isSignInOver(buckets.error)
						? () => {
								const {credentials} = access;
								const name = credentials.kind === 'profile' ? credentials.profile : 'default';
								navigation.open('sign-in', {access, name});
							}
						: undefined,
				copy: address === '' ? undefined : () => copy(address),
				full: address === '' ? undefined : () => showFull('Bucket address', address),
			}}
		/>
	);
}

function fieldErrorOf(error: {message: string; hint?: string}): string {
	return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
}

const isSignInOver = ({code}: {readonly code: string}): boolean => code === 'expired-credentials';

function deniedWords(code: string, message: string): string[] {
	if (isSignInOver({code})) return [message, 'i signs in again.'];
	return code === 'denied' || code === 'no-credentials'
		? ['This profile may not list all buckets. That is normal; a bucket name is enough.']
		: [message, 'A bucket name is enough: n types it; r asks again.'];
}

function countWords(shown: number, all: number, sort: BucketSort, status: string): string {
	if (status === 'loading') return 'listing ';
	const order = sort === 'used' ? 'last used ↓' : 'name ↓';
	const buckets = plural(all, 'bucket');
	return shown === all ? `${buckets} · ${order} ` : `${shown} of ${buckets} · ${order} `;
}

function detailLines(row: Bucket | undefined, canList: string, address: string): Line[] {
	if (row === undefined) return [blank, blank];
	if (row.typed) return [line(' The name as it stands in the console, or s3://name/prefix'), blank];
	const state =
		canList === 'yes'
			? 'You can list it.'
			: canList === 'asking'
				? 'Asking S3.'
				: `You may not list it (${canList}).`;
	const last = row.prefix === null || row.prefix === '' ? '' : ` Last prefix here: ${row.prefix}`;
	return [line(` ${address}   ${row.region ?? ''}`), line(` ${state}${last}`)];
}

/** `2 buckets do`, `1 more bucket does`: those that the search hides. */
function hiddenWords(hidden: number, shown: number): string {
	const more = shown > 0 ? 'more ' : '';
	return plural(hidden, `${more}bucket does`, `${more}buckets do`);
}
