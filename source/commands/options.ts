import path from 'node:path';
import {InvalidArgumentError, Option} from 'commander';
import type {Command} from 'commander';
import {checkContradictions, mergeSettings} from '../config/merge.ts';
import {settingGroups, settings} from '../config/settings.ts';
import type {Setting, SettingGroup, SettingKey, Settings} from '../config/settings.ts';
import {MusterError} from '../model/error.ts';

function readOption(setting: Setting) {
	return (text: string, before: unknown): unknown => {
		try {
			const value = setting.parse?.(text);
			if (setting.list !== true) return value;
			const values = Array.isArray(value) ? value : [value];
			return [...(Array.isArray(before) ? before : []), ...values];
		} catch (error) {
			if (!(error instanceof MusterError)) throw error;
			throw new InvalidArgumentError(`${error.message}. ${error.hint ?? ''}`);
		}
	};
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
	return addSettings(addKeys(command, ['onHangup']), ['output']);
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
