import {
	chmodSync,
	createWriteStream,
	existsSync,
	mkdirSync,
	renameSync,
	rmSync,
	statSync,
} from 'node:fs';
import {copyFile} from 'node:fs/promises';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import {MusterError} from '../model/error.ts';
import type {JobSpec} from '../model/job-spec.ts';

/**
 * Keeps a copy of the manifest beside the ledger: a resume and `resolved.csv` read the rows that the
 * roll call has read, whatever happened to the user's file since; `-` is read from standard input.
 * Answers the spec with the copy's path. Actor lists stay where they are: they point at other files.
 */
export async function keepManifest(spec: JobSpec, stateFolder: string): Promise<JobSpec> {
	const {manifest} = spec;
	if (manifest.kind !== 'csv' && manifest.kind !== 'keys') return spec;
	const copy = copyOf(spec, stateFolder);
	mkdirSync(path.dirname(copy), {recursive: true});
	if (manifest.file === '-') {
		await keepStandardInput(copy);
	} else if (existsSync(manifest.file)) {
		// Not over the old copy: a list that can only be read makes a copy that can't be written again.
		rmSync(`${copy}.new`, {force: true});
		await copyFile(manifest.file, `${copy}.new`);
		// It may hold presigned URLs, which are as good as keys.
		chmodSync(`${copy}.new`, 0o600);
		renameSync(`${copy}.new`, copy);
	} else if (!existsSync(copy)) {
		throw new MusterError('manifest', `There is no file ${manifest.file}.`, {
			hint: 'Check the path of the manifest.',
		});
	}
	return {...spec, manifest: {...manifest, file: copy}};
}

/** What was read once can't be read again: without new input the copy of an earlier run serves. */
async function keepStandardInput(copy: string): Promise<void> {
	if (process.stdin.isTTY || process.stdin.readableEnded) {
		if (existsSync(copy)) return;
		throw new MusterError('manifest', 'Standard input holds no manifest.', {
			hint: 'Pipe it in, or name a file instead of "-".',
		});
	}
	await pipeline(process.stdin, createWriteStream(`${copy}.new`, {mode: 0o600}));
	if (statSync(`${copy}.new`).size === 0 && existsSync(copy)) rmSync(`${copy}.new`);
	else renameSync(`${copy}.new`, copy);
}

/** The manifest that reports are made from: the copy, where one was kept. */
export function keptManifest(spec: JobSpec, stateFolder: string): JobSpec['manifest'] {
	const {manifest} = spec;
	if (manifest.kind !== 'csv' && manifest.kind !== 'keys') return manifest;
	const copy = copyOf(spec, stateFolder);
	return existsSync(copy) ? {...manifest, file: copy} : manifest;
}

function copyOf(spec: JobSpec, stateFolder: string): string {
	const name =
		spec.manifest.kind === 'prefix' || spec.manifest.file === '-'
			? 'standard input'
			: path.basename(spec.manifest.file);
	return path.join(stateFolder, 'manifest', name);
}
