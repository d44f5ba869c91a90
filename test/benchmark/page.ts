import {readFileSync, writeFileSync} from 'node:fs';
import {cpus, totalmem} from 'node:os';
import {fileURLToPath} from 'node:url';
import type {Outcome} from './bench-run.ts';
import {resultTable, verdictTable} from './tables.ts';

const page = fileURLToPath(new URL('../../media/benchmarks.md', import.meta.url));

/** Everything from here on is replaced; what stands above is written by hand. */
const heading = '## Results';

/** Writes the results into `media/benchmarks.md`, below its method. `versions` are the clients' own words. */
export function writePage(
	outcomes: readonly Outcome[],
	{command, versions, when}: {command: string; versions: readonly string[]; when: Date},
): void {
	writeFileSync(
		page,
		pageWith(readFileSync(page, 'utf8'), results(outcomes, command, versions, when)),
	);
}

/** The page with another text from its results' heading on. */
export function pageWith(text: string, results: string): string {
	const at = text.indexOf(`\n${heading}\n`);
	if (at === -1) throw new Error(`media/benchmarks.md has no "${heading}"`);
	return `${text.slice(0, at)}\n${heading}\n\n${results.trim()}\n`;
}

function results(
	outcomes: readonly Outcome[],
	command: string,
	versions: readonly string[],
	when: Date,
): string {
	const verdicts = outcomes.flatMap((outcome) => outcome.verdicts);
	const machine = cpus();
	return [
		`\`${command}\` on ${when.toISOString().slice(0, 10)}; ${machine.length} × ${machine[0]?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 1024 ** 3)} GiB of memory, ${process.platform}. ${versions.join(', ')}.`,
		...(verdicts.length > 0 ? ['### Targets', verdictTable(verdicts)] : []),
		...outcomes.flatMap(({title, rows, work, subject}) => [
			`### ${title}`,
			resultTable(rows, work, subject),
		]),
	].join('\n\n');
}
