import {jobsFolder} from '../config/paths.ts';
import type {JobRecord} from '../job/link/messages.ts';
import {listJobs} from '../job/registry.ts';
import {commandLine} from '../model/command-line.ts';
import {exitStatus} from '../model/error.ts';
import {formatBytes, formatCount} from '../model/format.ts';
import {safeJson, safeText} from '../model/safe-text.ts';
import type {Context} from './context.ts';

/** The public form of a job: names as in the events, times in ISO 8601. */
function publicJob(record: JobRecord): object {
	return {
		job: record.id,
		state: record.state,
		title: record.title,
		folder: record.folder,
		started: new Date(record.started).toISOString(),
		updated: new Date(record.updated).toISOString(),
		files: record.files,
		files_done: record.filesDone,
		bytes: record.bytes,
		bytes_done: record.bytesDone,
		failed: record.failed,
		missing: record.missing,
		pid: record.pid,
		command: commandLine(record.spec),
	};
}

function when(at: number): string {
	const date = new Date(at);
	const pad = (value: number): string => String(value).padStart(2, '0');
	const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
	return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

function row(record: JobRecord): string[] {
	return [
		String(record.id),
		record.state,
		when(record.started),
		`${formatCount(record.filesDone)} of ${formatCount(record.files)}`,
		formatBytes(record.bytesDone),
		safeText(record.title),
		safeText(record.folder),
	];
}

const header = ['Job', 'State', 'Started', 'Files', 'Bytes', 'What', 'Folder'];
const rightAligned = new Set([0, 3, 4]);

/** Columns as wide as their widest cell, two blanks between them. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
	const widths = header.map((_, column) =>
		Math.max(...rows.map((row) => row[column]?.length ?? 0)),
	);
	return rows.map((row) =>
		row
			.map((cell, column) => {
				const width = widths[column] ?? 0;
				return rightAligned.has(column) ? cell.padStart(width) : cell.padEnd(width);
			})
			.join('  ')
			.trimEnd(),
	);
}

type Cut = (text: string, width: number) => string;

/** Cuts What and Folder, the last two columns, so that each row of the table fits `width` columns. */
export function fitRows(
	rows: readonly (readonly string[])[],
	width: number,
	cut: {readonly title: Cut; readonly folder: Cut},
): string[][] {
	const longest = (column: number): number =>
		Math.max(...rows.map((row) => row[column]?.length ?? 0));
	const what = header.indexOf('What');
	const used = header.slice(0, what).reduce((sum, _, column) => sum + longest(column) + 2, 0);
	const room = Math.max(16, width - used - 2);
	// A short one leaves its room to the other; a folder says more than a title.
	const forWhat = Math.min(
		longest(what),
		Math.max(Math.floor(room * 0.4), room - longest(what + 1)),
	);
	return rows.map((row) => [
		...row.slice(0, what),
		cut.title(row[what] ?? '', forWhat),
		cut.folder(row[what + 1] ?? '', room - forWhat),
	]);
}

/** The table as a terminal shows it without wrapping; whole where the output is piped. */
async function shownRows(records: readonly JobRecord[], context: Context): Promise<string[]> {
	const rows = [header, ...records.map(row)];
	const width = context.terminal.output ? process.stdout.columns : undefined;
	if (width === undefined || width <= 0) return tableLines(rows);
	const {cutEnd, cutStart} = await import('../ui/text/line.ts');
	return tableLines(fitRows(rows, width, {title: cutEnd, folder: cutStart})).map((line) =>
		cutEnd(line, width),
	);
}

/** `muster jobs`: past and unfinished jobs of this machine, newest first. */
export async function jobs(options: {json?: boolean}, context: Context): Promise<number> {
	const {lines, environment} = context;
	const records = await listJobs(jobsFolder(environment));
	if (options.json === true) {
		lines.out(safeJson(records.map(publicJob)));
		return exitStatus.ok;
	}
	if (records.length === 0) {
		lines.out('No jobs yet on this machine. `muster` starts one.');
		return exitStatus.ok;
	}
	for (const line of await shownRows(records, context)) lines.out(line);
	const [open] = records.filter(({state}) => state !== 'finished');
	if (open !== undefined) {
		const verb = open.socket === null ? 'resume' : 'attach';
		lines.out('');
		lines.out(
			`muster ${verb} ${open.id}   ${verb === 'resume' ? 'goes on' : 'opens its dashboard'}`,
		);
	}
	return exitStatus.ok;
}
