import {useMemo, useState} from 'react';
import type {BrowseEntry} from '../../../job/link/messages.ts';
import {formatCount, plural} from '../../../model/format.ts';
import {Frame} from '../../components/frame.tsx';
import {rowsAbove, withDetails} from '../../components/frame-lines.ts';
import {fieldError} from '../../components/wizard-words.ts';
import {useServices} from '../../hooks/services.ts';
import {useCall} from '../../hooks/use-call.ts';
import {useList} from '../../hooks/use-list.ts';
import {usePages, type Listing} from '../../hooks/use-pages.ts';
import {usePlace} from '../../hooks/use-place.ts';
import {useAtRest, useHint, useWizard} from '../../hooks/use-wizard.ts';
import {bad, blank, bold, cutMiddle, ends, line, panes, wrap, type Line} from '../../text/line.ts';
import {literalGlob} from '../../wizard/steps.ts';
import {
	browseHead,
	browseLine,
	entryKey,
	markedWords,
	parentPrefix,
	sortEntries,
	type BrowseSort,
	type Counts,
} from './rows.ts';
import {browseSide} from './side.ts';

/** A count stops here and says "at least". */
const countLimit = 1_000_000;
const sorts: readonly BrowseSort[] = ['name', 'size', 'date'];
const restTime = 400;

/** Folders and files of a bucket; which of them to take. */
export function Browse() {
	const {draft} = useServices();
	const [prefix, setPrefix] = usePlace('prefix', draft.prefix);
	const [row, setRow] = usePlace<string | null>('cameFrom', null);
	return (
		<Folder
			key={prefix}
			prefix={prefix}
			cameFrom={row}
			go={(next, from) => {
				setRow(from ?? null);
				setPrefix(next);
			}}
		/>
	);
}

function listedWords(listing: Listing): string {
	const folders = listing.entries.filter((entry) => entry.kind === 'folder').length;
	const files = listing.entries.length - folders;
	const counts = `${plural(folders, 'folder')}, ${plural(files, 'file')}`;
	switch (listing.status) {
		case 'listing':
			return listing.entries.length === 0
				? 'listing'
				: `${formatCount(listing.entries.length)} so far`;
		case 'done':
			return `${counts} · all listed`;
		case 'stopped':
			return `first ${formatCount(listing.entries.length)} · m lists more`;
		case 'failed':
			return 'not listed';
	}

	return counts;
}

type FolderProps = {
	readonly prefix: string;
	/** the folder we came up from: its row is chosen */
	readonly cameFrom: string | null;
	readonly go: (prefix: string, from?: string) => void;
};

