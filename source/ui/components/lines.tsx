import {memo} from 'react';
import {Box, Text} from 'ink';
import stringWidth from 'string-width';
import {fill, fit, type Line} from '../text/line.ts';
import {styles, toAscii, type Theme} from '../theme.ts';

function sameLine(a: Line, b: Line): boolean {
	if (a === b) return true;
	return (
		a.length === b.length &&
		a.every((span, index) => {
			const other = b[index];
			return other !== undefined && span.text === other.text && span.style === other.style;
		})
	);
}

type RowProps = {readonly value: Line; readonly width: number; readonly theme: Theme};

/** One row of the screen: never wrapped, cut by display width. */
const Row = memo(
	({value, width, theme}: RowProps) => {
		const spans = fit(value, width);
		const show = (text: string) => (theme.unicode ? text : toAscii(text, stringWidth));
		return (
			<Text wrap="truncate">
				{spans.length === 0
					? ' '
					: spans.map((span, index) =>
							span.style === 'plain' ? (
								show(span.text)
							) : (
								// Rows are rebuilt as a whole; a span has no identity but its place.
								// oxlint-disable-next-line react/no-array-index-key
								<Text key={index} {...styles[span.style]}>
									{show(span.text)}
								</Text>
							),
						)}
			</Text>
		);
	},
	(a, b) => a.width === b.width && a.theme === b.theme && sameLine(a.value, b.value),
);
Row.displayName = 'Row';

/** Exactly `height` rows of at most `width` columns. */
export function Lines({
	lines,
	width,
	height,
	theme,
}: {
	readonly lines: readonly Line[];
	readonly width: number;
	readonly height: number;
	readonly theme: Theme;
}) {
	return (
		<Box flexDirection="column" width={width} height={height} overflow="hidden">
			{fill(lines, height).map((value, index) => (
				// oxlint-disable-next-line react/no-array-index-key
				<Row key={index} value={value} width={width} theme={theme} />
			))}
		</Box>
	);
}
