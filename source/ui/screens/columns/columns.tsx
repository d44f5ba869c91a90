import type {LinkResult, ManifestPreview} from '../../../job/link/messages.ts';
import {formatCount, plural} from '../../../model/format.ts';
import {Frame} from '../../components/frame.tsx';
import {rememberedColumns} from '../../draft.ts';
import {useServices} from '../../hooks/services.ts';
import {useCall} from '../../hooks/use-call.ts';
import {useField} from '../../hooks/use-field.ts';
import {usePlace} from '../../hooks/use-place.ts';
import {useWizard} from '../../hooks/use-wizard.ts';
import type {KeyBinding} from '../../keymap.ts';
import {bad, blank, line, panes, warn, wrap, type Line} from '../../text/line.ts';
import {baseName, tidyPrefix} from '../../wizard/steps.ts';
import {
	exampleLines,
	fileWords,
	groupQuestion,
	nameQuestion,
	tableSide,
	type ColumnsView,
} from './body.ts';
import {
	clearWinner,
	delimiters,
	groupCandidates,
	matchModes,
	nameCandidates,
	share,
	type ColumnChoice,
} from './choice.ts';

const fieldKeys: readonly KeyBinding[] = [
	{keys: ['enter'], action: 'keep', label: 'Try it', short: 'try it'},
	{keys: ['escape'], action: 'clear', label: 'Leave', short: 'leave'},
];

/** The columns before anybody chose: the remembered ones, else a clear winner of the trials and the file's own guess at groups. */
function suggestedColumns(
	preview: ManifestPreview | undefined,
	trials: LinkResult<'tryColumns'> | undefined,
	known: ReturnType<typeof rememberedColumns>,
): Pick<ColumnChoice, 'column' | 'group'> {
	if (preview === undefined) return {column: null, group: null};
	if (known === null) {
		return {
			column: trials === undefined ? null : clearWinner(trials.trials),
			group: preview.groupColumn,
		};
	}

	const numberOf = (name: string | undefined) =>
		preview.columns.find((column) => column.name === name)?.number ?? null;
	return {column: numberOf(known.column), group: numberOf(known.groupBy)};
}

/** What `open('columns', …)` is called with. */
export function columnsFile(props: unknown): string {
	return typeof props === 'object' &&
		props !== null &&
		'file' in props &&
		typeof props.file === 'string'
		? props.file
		: '';
}

