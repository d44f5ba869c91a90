import type {DiskInfo} from '../../../job/link/messages.ts';
import {formatBytes} from '../../../model/format.ts';
import {Frame} from '../../components/frame.tsx';
import {rowsAbove, withDetails} from '../../components/frame-lines.ts';
import {useServices} from '../../hooks/services.ts';
import {useCall, type CallState} from '../../hooks/use-call.ts';
import {useField} from '../../hooks/use-field.ts';
import {useList} from '../../hooks/use-list.ts';
import {usePlace} from '../../hooks/use-place.ts';
import {useAtRest, useHint, useWizard} from '../../hooks/use-wizard.ts';
import type {KeyBinding} from '../../keymap.ts';
import {
	accent,
	bad,
	blank,
	bold,
	cutMiddle,
	good,
	left,
	line,
	warn,
	wrap,
	type Line,
} from '../../text/line.ts';
import {longPath, manifestWords, shortPath} from '../../wizard/steps.ts';
import {folderRows, type FolderRow} from './rows.ts';

const fieldKeys: readonly KeyBinding[] = [
	{keys: ['enter'], action: 'keep', label: 'Use it', short: 'use it'},
	{keys: ['escape'], action: 'clear', label: 'Leave', short: 'leave'},
];

/** What is known about a folder, as up to four lines. */
export function diskLines(disk: CallState<DiskInfo>, home: string, width: number): Line[] {
	if (disk.status === 'failed') return [line(bad(` ${disk.error.message}`))];
	if (disk.status !== 'done') return [line(' reading the disk')];
	const {free, total, exists, writable, problem, unfinishedJob, alternative} = disk.value;
	const lines: Line[] = [];
	if (writable) {
		lines.push(
			line(
				' ',
				good(`${formatBytes(free)} free`),
				` of ${formatBytes(total)}`,
				exists ? ' · the folder is there' : ' · the folder will be made',
			),
		);
	} else {
		const words = problem ?? 'You may not write to this folder.';
		lines.push(...wrap(words, width - 2).map((text) => line(' ', bad(text))));
		if (alternative !== null) {
			lines.push(
				line(
					` Offered: ${cutMiddle(shortPath(alternative.folder, home), width - 40)} with ${formatBytes(alternative.free)} free. f types another.`,
				),
			);
		}
	}

	if (unfinishedJob !== null) {
		lines.push(
			line(
				' ',
				warn(`Job ${unfinishedJob} is not finished here. It is taken up; what is done stays.`),
			),
		);
	}

	return lines;
}

function rowLine(row: FolderRow, selected: boolean, width: number, home: string): Line {
	const name = left(shortPath(row.folder, home), Math.max(14, width - 32));
	return line(selected ? accent(' > ') : '   ', selected ? bold(name) : name, `  ${row.why}`);
}

/** Where the files go. */
export function Folder() {
	const {client, options, draft, layout, notice, copy, showFull} = useServices();
	const {answer} = useWizard();
	const [typing, setTyping] = usePlace('typing', false);
	const [typed, setTyped] = usePlace<readonly string[]>('typed', []);
	const [offered, setOffered] = usePlace<string | undefined>('offered', undefined);
	const rows = folderRows(draft, {
		workingFolder: options.demo?.folder ?? options.workingFolder,
		home: options.home,
		remembered: options.remembered.read().buckets[draft.bucket]?.folder,
		typed,
		alternative: offered,
	});
	const list = useList<FolderRow>('folders', {
		rows,
		key: (row) => row.folder,
		height: Math.max(2, rowsAbove(4, layout) - 6),
	});
	const {row} = list;
	const rested = useAtRest(row?.folder, 100);
	const disk = useCall(client, 'disk', rested === undefined ? null : {folder: rested});
	const known =
		disk.status === 'done' && disk.value.folder === row?.folder ? disk.value : undefined;

	const use = async () => {
		if (row === undefined) return;
		let state: DiskInfo;
		try {
			state = known ?? (await client.call('disk', {folder: row.folder}));
		} catch (error) {
			notice(error instanceof Error ? error.message : String(error), 'error');
			return;
		}

		if (state.writable) {
			answer('folder', {type: 'folder', folder: row.folder});
			return;
		}

		if (state.alternative !== null) {
			setOffered(state.alternative.folder);
			list.select(state.alternative.folder);
			notice(
				`${state.problem ?? 'This folder can not be written.'} Enter takes the offered one.`,
				'warning',
			);
			return;
		}

		notice(`${state.problem ?? 'This folder can not be written.'} f types another.`, 'warning');
	};

	const field = useField('folder', {
		onSubmit(value) {
			setTyping(false);
			if (value.trim() === '') return;
			const folder = longPath(value, options);
			setTyped((all) => [...all.filter((one) => one !== folder), folder]);
			list.select(folder);
		},
		onCancel() {
			setTyping(false);
		},
	});
	const wanted = draft.manifest === null ? '' : manifestWords(draft.manifest, draft.prefix);
	const main: Line[] = [
		typing ? field.line('Folder', layout.columns, true) : line(' Where do the files go?'),
		...(layout.short ? [] : [blank]),
		...list.visible.map((item) => rowLine(item.row, item.selected, layout.columns, options.home)),
		...(layout.short
			? []
			: [
					blank,
					line(` ${cutMiddle(`From s3://${draft.bucket}/${draft.prefix}`, layout.columns - 2)}`),
					...(wanted === ''
						? []
						: [line(` ${cutMiddle(`Wanted: ${wanted}`, layout.columns - 2)}`)]),
				]),
	];
	const about = diskLines(disk, options.home, layout.columns);
	const address = line(` ${row === undefined ? '' : cutMiddle(row.folder, layout.columns - 2)}`);
	const body = layout.short
		? [...main, ...about]
		: withDetails(
				main,
				[address, ...about, ...Array.from({length: Math.max(0, 3 - about.length)}, () => blank)],
				layout,
			);
	const hint = useHint('folder', 'Files that are there already and are the same are left alone.');
	return (
		<Frame
			body={body}
			field={typing ? field : undefined}
			fieldKeys={fieldKeys}
			hint={hint}
			actions={{
				...list.actions,
				use: row === undefined ? undefined : use,
				type() {
					field.set(row === undefined ? '' : shortPath(row.folder, options.home));
					setTyping(true);
				},
				reload: disk.reload,
				copy: row === undefined ? undefined : () => copy(row.folder),
				full: row === undefined ? undefined : () => showFull('Folder', row.folder),
			}}
		/>
	);
}
