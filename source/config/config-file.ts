import {readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {LineCounter, isMap, isScalar, parseDocument} from 'yaml';
import type {Document, Node, Pair} from 'yaml';
import {MusterError, errorRecord} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';
import {nearest} from './nearest.ts';
import {settingName, settings} from './settings.ts';
import type {Setting, Settings} from './settings.ts';

const largestFile = 1024 * 1024;

/** Words that only make sense on the line itself. */
const names = ['source', ...new Set(settings.map(settingName))];
const plainName = (name: string): string => name.replaceAll(/[-_]/g, '').toLowerCase();

type Place = {readonly file: string; readonly counter: LineCounter};

function wrong(
	place: Place,
	node: {range?: unknown} | null,
	message: string,
	hint?: string,
): MusterError {
	const offset = Array.isArray(node?.range) ? Number(node.range[0]) : 0;
	const {line, col} = place.counter.linePos(offset);
	return new MusterError('configuration', `${place.file}:${line}:${col}: ${message}`, {
		hint: hint ?? 'Mend the configuration file and start again; nothing was changed.',
	});
}

async function readText(file: string): Promise<string> {
	const open = async (): Promise<string> => {
		const facts = await stat(file);
		if (facts.size > largestFile) throw new Error(`it is larger than 1 MiB`);
		return readFile(file, 'utf8');
	};
	try {
		return await open();
	} catch (error) {
		const {message, detail} = errorRecord(error);
		const why = detail === 'ENOENT' ? 'there is no such file' : message;
		throw new MusterError(
			'configuration',
			`The configuration file ${safeText(file)} can't be read: ${safeText(why)}`,
			{hint: 'Check the path after --config.', ...(detail === undefined ? {} : {detail})},
		);
	}
}

/** `per-group`, `per_group` and `perGroup` mean the same; `no-bell: true` is `bell: false`. */
function findSetting(name: string): {setting: Setting; inverted: boolean} | undefined {
	const plain = plainName(name);
	const setting = settings.find((one) => plainName(settingName(one)) === plain);
	if (setting !== undefined) return {setting, inverted: false};
	const negated = settings.find(
		(one) => one.negated === true && `no${plainName(settingName(one))}` === plain,
	);
	return negated === undefined ? undefined : {setting: negated, inverted: true};
}

function scalarText(value: unknown): string | undefined {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function readSwitch(name: string, value: unknown): boolean {
	if (typeof value === 'boolean') return value;
	throw new MusterError('configuration', `${name} must be true or false`);
}

function readParsed(setting: Setting, name: string, value: unknown): unknown {
	const parse = setting.parse ?? ((text: string) => text);
	if (setting.list === true) {
		const items = Array.isArray(value) ? value : [value];
		return items.flatMap((item) => {
			const text = scalarText(item);
			if (text === undefined)
				throw new MusterError('configuration', `${name} must be a text or a list of texts`);
			return parse(text);
		});
	}
	const text = scalarText(value);
	if (text === undefined) throw new MusterError('configuration', `${name} needs one value`);
	return parse(text);
}

function readValue(setting: Setting, name: string, value: unknown, folder: string): unknown {
	if (setting.key === 'requestPayer' && typeof value === 'boolean') return value;
	if (setting.parse === undefined) return readSwitch(name, value);
	const parsed = readParsed(setting, name, value);
	if (setting.key === 'requestPayer') return true;
	return setting.path === true && typeof parsed === 'string' && parsed !== '-'
		? path.resolve(folder, expandHome(parsed))
		: parsed;
}

/** `~/takes` below the home folder: a file is not read by a shell. */
function expandHome(text: string): string {
	return /^~(?=\/|$)/.test(text) ? text.replace('~', process.env['HOME'] ?? '~') : text;
}

function plainValue(node: unknown, document: Document): unknown {
	const value: unknown = (node as Node | null)?.toJS(document, {maxAliasCount: 20});
	return value;
}

function readPair(pair: Pair, document: Document, place: Place, found: Map<string, unknown>): void {
	const keyNode = isScalar(pair.key) ? pair.key : null;
	const name = scalarText(keyNode?.value) ?? '';
	const valueNode = pair.value as Node | null;
	if (plainName(name) === 'source') {
		const value = scalarText(plainValue(valueNode, document));
		if (value === undefined) throw wrong(place, valueNode ?? keyNode, 'source must be a text');
		found.set('source', value);
		return;
	}
	const known = findSetting(name);
	if (known === undefined) {
		const guess = nearest(name, names);
		throw wrong(
			place,
			keyNode,
			`unknown key "${safeText(name)}"`,
			guess === undefined
				? 'The keys are the long options of muster get, without their dashes.'
				: `Did you mean ${guess}?`,
		);
	}
	try {
		const value = readValue(
			known.setting,
			safeText(name),
			plainValue(valueNode, document),
			path.dirname(place.file),
		);
		found.set(known.setting.key, known.inverted ? value !== true : value);
	} catch (error) {
		const {message, hint} = errorRecord(error);
		const words = message.startsWith(name) ? message : `${safeText(name)}: ${message}`;
		throw wrong(place, valueNode ?? keyNode, words, hint);
	}
}

/**
 * The settings of a YAML or JSON file, each value checked as its option would be. Paths are taken
 * from the folder of the file. Throws code `configuration` with file, line and column.
 */
export async function readConfigFile(file: string): Promise<Settings> {
	const absolute = path.resolve(file);
	const text = await readText(absolute);
	const counter = new LineCounter();
	const place: Place = {file: absolute, counter};
	const document = parseDocument(text, {lineCounter: counter, prettyErrors: false});
	const [broken] = document.errors;
	if (broken !== undefined)
		throw wrong(place, {range: broken.pos}, safeText(broken.message.split('\n')[0] ?? ''));
	if (document.contents === null) return {};
	if (!isMap(document.contents))
		throw wrong(place, document.contents, 'a configuration file holds keys with values');
	const found = new Map<string, unknown>();
	for (const pair of document.contents.items) readPair(pair, document, place, found);
	return Object.fromEntries(found) as Settings;
}