/** A CSV's columns: which one names the files, which one groups them, and how values become addresses. */
export function Columns({props}: {readonly props: unknown}) {
	const file = columnsFile(props);
	const {client, draft, layout, theme, options, notice, showFull} = useServices();
	const {answer} = useWizard();
	const [chosen, setChosen] = usePlace<Partial<ColumnChoice>>('choice', {});
	const setChoice = (change: Partial<ColumnChoice>) => {
		setChosen((value) => ({...value, ...change}));
	};

	const [prefix, setPrefix] = usePlace('prefix', draft.prefix);
	const [editing, setEditing] = usePlace<'prefix' | 'ending' | null>('editing', null);
	const [scroll, setScroll] = usePlace('scroll', 0);
	const reading = {
		...(typeof chosen.header === 'boolean' ? {header: chosen.header} : {}),
		...(typeof chosen.delimiter === 'string' ? {delimiter: chosen.delimiter} : {}),
	};
	const inspected = useCall(client, 'inspectManifest', {file, ...reading});
	const preview =
		inspected.status === 'done'
			? inspected.value
			: inspected.status === 'loading'
				? inspected.previous
				: undefined;
	const known =
		preview === undefined ? null : rememberedColumns(preview, options.remembered.read());
	const ending = chosen.ending ?? known?.ending ?? '';
	const match = chosen.match ?? known?.match ?? draft.match;
	const tried = useCall(
		client,
		'tryColumns',
		draft.access === null || preview === undefined
			? null
			: {...draft.access, bucket: draft.bucket, prefix, file, ending, match, ...reading},
	);
	const trials =
		tried.status === 'done' ? tried.value : tried.status === 'loading' ? tried.previous : undefined;
	// A person's choice, else the remembered one, else what the trials and the file say.
	const choice: ColumnChoice = {
		question: 'name',
		header: null,
		delimiter: null,
		...suggestedColumns(preview, trials, known),
		...chosen,
		ending,
		match,
	};

	const field = useField('setting', {
		onSubmit(value) {
			if (editing === 'prefix') setPrefix(tidyPrefix(value));
			else setChoice({ending: endingOf(value)});
			setEditing(null);
		},
		onCancel() {
			setEditing(null);
		},
	});
	const edit = (what: 'prefix' | 'ending') => {
		field.set(what === 'prefix' ? prefix : choice.ending);
		setEditing(what);
	};

	const move = (by: number) => {
		if (preview === undefined) return;
		if (choice.question === 'name') {
			const numbers = nameCandidates(preview, trials).map((column) => column.number);
			setChoice({column: step(numbers, choice.column, by)});
			return;
		}

		const numbers = [
			...groupCandidates(preview, choice.column)
				.slice(0, 2)
				.map((column) => column.number),
			null,
		];
		setChoice({group: step(numbers, choice.group, by)});
	};

	const accept = () => {
		if (preview === undefined) return;
		const column = preview.columns.find((one) => one.number === choice.column);
		if (column === undefined) {
			notice(noColumnWords(trials, preview.columns, prefix), 'warning');
			return;
		}

		const group = preview.columns.find((one) => one.number === choice.group);
		const nameOf = (one: {name: string; number: number}) =>
			preview.header ? one.name : String(one.number);
		answer(
			'columns',
			{type: 'prefix', prefix, include: draft.include},
			{
				type: 'manifest',
				manifest: {
					kind: 'csv',
					file,
					column: nameOf(column),
					...(group === undefined ? {} : {groupBy: nameOf(group)}),
					...reading,
					...(choice.ending === '' ? {} : {ending: choice.ending}),
				},
				match: choice.match,
				columns: {
					fingerprint: preview.fingerprint,
					column: column.name,
					groupBy: group?.name ?? null,
				},
			},
		);
	};

	const view: ColumnsView | undefined =
		preview === undefined
			? undefined
			: {
					preview,
					trials,
					trying: tried.status === 'loading',
					choice,
					prefix,
					cursor: 0,
					layout,
					theme,
				};
	const editLine =
		editing === null
			? undefined
			: field.line(editing === 'prefix' ? 'Prefix' : 'Ending', layout.mainWidth, true);
	const body = bodyOf(
		view,
		inspected,
		editLine,
		scroll,
		tried.status === 'failed' ? tried.error.message : undefined,
	);
	return (
		<Frame
			body={body}
			field={editing === null ? undefined : field}
			fieldKeys={fieldKeys}
			stop={tried.status === 'loading' ? tried.stop : undefined}
			hint={known === null ? undefined : 'The same columns as last time with this header: Enter.'}
			actions={{
				accept: preview === undefined ? undefined : accept,
				next() {
					setChoice({question: choice.question === 'name' ? 'group' : 'name'});
				},
				up: () => move(-1),
				down: () => move(1),
				prefix: () => edit('prefix'),
				ending: () => edit('ending'),
				match() {
					setChoice({
						match: matchModes[(matchModes.indexOf(match) + 1) % matchModes.length] ?? 'stem',
					});
				},
				bad:
					preview === undefined || preview.badRowCount === 0
						? undefined
						: () => {
								showFull(
									`${plural(preview.badRowCount, 'bad row')} of ${baseName(file)}`,
									preview.badRows
										.map((row) => `line ${formatCount(row.line)}: ${row.message}: ${row.text}`)
										.join(' · '),
								);
							},
				header() {
					setChoice({header: !(choice.header ?? preview?.header ?? true)});
				},
				delimiter() {
					const current = choice.delimiter ?? preview?.delimiter ?? ',';
					const next = delimiters[(delimiters.indexOf(current) + 1) % delimiters.length] ?? ',';
					setChoice({delimiter: next});
				},
				left: layout.wide ? () => setScroll((value) => Math.max(0, value - 1)) : undefined,
				right: layout.wide
					? () =>
							setScroll((value) =>
								Math.min(Math.max(0, (preview?.columns.length ?? 1) - 1), value + 1),
							)
					: undefined,
				reload() {
					inspected.reload();
					tried.reload();
				},
			}}
		/>
	);

	function bodyOf(
		shown: ColumnsView | undefined,
		state: {status: string; error?: {message: string; hint?: string}},
		fieldLine: Line | undefined,
		sideScroll: number,
		trialError: string | undefined,
	): Line[] {
		if (shown === undefined) {
			return state.error === undefined
				? [blank, line(` Reading ${file}`)]
				: [
						blank,
						...wrap(`${state.error.message} ${state.error.hint ?? ''}`, layout.columns - 2).map(
							(text) => line(' ', bad(text)),
						),
					];
		}

		const gap = layout.short ? [] : [blank];
		const none =
			shown.trials !== undefined && shown.choice.column === null
				? wrap(
						noColumnWords(shown.trials, shown.preview.columns, prefix),
						layout.mainWidth - 4,
					).map((text) => line('   ', warn(text)))
				: [];
		const main: Line[] = [
			...nameQuestion(shown),
			...none,
			...gap,
			...groupQuestion(shown),
			...gap,
			...(trialError === undefined ? [] : [line('   ', bad(trialError))]),
			...(fieldLine === undefined
				? exampleLines(shown)
				: [...exampleLines(shown).slice(0, -1), fieldLine]),
		];
		return [
			fileWords(shown.preview),
			...gap,
			...(layout.wide
				? panes(
						main,
						layout.mainWidth,
						tableSide(shown, sideScroll, layout.bodyRows - 3),
						layout.sideWidth,
						layout.bodyRows - 3,
					)
				: main),
		];
	}
}

/** The next value in a ring; from nothing chosen, the first or last. */
function step<T>(values: readonly T[], current: T, by: number): T {
	const index = values.indexOf(current);
	const next =
		index === -1 ? (by > 0 ? 0 : values.length - 1) : (index + by + values.length) % values.length;
	return values[next] ?? current;
}

/** An ending with its dot; `*.wav` and `wav` mean `.wav`. */
export function endingOf(typed: string): string {
	const text = typed.trim().replace(/^\*/, '');
	return text === '' || text.startsWith('.') ? text : `.${text}`;
}

function noColumnWords(
	trials:
		| {
				trials: ReadonlyArray<{
					column: number;
					tried: number;
					found: number;
					unclear: number;
					partial: boolean;
				}>;
		  }
		| undefined,
	columns: ReadonlyArray<{number: number; name: string}>,
	prefix: string,
): string {
	const best = trials?.trials.toSorted((a, b) => share(b) - share(a))[0];
	const name = columns.find((column) => column.number === best?.column)?.name;
	if (best === undefined || name === undefined)
		return 'Choose the column that names the files: arrows, then Enter.';
	if (share(best) >= 0.5) return 'No column is clearly the one: arrows choose, then Enter.';
	return `No column fits file names under ${prefix === '' ? 'the bucket' : prefix}. Best: ${name}, ${Math.round(share(best) * 100)} % of ${plural(best.tried, 'row')}. p changes the prefix, e adds an ending, m matches looser.`;
}
