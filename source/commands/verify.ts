import path from 'node:path';
import {verifyFolder} from '../job/verify-folder.ts';
import {exitStatus} from '../model/error.ts';
import {formatBytes, formatCount, plural} from '../model/format.ts';
import {safeJson, safeText} from '../model/safe-text.ts';
import type {Context} from './context.ts';

export type VerifySettings = {readonly json?: boolean; readonly quiet?: boolean};

const beat = 10_000;

/** `muster verify FOLDER`: reads the files back and holds them against the ledger. */
export async function verify(
	folder: string,
	settings: VerifySettings,
	context: Context,
): Promise<number> {
	const {lines} = context;
	const absolute = path.resolve(context.workingFolder, folder);
	const abort = new AbortController();
	const stop = (): void => abort.abort(new Error('interrupted'));
	process.once('SIGINT', stop);
	let last = Date.now();
	try {
		const report = await verifyFolder(absolute, {
			signal: abort.signal,
			onProgress({files, bytes, total}) {
				if (settings.quiet === true || Date.now() - last < beat) return;
				last = Date.now();
				lines.err(
					`${formatCount(files)} of ${plural(total, 'file')}, ${formatBytes(bytes)} read back`,
				);
			},
		});
		const faults = report.bad.length + report.missing.length;
		const status = faults > 0 ? exitStatus.failed : exitStatus.ok;
		if (settings.json === true) {
			lines.out(safeJson({folder: absolute, ...report, exit_code: status}));
			return status;
		}
		for (const {path: name, reason} of report.bad)
			lines.out(safeText(`bad      ${name}: ${reason}`));
		for (const name of report.missing) lines.out(safeText(`missing  ${name}`));
		if (settings.quiet !== true || faults > 0) lines.out(safeText(lastLine(report, absolute)));
		if (faults > 0) lines.out('The same `muster get` line fetches what is bad or missing again.');
		return status;
	} catch (error) {
		if (abort.signal.aborted) return exitStatus.interrupted;
		throw error;
	} finally {
		process.off('SIGINT', stop);
	}
}

function lastLine(report: Awaited<ReturnType<typeof verifyFolder>>, folder: string): string {
	const how = Object.entries(report.verified)
		.map(([kind, count]) => `${formatCount(count)} by ${kind}`)
		.join(', ');
	return (
		`${folder}: ${plural(report.files, 'file')}, ${formatBytes(report.bytes)}` +
		`${how === '' ? '' : ` (${how})`}, ${formatCount(report.bad.length)} bad, ${formatCount(report.missing.length)} missing`
	);
}
