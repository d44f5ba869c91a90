import {useState} from 'react';
import type {ManifestFile, ManifestPreview} from '../../../job/link/messages.ts';
import {formatCount, plural} from '../../../model/format.ts';
import type {ManifestSpec} from '../../../model/job-spec.ts';
import {Frame} from '../../components/frame.tsx';
import {rowsAbove, withDetails} from '../../components/frame-lines.ts';
import {fieldError} from '../../components/wizard-words.ts';
import {useServices} from '../../hooks/services.ts';
import {useCall, type CallState} from '../../hooks/use-call.ts';
import {useField} from '../../hooks/use-field.ts';
import {useList} from '../../hooks/use-list.ts';
import {usePlace} from '../../hooks/use-place.ts';
import {useAtRest, useHint, useNow, useWizard} from '../../hooks/use-wizard.ts';
import type {KeyBinding} from '../../keymap.ts';
import {bad, blank, bold, ends, left, line, panes, warn, wrap, type Line} from '../../text/line.ts';
import {longPath, shortPath} from '../../wizard/steps.ts';
import {
	kindWords,
	manifestKey,
	manifestLine,
	manifestRows,
	manifestText,
	type ManifestRow,
} from './rows.ts';

const pathKeys: readonly KeyBinding[] = [
	{keys: ['enter'], action: 'keep', label: 'Open', short: 'open'},
	{keys: ['escape'], action: 'clear', label: 'Leave', short: 'leave'},
];

/** The second pane: how the file under the cursor begins. */
export function previewSide(preview: CallState<ManifestPreview>, width: number): Line[] {
	if (preview.status === 'failed') {
		return wrap(preview.error.message, width - 1).map((text) => line(bad(text)));
	}

	if (preview.status !== 'done') return [line(preview.status === 'loading' ? 'reading' : '')];
	const {description, rows, columns, badRowCount, preview: cells, kind} = preview.value;
	return [
		...wrap(description, width - 1).map((text) => line(bold(text))),
		blank,
		line(kind === 'csv' ? plural(rows, 'row') : plural(rows, kind === 'actors' ? 'actor' : 'line')),
		...(badRowCount > 0 ? [line(warn(`${plural(badRowCount, 'bad row')} skipped`))] : []),
		...(columns.length > 1
			? [
					blank,
					line(bold('Columns')),
					...columns
						.slice(0, 9)
						.map((column) => line(`  ${left(column.name, 18)}  ${column.samples[0] ?? ''}`)),
				]
			: []),
		blank,
		line(bold('First rows')),
		...cells.slice(0, 8).map((row) => line(`  ${row.join('  ')}`)),
	];
}

/** What is wanted: a whole folder, or a file with names. */
export function Manifest() {
	const {client, options, draft, layout, navigation, copy, showFull} = useServices();
	const {answer} = useWizard();
	const now = useNow();
	const folder = options.demo?.folder ?? options.workingFolder;
	const found = useCall(client, 'manifests', {folder});
	const [typing, setTyping] = usePlace('typing', false);
	const [reading, setReading] = useState<string>();
	const [problem, setProblem] = useState<string>();
	const files = found.status === 'done' ? found.value : [];
	const rows = manifestRows(files, draft);

	/** a CSV goes on to its columns; the other kinds need no more questions */
	const take = (kind: ManifestFile['kind'], file: string) => {
		if (kind === 'csv') {
			navigation.open('columns', {file});
			return;
		}

		const manifest: ManifestSpec = {kind, file};
		answer('columns', {type: 'manifest', manifest});
	};

	const takePath = async (typed: string) => {
		const file = longPath(typed, options);
		setReading(file);
		setProblem(undefined);
		try {
			const preview = await client.call('inspectManifest', {file});
			take(preview.kind, file);
		} catch (error) {
			setProblem(fieldError(error));
		} finally {
			setReading(undefined);
		}
	};

	const path = useField('path', {
		onSubmit(value) {
			setTyping(false);
			if (value.trim() !== '') void takePath(value);
		},
		onCancel() {
			setTyping(false);
		},
	});
	const height = rowsAbove(layout.wide ? 0 : 2, layout) - (layout.short ? 2 : 4);
	const list = useList<ManifestRow>('manifests', {
		rows,
		key: manifestKey,
		text: manifestText,
		height,
	});
	const {row} = list;
	const rested = useAtRest(layout.wide && row?.kind === 'file' ? row.file.file : undefined, 250);
	const preview = useCall(client, 'inspectManifest', rested === undefined ? null : {file: rested});
	const open = () => {
		setProblem(undefined);
		switch (row?.kind) {
			case 'prefix':
				answer('columns', {type: 'manifest', manifest: {kind: 'prefix'}});
				return;
			case 'file':
				take(row.file.kind, row.file.file);
				return;
			case 'type':
				setTyping(true);
				return;
			default:
		}
	};

	const shownFolder = shortPath(folder, options.home);
	const head = typing
		? path.line('Path', layout.mainWidth, true)
		: ends(
				list.field === undefined && list.find === ''
					? line(' What do you want?')
					: list.findField.line('Find', layout.mainWidth - 30, list.field !== undefined),
				line(
					found.status === 'loading'
						? `looking in ${shownFolder} `
						: `${plural(files.length, 'file')} in ${shownFolder} `,
				),
				layout.mainWidth,
			);
	const message =
		reading === undefined
			? (problem ?? (found.status === 'failed' ? found.error.message : undefined))
			: `Reading ${shortPath(reading, options.home)}`;
	const main: Line[] = [
		head,
		...(layout.short ? [] : [blank]),
		...list.visible.map((item) => manifestLine(item.row, item.selected, layout, now)),
		list.below > 0 ? line(`   ↓ ${formatCount(list.below)} more below`) : blank,
		...(message === undefined
			? []
			: wrap(message, layout.mainWidth - 2)
					.slice(0, 2)
					.map((text) => line(' ', warn(text)))),
	];
	const body =
		layout.wide && row !== undefined
			? panes(
					main,
					layout.mainWidth,
					row.kind === 'file'
						? previewSide(preview, layout.sideWidth)
						: wrap(row.detail, layout.sideWidth - 1).map((text) => line(text)),
					layout.sideWidth,
					layout.bodyRows - 1,
				)
			: withDetails(main, layout.wide ? [] : detailLines(row, options.home), layout);
	const hint = useHint(
		'manifest',
		'A table, an actor list or a list of keys; or simply all of the folder.',
	);
	const address = row?.kind === 'file' ? row.file.file : undefined;
	return (
		<Frame
			body={body}
			field={typing ? path : list.field}
			{...(typing ? {fieldKeys: pathKeys} : {})}
			stop={found.status === 'loading' ? found.stop : undefined}
			hint={hint}
			actions={{
				...list.actions,
				open: reading === undefined ? open : undefined,
				type() {
					setTyping(true);
				},
				reload: found.reload,
				copy: address === undefined ? undefined : () => copy(address),
				full: address === undefined ? undefined : () => showFull('File', address),
			}}
		/>
	);
}

function detailLines(row: ManifestRow | undefined, home: string): Line[] {
	if (row === undefined) return [blank, blank];
	if (row.kind !== 'file') return [line(` ${row.detail}`), blank];
	const next = {
		csv: 'Enter looks at its columns.',
		actors: "Each actor's response.json is read for the files.",
		keys: 'Each line names one file.',
	}[row.file.kind];
	return [
		line(` ${shortPath(row.file.file, home)}`),
		line(` A ${kindWords[row.file.kind]}. ${next}`),
	];
}
