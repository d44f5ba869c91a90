import type {EngineClient} from '../job/link/messages.ts';
import type {FileEvent, FileStatus} from '../model/event.ts';
import {formatBytes, formatCount} from '../model/format.ts';
import {safeText} from '../model/safe-text.ts';
import type {Reporter} from '../reporters/index.ts';
import type {Candidate, GroupRow, WantedRow} from '../model/snapshot.ts';

const page = 500;

/** All rows in some states, by pages from the ledger. */
export async function* rowsIn(
	client: EngineClient,
	states: readonly WantedRow['state'][],
): AsyncGenerator<WantedRow> {
	for (let offset = 0; ; offset += page) {
		const {rows} = await client.call('rows', {offset, limit: page, states});
		yield* rows;
		if (rows.length < page) return;
	}
}

/** Groups that are told of when they are done; nobody reads more lines, and each page asks for all groups. */
const mostTold = 2000;

/** Groups that have files to download, the first `mostTold` or a page more. */
export async function groupsToFetch(client: EngineClient): Promise<GroupRow[]> {
	const groups: GroupRow[] = [];
	for (let offset = 0; ; offset += page) {
		const {rows} = await client.call('groups', {offset, limit: page, sort: 'state'});
		groups.push(...rows.filter(({files}) => files > 0));
		if (rows.length < page || groups.length >= mostTold) return groups;
	}
}

const reasons: Readonly<Record<NonNullable<Candidate['reason']>, string>> = {
	'letter-case': 'other letter case',
	'unicode-form': 'other Unicode form',
	separators: 'other separators',
	'leading-zeros': 'other leading zeros',
	'other-folder': 'in another folder',
	'other-ending': 'other ending',
	'one-letter-off': 'one letter off',
	'two-letters-off': 'two letters off',
};

function candidateText({key, size, reason}: Candidate): string {
	const facts = [formatBytes(size), ...(reason === null ? [] : [reasons[reason]])];
	return `${safeText(key)} (${facts.join(', ')})`;
}

/** Candidates of one name that are worth a line each; a hundred of them would bury the other names. */
const mostCandidates = 5;

/** A name and what it could be, in lines. */
export function rowLines(row: WantedRow, verb: string): string[] {
	const group = row.group === '' ? '' : ` [${safeText(row.group)}]`;
	const shown = row.candidates.slice(0, mostCandidates);
	const rest = row.candidates.length - shown.length;
	return [
		`${row.state} ${safeText(row.text)}${group}`,
		...shown.map((candidate) => `  ${verb} ${candidateText(candidate)}`),
		...(rest > 0 ? [`  … and ${formatCount(rest)} more`] : []),
	];
}

async function listLines(
	client: EngineClient,
	state: 'missing' | 'ambiguous',
	most: number,
): Promise<string[]> {
	const limit = Math.min(most, page);
	const {total} = await client.call('rows', {offset: 0, limit, states: [state]});
	if (total === 0) return [];
	const lines: string[] = [];
	let shown = 0;
	for await (const row of rowsIn(client, [state])) {
		if (shown++ >= most) break;
		lines.push(...rowLines(row, state === 'missing' ? 'perhaps' : 'could be'));
	}
	if (total > most)
		lines.push(`… and ${formatCount(total - most)} more ${state}; --verbose lists all`);
	return lines;
}

/** What is missing, with the nearest names, and what is ambiguous, with its candidates. */
export async function openQuestions(client: EngineClient, most: number): Promise<string[]> {
	const missing = await listLines(client, 'missing', most);
	return [...missing, ...(await listLines(client, 'ambiguous', most))];
}

/** The settled rows of a roll call as public events. */
async function* rowEvents(client: EngineClient): AsyncGenerator<FileEvent> {
	for await (const row of rowsIn(client, ['missing', 'ambiguous', 'local', 'excluded']))
		yield {
			type: 'file',
			status: row.state as FileStatus,
			group: row.group,
			wanted: row.text,
			key: row.key,
			path: row.path,
			bytes: row.state === 'local' ? row.size : 0,
			attempts: 0,
		};
}

/** What a roll call leaves open: as events of every settled row, or as so many lines. */
export async function tellRows(
	client: EngineClient,
	reporter: Reporter,
	how: {readonly events: boolean; readonly lines: number},
): Promise<void> {
	if (how.events) for await (const event of rowEvents(client)) reporter.event(event);
	if (how.lines > 0) for (const line of await openQuestions(client, how.lines)) reporter.say(line);
}
