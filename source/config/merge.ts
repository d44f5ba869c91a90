import {MusterError} from '../model/error.ts';
import {settingFlag} from './settings.ts';
import type {SettingKey, Settings} from './settings.ts';

/** Settings of which only one may be given; the second list depends on the first of its row. */
const manifests = [
	['csv'],
	['actors'],
	['keys'],
] as const satisfies readonly (readonly SettingKey[])[];
const modes = [
	['plain'],
	['json'],
	['quiet'],
] as const satisfies readonly (readonly SettingKey[])[];
const credentials = [
	['signRequest'],
	['profile'],
	['accessKeyFile', 'secretKeyFile', 'sessionTokenFile'],
	['accessKey', 'secretKey', 'sessionToken'],
	['envFile'],
] as const satisfies readonly (readonly SettingKey[])[];
const families: readonly (readonly (readonly SettingKey[])[])[] = [manifests, modes, credentials];

const needs: readonly {readonly keys: readonly SettingKey[]; readonly other: SettingKey}[] = [
	{keys: ['column', 'groupBy', 'header', 'delimiter', 'ending'], other: 'csv'},
	{keys: ['pointer'], other: 'actors'},
	{keys: ['accessKeyFile'], other: 'secretKeyFile'},
	{keys: ['secretKeyFile'], other: 'accessKeyFile'},
	{keys: ['sessionTokenFile'], other: 'secretKeyFile'},
	{keys: ['accessKey'], other: 'secretKey'},
	{keys: ['secretKey'], other: 'accessKey'},
	{keys: ['sessionToken'], other: 'secretKey'},
];

/** `sign-request: true` and `json: false` in a file say nothing that could contradict. */
function given(settings: Settings, key: SettingKey): boolean {
	const value = settings[key];
	return key === 'signRequest'
		? value === false
		: value !== undefined && (key === 'header' || value !== false);
}

/** Settings of a file under those of the command line, which win with all that depends on them. */
export function mergeSettings(file: Settings, line: Settings): Settings {
	const below: Settings = {...file};
	for (const family of families) {
		const chosen = family.find((row) => row.some((key) => given(line, key)));
		if (chosen === undefined) continue;
		for (const key of family.flat()) if (!chosen.includes(key)) delete below[key];
	}
	// by hand wins over a preset, so a preset on the line must not lose against numbers of the file
	if (line.preset !== undefined) {
		delete below.perGroup;
		delete below.groups;
	}
	const merged: Settings = {...below, ...line};
	for (const {keys, other} of needs)
		for (const key of keys)
			if (line[key] === undefined && file[other] !== undefined && merged[other] === undefined)
				delete merged[key];
	return merged;
}

function contradiction(first: string, second: string, hint: string): MusterError {
	return new MusterError('usage', `${first} and ${second} contradict each other`, {hint});
}

function checkFamilies(settings: Settings): void {
	for (const family of families) {
		const chosen = family
			.map((row) => row.find((key) => given(settings, key)))
			.filter((key) => key !== undefined);
		const [first, second] = chosen;
		if (first !== undefined && second !== undefined)
			throw contradiction(
				settingFlag(first, settings[first]),
				settingFlag(second, settings[second]),
				'Leave one of them out.',
			);
	}
}

/** Throws code `usage` where two settings can't both be meant. */
export function checkContradictions(settings: Settings): void {
	checkFamilies(settings);
	for (const {keys, other} of needs)
		for (const key of keys)
			if (given(settings, key) && settings[other] === undefined)
				throw new MusterError(
					'usage',
					`${settingFlag(key, settings[key])} says nothing without ${settingFlag(other)}`,
					{hint: `Add ${settingFlag(other)}, or leave ${settingFlag(key, settings[key])} out.`},
				);
	if (given(settings, 'verbose') && given(settings, 'quiet'))
		throw contradiction('--verbose', '--quiet', 'Leave one of them out.');
	const {minSize, maxSize} = settings;
	if (minSize !== undefined && maxSize !== undefined && minSize > maxSize)
		throw contradiction(
			`--min-size ${minSize}`,
			`--max-size ${maxSize}`,
			'No file could be that large and that small.',
		);
	checkAsking(settings);
}

function checkAsking(settings: Settings): void {
	if (settings.ambiguous === 'ask' && (given(settings, 'json') || given(settings, 'quiet')))
		throw contradiction(
			'--ambiguous ask',
			given(settings, 'json') ? '--json' : '--quiet',
			'Nobody can be asked there; use skip, first, newest, largest or all.',
		);
}
