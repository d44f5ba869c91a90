import {Frame} from '../../components/frame.tsx';
import {withDetails} from '../../components/frame-lines.ts';
import {specOf} from '../../draft.ts';
import {useServices} from '../../hooks/services.ts';
import {useList} from '../../hooks/use-list.ts';
import {useAnalyse, useHint} from '../../hooks/use-wizard.ts';
import {accent, blank, bold, cutMiddle, keyValues, left, line, type Line} from '../../text/line.ts';
import {manifestWords, onlyWords, shortPath} from '../../wizard/steps.ts';
import {settingsOf, type Setting} from './settings.ts';

/** A window as wide has room for label, value and explanation in one line. */
const besideValues = 80;

function settingLine(setting: Setting, selected: boolean, explain: boolean): Line {
	const value = left(setting.value, 18);
	return line(
		selected ? accent(' > ') : '   ',
		left(setting.label, 15),
		selected ? bold(value) : value,
		explain ? setting.explain : '',
	);
}

/** How to fetch; Enter starts the analysis, which fetches nothing yet. */
export function Options() {
	const {draft, dispatch, layout, options} = useServices();
	const {analyse, busy} = useAnalyse();
	const settings = settingsOf(draft);
	const list = useList<Setting>('settings', {
		rows: settings,
		key: (row) => row.id,
		height: settings.length,
	});
	const {row} = list;
	const change = (by: number) => () => {
		if (row !== undefined) dispatch(row.change(by));
	};

	const width = layout.columns - 14;
	const source = `s3://${draft.bucket}/${draft.prefix}`;
	const include = draft.include.length > 0 ? draft.include : draft.fixed.filters?.include;
	const only = onlyWords(include ?? []);
	const summary = keyValues(
		[
			['From', cutMiddle(source, width)],
			[
				'Wanted',
				draft.manifest === null
					? '-'
					: cutMiddle(manifestWords(draft.manifest, draft.prefix), width),
			],
			...(only === '' ? [] : [['Only', cutMiddle(only, width)] as const]),
			['To', draft.folder === null ? '-' : cutMiddle(shortPath(draft.folder, options.home), width)],
		],
		9,
	);
	const main: Line[] = [
		...(layout.short ? [] : [line(' How should it be fetched?'), blank]),
		...list.visible.map((item) =>
			settingLine(item.row, item.selected, layout.columns >= besideValues),
		),
		...(layout.columns < besideValues && row !== undefined ? [line(`   ${row.explain}`)] : []),
		...(busy ? [blank, line(' Starting the analysis')] : []),
	];
	const hint = useHint('options', 'These suit most jobs: Enter goes on. Nothing is fetched yet.');
	return (
		<Frame
			body={layout.short ? main : withDetails(main, summary, layout)}
			hint={hint}
			actions={{
				...list.actions,
				back: undefined,
				analyse: busy || specOf(draft) === null ? undefined : async () => analyse(draft),
				less: change(-1),
				more: change(1),
			}}
		/>
	);
}