function Folder({prefix, cameFrom, go}: FolderProps) {
	const {client, draft, layout, navigation, notice, copy, showFull} = useServices();
	const {answer} = useWizard();
	const {access, bucket} = draft;
	const listing = usePages(access, bucket, prefix);
	const [sort, setSort] = usePlace<BrowseSort>('sort', 'name');
	const [counts, setCounts] = usePlace<Counts>('counts', {});
	const [marks, setMarks] = usePlace<readonly string[]>(`marks:${prefix}`, []);
	const [counting, setCounting] = useState<{prefix: string; abort: AbortController}>();
	const rows = useMemo(
		() => sortEntries(listing.entries, sort, counts),
		[listing.entries, sort, counts],
	);
	const details = 2;
	const height = rowsAbove(layout.wide ? 1 : details, layout) - (layout.short ? 3 : 4);
	const list = useList<BrowseEntry>(`entries:${prefix}`, {
		rows,
		key: entryKey,
		text: (entry) => entry.name,
		height,
		first: cameFrom,
	});
	const {row} = list;
	const rested = useAtRest(
		layout.wide && row?.kind === 'folder' ? row.prefix : undefined,
		restTime,
	);
	const side = useCall(
		client,
		'browse',
		rested === undefined || access === null ? null : {...access, bucket, prefix: rested},
	);

	const marked = rows.filter((entry) => marks.includes(entryKey(entry)));
	const up = () => {
		if (prefix === '') navigation.back();
		else go(parentPrefix(prefix), prefix);
	};

	const count = async () => {
		if (access === null || row?.kind !== 'folder' || counting !== undefined) return;
		const abort = new AbortController();
		setCounting({prefix: row.prefix, abort});
		try {
			const found = await client.call(
				'countPrefix',
				{...access, bucket, prefix: row.prefix, limit: countLimit},
				abort.signal,
			);
			if (!abort.signal.aborted) setCounts((known) => ({...known, [row.prefix]: found}));
		} catch (error) {
			if (!abort.signal.aborted) notice(fieldError(error), 'error');
		} finally {
			setCounting(undefined);
		}
	};

	const show = (entry: BrowseEntry) => {
		showFull(entry.kind === 'file' ? 'Key' : 'Folder', `s3://${bucket}/${entryKey(entry)}`);
	};

	const open = () => {
		if (row?.kind === 'folder') go(row.prefix);
		else if (row !== undefined) show(row);
	};

	const use = () => {
		answer('browse', {
			type: 'prefix',
			prefix,
			include: marked.map((entry) =>
				entry.kind === 'folder' ? `${literalGlob(entry.name)}**` : literalGlob(entry.name),
			),
		});
	};

	const mark = () => {
		if (row === undefined) return;
		const key = entryKey(row);
		setMarks((known) =>
			known.includes(key) ? known.filter((one) => one !== key) : [...known, key],
		);
		list.move('down');
	};

	const markAll = () => {
		const shown = list.rows.map(entryKey);
		setMarks((known) =>
			shown.every((key) => known.includes(key))
				? known.filter((key) => !shown.includes(key))
				: [...new Set([...known, ...shown])],
		);
	};

	const where = [bucket, ...prefix.split('/').filter(Boolean)].join(' / ');
	const right = line(`${listedWords(listing)} `);
	const head =
		list.field === undefined && list.find === ''
			? ends(line(` ${cutMiddle(where, Math.max(10, layout.columns - 40))}`), right, layout.columns)
			: ends(
					list.findField.line('Find', layout.columns - 36, list.field !== undefined),
					right,
					layout.columns,
				);
	const nothing = listing.status === 'done' && listing.entries.length === 0 && prefix !== '';
	const above = useCall(
		client,
		'browse',
		nothing && access !== null ? {...access, bucket, prefix: parentPrefix(prefix)} : null,
	);
	const foldersAbove =
		above.status === 'done'
			? above.value.entries.filter((entry) => entry.kind === 'folder').length
			: null;
	const empty = emptyWords(listing, prefix, list.find, foldersAbove);
	const table: Line[] = [
		...(layout.short ? [] : [blank]),
		...(rows.length === 0 ? [] : [browseHead(layout)]),
		...list.visible.map(({row: entry, selected}) =>
			browseLine(
				entry,
				{
					selected,
					marked: marks.includes(entryKey(entry)),
					count: entry.kind === 'folder' ? counts[entry.prefix] : undefined,
				},
				layout,
			),
		),
		...(list.below > 0 ? [line(`   ↓ ${formatCount(list.below)} more below`)] : []),
		...empty
			.flatMap((text) => wrap(text, layout.mainWidth - 2))
			.map((text) => (listing.status === 'failed' ? line(' ', bad(text)) : line(` ${text}`))),
	];
	const markedText = marked.length === 0 ? '' : markedWords(marked, counts);
	const address =
		row === undefined ? `s3://${bucket}/${prefix}` : `s3://${bucket}/${entryKey(row)}`;
	const status = ends(
		line(
			counting === undefined
				? markedText === ''
					? ' Nothing marked: f takes all of this folder'
					: line(' ', bold('Marked'), `  ${markedText}`)
				: ` Counting ${cutMiddle(counting.prefix, 30)}, Esc stops`,
		),
		line('? = not counted yet, c counts it '),
		layout.columns,
	);
	const addressLine = line(` ${cutMiddle(address, layout.columns - 2)}`);
	const body = layout.wide
		? withDetails(
				[
					head,
					...panes(
						table,
						layout.mainWidth,
						[
							blank,
							...browseSide(
								row,
								side,
								row?.kind === 'folder' ? counts[row.prefix] : undefined,
								markedText,
								layout.sideWidth,
							),
						],
						layout.sideWidth,
						rowsAbove(1, layout) - 1,
					),
				],
				[addressLine],
				layout,
			)
		: layout.short
			? [head, ...table.slice(0, layout.bodyRows - 2), status]
			: withDetails([head, ...table], [status, addressLine], layout);
	const hint = useHint('browse', 'f takes this folder as it is; mark rows to take only those.');
	return (
		<Frame
			body={body}
			field={list.field}
			hint={hint}
			stop={
				counting === undefined
					? listing.status === 'listing'
						? listing.stop
						: undefined
					: () => {
							counting.abort.abort();
							setCounting(undefined);
						}
			}
			actions={{
				...list.actions,
				back() {
					if (counting === undefined) return list.actions['back']?.('escape');
					counting.abort.abort();
					setCounting(undefined);
					return undefined;
				},
				open: row === undefined ? undefined : open,
				goUp: up,
				mark: row === undefined ? undefined : mark,
				markAll: rows.length === 0 ? undefined : markAll,
				count: row?.kind === 'folder' ? count : undefined,
				use: listing.status === 'failed' ? undefined : use,
				more: listing.status === 'stopped' ? listing.more : undefined,
				sort() {
					setSort(sorts[(sorts.indexOf(sort) + 1) % sorts.length] ?? 'name');
				},
				reload: listing.reload,
				copy() {
					copy(address);
				},
				full: row === undefined ? undefined : () => show(row),
			}}
		/>
	);
}

function emptyWords(
	listing: Listing,
	prefix: string,
	find: string,
	foldersAbove: number | null,
): string[] {
	if (listing.status === 'failed' && listing.error !== null) {
		const {message, hint} = listing.error;
		return [message, hint ?? 'r lists again.'];
	}

	if (listing.entries.length === 0 && listing.status === 'done') {
		return prefix === ''
			? ['This bucket is empty.']
			: [
					`Nothing under ${prefix}.${foldersAbove === null ? '' : ` One level up there are ${plural(foldersAbove, 'folder')}.`}`,
					'← goes up.',
				];
	}

	return find !== '' && listing.entries.length > 0 ? [`Search: "${find}". Esc clears it.`] : [];
}
