import {readFileSync, renameSync} from 'node:fs';
import path from 'node:path';
import Conf from 'conf';
import type {Remembered, RememberedChoices} from '../model/remembered.ts';
import {configFolder} from './paths.ts';

const nothing: RememberedChoices = {buckets: {}, columns: {}, options: {}, hintsSeen: {}};

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a file of another version or a stray hand left, brought into shape. */
function sound(stored: unknown): RememberedChoices {
	if (!isRecord(stored)) return nothing;
	const part = (name: string): Record<string, unknown> => {
		const value = stored[name];
		return isRecord(value) ? value : {};
	};
	return {
		...(typeof stored['profile'] === 'string' ? {profile: stored['profile']} : {}),
		...(typeof stored['signInRegion'] === 'string' ? {signInRegion: stored['signInRegion']} : {}),
		buckets: part('buckets') as RememberedChoices['buckets'],
		columns: part('columns') as RememberedChoices['columns'],
		options: part('options'),
		hintsSeen: part('hintsSeen') as RememberedChoices['hintsSeen'],
	};
}

/** A file that is no JSON is kept as `state.json.broken`, so that nothing a person wrote is lost. */
function putBrokenAside(file: string): void {
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch {
		return;
	}
	try {
		if (isRecord(JSON.parse(text))) return;
	} catch {
		// broken: moved below
	}
	try {
		renameSync(file, `${file}.broken`);
	} catch {
		// a read-only home: conf starts fresh in memory
	}
}

function attempt<Value>(action: () => Value, otherwise: Value): Value {
	try {
		return action();
	} catch {
		return otherwise;
	}
}

/**
 * Choices kept between runs in `state.json` of the configuration folder, readable by its owner
 * alone. A file that can't be read or written never stops a job: choices then last for this run.
 */
export function openRemembered(folder: string = configFolder()): Remembered {
	putBrokenAside(path.join(folder, 'state.json'));
	const conf = attempt(
		() =>
			new Conf<Record<string, unknown>>({
				cwd: folder,
				configName: 'state',
				projectName: 'muster',
				projectSuffix: '',
				configFileMode: 0o600,
				clearInvalidConfig: true,
				accessPropertiesByDotNotation: false,
			}),
		undefined,
	);
	let unsaved: RememberedChoices | undefined;
	const read = (): RememberedChoices => unsaved ?? attempt(() => sound(conf?.store), nothing);
	return {
		read,
		update(change) {
			const next = change(read());
			unsaved = attempt(() => {
				if (conf === undefined) return next;
				conf.store = {...conf.store, ...next};
				return undefined;
			}, next);
		},
	};
}
