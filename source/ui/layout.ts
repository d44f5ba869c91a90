/** What fits at a window size; every screen draws by it (UX.md sections 3 and 4). */
export type Layout = {
	readonly columns: number;
	readonly rows: number;
	/** under 40x8: one line says so */
	readonly tiny: boolean;
	/** under 60 columns: less important columns go */
	readonly narrow: boolean;
	/** under 16 rows: details go */
	readonly short: boolean;
	/** 110 columns and more: a second pane at the right */
	readonly wide: boolean;
	/** rows between the two rules; the last of them shows the notice, while there is one */
	readonly bodyRows: number;
	/** columns of the main pane, the whole width when there is no second one */
	readonly mainWidth: number;
	/** columns inside the second pane, 0 when there is none */
	readonly sideWidth: number;
};

/** Rows of the frame around the body: title, rule, rule, footer. */
const frameRows = 4;

/** Sizes of all parts of a screen, from the window's size alone. */
export function layout(columns: number, rows: number): Layout {
	const wide = columns >= 110 && rows >= 16;
	// The main pane takes the mock-ups' 85 of 140 columns; what is left over goes to both.
	const mainWidth = wide ? Math.min(columns - 40, Math.round(columns * 0.61)) : columns;
	return {
		columns,
		rows,
		tiny: columns < 40 || rows < 8,
		narrow: columns < 60,
		short: rows < 16,
		wide,
		bodyRows: Math.max(1, rows - frameRows),
		mainWidth,
		sideWidth: wide ? columns - mainWidth - 2 : 0,
	};
}
