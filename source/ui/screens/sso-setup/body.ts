import type {SetupRole} from '../../../job/link/messages.ts';
import type {SignInFlow} from '../../../model/snapshot.ts';
import {addressLines, codeRows, withCode, wordsWidth} from '../../components/device-code.ts';
import type {Layout} from '../../layout.ts';
import {
	accent,
	bad,
	blank,
	bold,
	cutMiddle,
	fill,
	left,
	line,
	textWidth,
	wrap,
	type Line,
} from '../../text/line.ts';
import {accountWords} from '../../wizard/steps.ts';

/** Where IAM Identity Center usually lives; any other can be typed. */
export const usualRegions = [
	'us-east-1',
	'eu-west-1',
	'eu-central-1',
	'us-west-2',
	'us-east-2',
	'eu-west-2',
	'eu-north-1',
	'ap-southeast-1',
	'ap-southeast-2',
	'ap-northeast-1',
] as const;

/** The usual regions with the one that was used last before them. */
export function regionsFrom(last: string | undefined): readonly string[] {
	return last === undefined ? usualRegions : [...new Set([last, ...usualRegions])];
}

const sentences = (texts: readonly string[], width: number): Line[] =>
	texts.flatMap((text) =>
		text === '' ? [blank] : wrap(text, width).map((row) => line(` ${row}`)),
	);

/** A question with a text field, and what was wrong with the last answer. */
export function questionBody(
	title: string,
	words: readonly string[],
	field: Line,
	trouble: string,
	layout: Layout,
): Line[] {
	const width = layout.columns - 2;
	return fill(
		[
			...wrap(title, width).map((row) => line(bold(` ${row}`))),
			...(layout.short ? [] : [blank]),
			field,
			blank,
			...sentences(words, width),
			...(trouble === '' ? [] : [blank, ...wrap(trouble, width).map((row) => line(' ', bad(row)))]),
		],
		layout.bodyRows,
	);
}

/** The code that a person approves. */
export function codeBody(
	flow: SignInFlow | null,
	at: number,
	qr: readonly string[] | undefined,
	swapped: boolean,
	layout: Layout,
): Line[] {
	const words = [
		line(' Open this address on this or any'),
		line(' other device, and approve.'),
		blank,
		...codeRows(flow, at, false).map(([label, value]) => line(` ${left(label, 8)}`, value)),
		blank,
		...sentences(
			['The page must show the same code.', '', 'Nothing is written yet but the sign-in itself.'],
			wordsWidth(qr, layout) - 2,
		),
	];
	return withCode(addressLines(flow, layout), words, qr, swapped, layout);
}

/** Accounts and roles to choose from. */
export function roleBody(
	roles: readonly {readonly row: SetupRole; readonly selected: boolean}[],
	below: number,
	find: Line | undefined,
	trouble: string,
	layout: Layout,
): Line[] {
	const nameWidth = Math.min(28, Math.max(8, ...roles.map(({row}) => textWidth(row.accountName))));
	return fill(
		[
			find ?? line(bold(' Which account, and as what?')),
			...(layout.short ? [] : [blank]),
			...roles.map(({row, selected}) => {
				const name = left(row.accountName, nameWidth);
				return line(
					selected ? accent(' > ') : '   ',
					selected ? bold(name) : name,
					layout.narrow ? null : `  ${left(accountWords(row.account) ?? '', 16)}`,
					'  ',
					row.role,
				);
			}),
			below > 0 ? line(`   ↓ ${below} more below`) : blank,
			...(trouble === ''
				? []
				: wrap(trouble, layout.columns - 2).map((row) => line(' ', bad(row)))),
		],
		layout.bodyRows,
	);
}

/** The lines of a draft as rows of the window: nothing of them is cut off. */
export function draftRows(text: string, {columns}: Layout): readonly Line[] {
	return text
		.trimEnd()
		.split('\n')
		.flatMap((row) =>
			wrap(row, columns - 6).map((part, index) =>
				part === '' ? blank : line(index === 0 ? '   ' : '     ', accent(part)),
			),
		);
}

/** Rows of a draft that are seen at once, beside what stands around them. */
export function draftRoom(layout: Layout): number {
	return Math.max(1, layout.bodyRows - (layout.short ? 2 : 7));
}

/** Exactly what will be written, and where. `offset`: rows that were paged away above. */
export function draftBody(
	draft: {readonly file: string; readonly text: string},
	offset: number,
	written: boolean,
	trouble: string,
	layout: Layout,
): Line[] {
	const width = layout.columns - 2;
	const room = draftRoom(layout);
	const rows = draftRows(draft.text, layout);
	const below = rows.length - offset - room;
	const words =
		trouble !== ''
			? wrap(trouble, width).map((row) => line(' ', bad(row)))
			: below > 0
				? [line(`   ↓ ${below} more below`)]
				: sentences(
						[
							'Nothing that stands there is changed. aws, boto3 and every SDK know the profile then.',
						],
						width,
					);
	const title = written
		? 'These lines were added to the configuration of the AWS tools'
		: 'These lines are added to the configuration of the AWS tools';
	return fill(
		[
			line(bold(` ${title}`)),
			...(layout.short ? [] : [line(` ${cutMiddle(draft.file, width)}`), blank]),
			...rows.slice(offset, offset + room),
			...(layout.short ? [] : [blank]),
			...words,
		],
		layout.bodyRows,
	);
}
