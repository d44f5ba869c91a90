import path from 'node:path';
import {InvalidArgumentError, Option} from 'commander';
import type {Command} from 'commander';
import {checkContradictions, mergeSettings} from '../config/merge.ts';
import {settingFlag, settingGroups, settings} from '../config/settings.ts';
import type {Setting, SettingGroup, SettingKey, Settings} from '../config/settings.ts';
import type {ValueParser} from '../config/values.ts';
import {MusterError} from '../model/error.ts';
import {optionKeys} from '../model/job-spec.ts';
import type {OptionKey} from '../model/job-spec.ts';

function readOption(setting: Setting) {
	return (text: string, before: unknown): unknown => {
		if (setting.secret !== undefined) return holdSecret(setting.secret, text);
		const value = setting.parse === undefined ? undefined : readValue(setting.parse)(text);
		if (setting.list !== true) return value;
		const values = Array.isArray(value) ? value : [value];
		return [...(Array.isArray(before) ? before : []), ...values];
	};
}

/** A parser of values as commander wants it: its complaint names the option. */
export function readValue<Value>(parse: ValueParser<Value>): (text: string) => Value {
	return (text) => {
		try {
			return parse(text);
		} catch (error) {
			if (!(error instanceof MusterError)) throw error;
			throw new InvalidArgumentError(`${error.message}. ${error.hint ?? ''}`);
		}
	};
}

/** Takes a secret off the line into the environment; all that settings say is that it was given. */
function holdSecret(key: OptionKey, text: string): true {
	const value = text.trim();
	// not commander's own error, which repeats the value
	if (value === '' || /\s/.test(value))
		throw new MusterError('usage', `${settingFlag(key)} is empty or more than one word`, {
			hint: 'Copy the key alone, without quotes or blanks in it.',
		});
	process.env[optionKeys[key]] = value;
	return true;
}

/** Words about secrets on the command line, when there are any; they also leave the process list. */
export function exposedSecrets(command: Command): string | undefined {
	const given = command.opts<Settings>();
	if (Object.keys(optionKeys).every((key) => given[key as OptionKey] === undefined))
		return undefined;
	// overwrites the words that other people's `ps` shows
	process.title = 'muster';
	return 'process lists and shell histories show keys that are given as options; --env-file or the --…-file options keep them to you';
}

function optionOf(setting: Setting): Option {
	const option = new Option(setting.flags, setting.help).helpGroup(settingGroups[setting.group]);
	if (setting.parse !== undefined) option.argParser(readOption(setting));
	return option;
}

/** Adds the options of some groups, in the order of the help. */
export function addSettings(command: Command, groups: readonly SettingGroup[]): Command {
	for (const setting of settings) {
		if (!groups.includes(setting.group)) continue;
		command.addOption(optionOf(setting));
		if (setting.key === 'yes')
			command.addOption(
				new Option('--auto-confirm', 'the same as --yes').helpGroup(settingGroups.run),
			);
	}
	return command;
}

/** The options that were given, by name; what commander fills in by itself is left out. */
export function givenSettings(command: Command): Settings {
	const given: Record<string, unknown> = {};
	for (const [key, value] of Object.entries(command.opts()))
		if (command.getOptionValueSource(key) === 'cli') given[key] = value;
	if (given['autoConfirm'] === true) given['yes'] = true;
	if (given['requestPayer'] !== undefined) given['requestPayer'] = true;
	delete given['autoConfirm'];
	delete given['config'];
	return given;
}

/** Settings of SOURCE, the options and `--config FILE`, in which the line wins. */
export async function readSettings(
	command: Command,
	source: string | undefined,
	workingFolder: string,
): Promise<Settings> {
	const line: Settings = {...givenSettings(command), ...(source === undefined ? {} : {source})};
	const {config} = command.opts<{config?: string}>();
	if (config === undefined) return line;
	// most runs have no such file, and nothing else needs YAML
	const {readConfigFile} = await import('../config/config-file.ts');
	return mergeSettings(await readConfigFile(path.resolve(workingFolder, config)), line);
}

/** All options of `get` and `check`. */
export function jobOptions(command: Command): Command {
	return addSettings(command, Object.keys(settingGroups) as SettingGroup[]).addOption(
		new Option('--config <file>', 'the same settings from a YAML or JSON file').helpGroup(
			settingGroups.run,
		),
	);
}

/** Options of the commands that show a job which exists already. */
export function showOptions(command: Command): Command {
	return addSettings(addKeys(command, ['onHangup', 'waitForCredentials']), ['output']);
}

/** The same, and the keys that a job which was begun with such keys keeps nowhere. */
export function resumeOptions(command: Command): Command {
	return addKeys(showOptions(command), Object.keys(optionKeys) as OptionKey[]);
}

/** What the wizard can be told: how to reach the store, and how to show itself. */
export function wizardOptions(command: Command): Command {
	addSettings(command, ['store']);
	return addKeys(command, ['onHangup', 'logLevel', 'color', 'inline', 'bell']);
}

function addKeys(command: Command, keys: readonly SettingKey[]): Command {
	for (const setting of settings)
		if (keys.includes(setting.key)) command.addOption(optionOf(setting));
	return command;
}

/** The given options, free of contradictions. */
export function soundSettings(command: Command): Settings {
	const given = givenSettings(command);
	checkContradictions(given);
	return given;
}
