import type {ManifestSpec} from '../model/job-spec.ts';
import {MusterError} from '../model/error.ts';
import {actorsFormat} from './actors.ts';
import {csvFormat} from './csv.ts';
import {keysFormat} from './keys.ts';
import {readHead} from './text.ts';
import type {
	ManifestEntry,
	ManifestFormat,
	ManifestKind,
	ManifestReading,
	ReadOptions,
} from './types.ts';

/** Erases a format's own spec type; the registry picks formats by the spec's `kind`, which keeps it true. */
const format = <Kind extends ManifestKind>(given: ManifestFormat<Kind>): ManifestFormat =>
	given as unknown as ManifestFormat;

/** Every manifest format. A new one is a file beside these and a line here. */
export const manifestFormats: readonly ManifestFormat[] = [
	format(csvFormat),
	format(actorsFormat),
	format(keysFormat),
];

function formatOf(kind: ManifestKind): ManifestFormat {
	const found = manifestFormats.find((format) => format.kind === kind);
	if (found !== undefined) return found;
	throw new MusterError('internal', `There is no reader for manifests of the kind ${kind}.`);
}

/**
 * Streams a manifest's wanted rows and problems in their order, in bounded memory. A whole prefix
 * has no manifest and yields nothing. Throws MusterError `manifest` (bad file) or `usage` (bad option),
 * and the signal's reason.
 */
export async function* readManifest(
	spec: ManifestSpec,
	options: ReadOptions | AbortSignal = {},
): AsyncGenerator<ManifestEntry> {
	if (spec.kind === 'prefix') return;
	const settings = options instanceof AbortSignal ? {signal: options} : options;
	yield* formatOf(spec.kind).read(spec, settings);
}

/**
 * Settles what a spec leaves open, so that a resume reads the file the same way, and says in words
 * how it was understood. Throws `manifest` for a file of no use, before anything was written.
 */
export async function understandManifest(
	spec: ManifestSpec,
	options: ReadOptions = {},
): Promise<ManifestReading> {
	if (spec.kind === 'prefix') return {spec, description: 'everything under the prefix'};
	return formatOf(spec.kind).understand(spec, options);
}

/** The format that a file most likely has; undefined when none fits. Throws `manifest` if it can't be opened. */
export async function detectManifest(
	file: string,
): Promise<{kind: ManifestKind; confidence: number} | undefined> {
	const head = await readHead(file);
	let best: {kind: ManifestKind; confidence: number} | undefined;
	for (const format of manifestFormats) {
		const {kind} = format;
		const confidence = await format.detect(file, head);
		if (confidence >= 0.5 && confidence > (best?.confidence ?? 0)) best = {kind, confidence};
	}

	return best;
}
