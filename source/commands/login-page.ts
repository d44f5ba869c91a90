import type {Context} from './context.ts';

/** What a person needs to approve the sign-in. */
export type PageFacts = {
	readonly completeUrl: string;
	readonly code: string;
	/** as `14:03` */
	readonly validUntil: string;
};

/** The window, where standard output is a terminal that can show a QR code. */
export type Canvas = {readonly columns: number; readonly rows: number};

const leastColumns = 76;
const leastRows = 22;
/** What stands beside the QR code is this wide. */
const besideWidth = 37;
/** Black on white in colours that no theme changes: on a dark one phones read nothing else. */
const ink = '\u001B[38;5;16;48;5;231m';
const reset = '\u001B[0m';

/** The window if a QR code can be read in it: UTF-8, colours, and large enough. */
export async function canvasOf(
	{terminal, environment}: Context,
	color: boolean,
): Promise<Canvas | undefined> {
	if (!terminal.output) return undefined;
	const {terminalTraits} = await import('../ui/terminal/environment.ts');
	const traits = terminalTraits(environment, process.platform, color);
	const {columns, rows} = process.stdout;
	const fits = columns >= leastColumns && rows >= leastRows;
	return fits && traits.unicode && traits.color ? {columns, rows} : undefined;
}

/** The address alone on its line, so that one triple click takes it, and the code; both without colours. */
export async function pageLines(facts: PageFacts, canvas: Canvas | undefined): Promise<string[]> {
	const {completeUrl, code, validUntil} = facts;
	const qr = canvas === undefined ? [] : await qrOf(completeUrl, canvas);
	const last = `Valid until ${validUntil}, then a new one`;
	if (qr.length === 0)
		return [
			'Open this address, on this or any other device:',
			'',
			`  ${completeUrl}`,
			'',
			`The page must show the same code: ${code}`,
			`${last} comes. Ctrl+C leaves.`,
		];
	const beside = [
		'Open it on this or any other device,',
		'or scan it with a phone.',
		'',
		'The page must show the same code:',
		'',
		`  ${code}`,
		'',
		last,
		'comes. Ctrl+C leaves.',
	];
	return [
		`  ${completeUrl}`,
		'',
		...qr.map((line, row) => `${(beside[row] ?? '').padEnd(besideWidth)}${ink}${line}${reset}`),
	];
}

async function qrOf(address: string, {columns, rows}: Canvas): Promise<readonly string[]> {
	const {qrLines} = await import('../ui/text/qr.ts');
	const lines = qrLines(address);
	const width = lines[0]?.length ?? 0;
	// the address above it and the line below it stay on the screen
	return besideWidth + width <= columns && lines.length + 3 <= rows ? lines : [];
}

/** `14:03`, with the day when that is another one. */
export function clockWords(time: number): string {
	const date = new Date(time);
	const pad = (value: number) => String(value).padStart(2, '0');
	const hours = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
	if (date.toDateString() === new Date().toDateString()) return hours;
	return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${hours}`;
}
