import {presets} from '../model/job-spec.ts';
import type {Layout, OnHangup, OptionKey, Overwrite, Preset} from '../model/job-spec.ts';
import type {AmbiguousRule, MatchMode} from '../model/match.ts';
import * as values from './values.ts';
import type {ValueParser} from './values.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** What `get` and `check` can be told, whether on the command line or in a file. Only what was given is set. */
export type Settings = {
	source?: string;
	csv?: string;
	column?: string;
	groupBy?: string;
	header?: boolean;
	delimiter?: string;
	ending?: string;
	actors?: string;
	pointer?: string;
	keys?: string;
	to?: string;
	layout?: Layout;
	match?: MatchMode;
	ambiguous?: AmbiguousRule;
	include?: readonly string[];
	exclude?: readonly string[];
	ext?: readonly string[];
	minSize?: number;
	maxSize?: number;
	yes?: boolean;
	dryRun?: boolean;
	allowMissing?: boolean;
	preset?: Preset;
	perGroup?: number;
	groups?: number;
	connections?: number | 'auto';
	limitRate?: number;
	overwrite?: Overwrite;
	verify?: 'checksum' | 'size';
	retries?: number;
	profile?: string;
	region?: string;
	endpointUrl?: string;
	signRequest?: boolean;
	requestPayer?: boolean;
	/** that it was given; the value itself lies in the environment, see `optionKeys` */
	accessKey?: true;
	secretKey?: true;
	sessionToken?: true;
	accessKeyFile?: string;
	secretKeyFile?: string;
	sessionTokenFile?: string;
	envFile?: string;
	onHangup?: OnHangup;
	/** milliseconds */
	waitForCredentials?: number;
	plain?: boolean;
	json?: boolean;
	quiet?: boolean;
	verbose?: boolean;
	logLevel?: LogLevel;
	color?: boolean;
	inline?: boolean;
	bell?: boolean;
};
export type SettingKey = keyof Settings;

export type SettingGroup = 'manifest' | 'filters' | 'folder' | 'speed' | 'store' | 'run' | 'output';

/** One setting as data: the option, the configuration key and the help all come from it. */
export type Setting = {
	readonly key: SettingKey;
	/** as commander reads it; the long name without dashes is the key in a configuration file */
	readonly flags: string;
	readonly group: SettingGroup;
	readonly help: string;
	/** how the text is read; a switch has none */
	readonly parse?: ValueParser<unknown>;
	/** may be given several times; each value adds to the list */
	readonly list?: boolean;
	/** a switch whose plain name, `header` for instance, says the opposite of its flag */
	readonly negated?: boolean;
	/** the value is kept by this name in the environment of the process, and nowhere else */
	readonly secret?: OptionKey;
	/** the values are paths, taken from the folder of the file that names them */
	readonly path?: boolean;
};

export const settingGroups: Readonly<Record<SettingGroup, string>> = {
	manifest: 'What is wanted:',
	filters: 'Matching and filters:',
	folder: 'Where it goes:',
	speed: 'How fast:',
	store: 'Store and credentials:',
	run: 'Running:',
	output: 'Output:',
};

const store: readonly Setting[] = [
	{
		key: 'profile',
		flags: '--profile <name>',
		group: 'store',
		help: 'profile of the AWS configuration',
		parse: values.someText,
	},
	{
		key: 'region',
		flags: '--region <name>',
		group: 'store',
		help: 'region of the bucket, found by itself when left out',
		parse: values.someText,
	},
	{
		key: 'endpointUrl',
		flags: '--endpoint-url <url>',
		group: 'store',
		help: 'another S3 service than AWS',
		parse: values.parseEndpoint,
	},
	{
		key: 'signRequest',
		flags: '--no-sign-request',
		group: 'store',
		help: 'no credentials: for public buckets',
		negated: true,
	},
	{
		key: 'requestPayer',
		flags: '--request-payer [requester]',
		group: 'store',
		help: 'agree to pay for the requests',
		parse: values.choice(['requester']),
	},
	{
		key: 'accessKey',
		flags: '--access-key <id>',
		group: 'store',
		help: 'the access key itself; process lists and shell histories show it',
		parse: values.noSecret,
		secret: 'accessKey',
	},
	{
		key: 'secretKey',
		flags: '--secret-key <key>',
		group: 'store',
		help: 'the secret key itself; better in a file',
		parse: values.noSecret,
		secret: 'secretKey',
	},
	{
		key: 'sessionToken',
		flags: '--session-token <token>',
		group: 'store',
		help: 'the session token of temporary keys itself',
		parse: values.noSecret,
		secret: 'sessionToken',
	},
	{
		key: 'accessKeyFile',
		flags: '--access-key-file <file>',
		group: 'store',
		help: 'file that holds the access key id',
		parse: values.someText,
		path: true,
	},
	{
		key: 'secretKeyFile',
		flags: '--secret-key-file <file>',
		group: 'store',
		help: 'file that holds the secret access key',
		parse: values.someText,
		path: true,
	},
	{
		key: 'sessionTokenFile',
		flags: '--session-token-file <file>',
		group: 'store',
		help: 'file that holds the session token',
		parse: values.someText,
		path: true,
	},
	{
		key: 'envFile',
		flags: '--env-file <file>',
		group: 'store',
		help: 'file with AWS_ACCESS_KEY_ID=… lines',
		parse: values.someText,
		path: true,
	},
];

const manifest: readonly Setting[] = [
	{
		key: 'csv',
		flags: '--csv <file>',
		group: 'manifest',
		help: 'CSV or TSV whose rows name wanted files (- is standard input)',
		parse: values.someText,
		path: true,
	},
	{
		key: 'column',
		flags: '--column <name>',
		group: 'manifest',
		help: 'column that names the file, or its number; guessed when left out',
		parse: values.someText,
	},
	{
		key: 'groupBy',
		flags: '--group-by <name>',
		group: 'manifest',
		help: 'column whose value groups the files',
		parse: values.someText,
	},
	{
		key: 'header',
		flags: '--header',
		group: 'manifest',
		help: 'the first row holds column names; guessed when left out',
	},
	{
		key: 'header',
		flags: '--no-header',
		group: 'manifest',
		help: 'the first row is data',
		negated: true,
	},
	{
		key: 'delimiter',
		flags: '--delimiter <char>',
		group: 'manifest',
		help: 'a character, or tab, comma, semicolon, pipe; guessed when left out',
		parse: values.parseDelimiter,
	},
	{
		key: 'ending',
		flags: '--ending <text>',
		group: 'manifest',
		help: 'text put behind each value, .png for instance',
		parse: values.someText,
	},
	{
		key: 'actors',
		flags: '--actors <file>',
		group: 'manifest',
		help: 'actor list (actorsData.json); reads actors/NAME/training_data/response.json beside it',
		parse: values.someText,
		path: true,
	},
	{
		key: 'pointer',
		flags: '--pointer <pointer>',
		group: 'manifest',
		help: 'JSON pointer to the URLs in a response.json',
		parse: values.parsePointer,
	},
	{
		key: 'keys',
		flags: '--keys <file>',
		group: 'manifest',
		help: 'one key, path or URL a line (- is standard input)',
		parse: values.someText,
		path: true,
	},
];

const filters: readonly Setting[] = [
	{
		key: 'match',
		flags: '--match <how>',
		group: 'filters',
		help: 'exact, stem (default: whatever the extension) or loose (also case, Unicode form, separators)',
		parse: values.choice(['exact', 'stem', 'loose']),
	},
	{
		key: 'ambiguous',
		flags: '--ambiguous <rule>',
		group: 'filters',
		help: 'several keys for one name: ask, skip, first, newest, largest or all (default: ask in a terminal, skip otherwise)',
		parse: values.choice(['ask', 'skip', 'first', 'newest', 'largest', 'all']),
	},
	{
		key: 'include',
		flags: '--include <glob>',
		group: 'filters',
		help: 'only keys below the prefix that fit; may be repeated',
		parse: values.parseGlob,
		list: true,
	},
	{
		key: 'exclude',
		flags: '--exclude <glob>',
		group: 'filters',
		help: 'leave out keys below the prefix that fit; may be repeated',
		parse: values.parseGlob,
		list: true,
	},
	{
		key: 'ext',
		flags: '--ext <list>',
		group: 'filters',
		help: 'only these endings: png,jpg',
		parse: values.parseExtensions,
		list: true,
	},
	{
		key: 'minSize',
		flags: '--min-size <size>',
		group: 'filters',
		help: 'only files of at least this size: 1000, 500KB, 1GiB',
		parse: values.parseSize,
	},
	{
		key: 'maxSize',
		flags: '--max-size <size>',
		group: 'filters',
		help: 'only files of at most this size',
		parse: values.parseSize,
	},
];

const folder: readonly Setting[] = [
	{
		key: 'to',
		flags: '--to <folder>',
		group: 'folder',
		help: 'output folder (default: named after the source; for --actors the folder of the list)',
		parse: values.someText,
		path: true,
	},
	{
		key: 'layout',
		flags: '--layout <how>',
		group: 'folder',
		help: 'keys (default: the path below the prefix), flat (bare file names) or groups (GROUP/file name)',
		parse: values.choice(['keys', 'flat', 'groups']),
	},
	{
		key: 'overwrite',
		flags: '--overwrite <when>',
		group: 'folder',
		help: 'never, changed (default: replace a file that differs from the object) or always',
		parse: values.choice(['never', 'changed', 'always']),
	},
	{
		key: 'verify',
		flags: '--verify <how>',
		group: 'folder',
		help: 'checksum (default: the best digest the store offers) or size',
		parse: values.choice(['checksum', 'size']),
	},
];

const speed: readonly Setting[] = [
	{
		key: 'preset',
		flags: '--preset <name>',
		group: 'speed',
		help: 'conservative 5×3, balanced 10×5 (default), aggressive 20×10, maximum 30×15 (downloads per group × groups)',
		parse: values.choice(Object.keys(presets) as Preset[]),
	},
	{
		key: 'perGroup',
		flags: '--per-group <n>',
		group: 'speed',
		help: 'downloads at once in one group',
		parse: values.wholeNumber(1, 1000),
	},
	{
		key: 'groups',
		flags: '--groups <n>',
		group: 'speed',
		help: 'groups at once',
		parse: values.wholeNumber(1, 1000),
	},
	{
		key: 'connections',
		flags: '--connections <n>',
		group: 'speed',
		help: 'connections at once, or auto (default: finds the number by itself)',
		parse: values.parseConnections,
	},
	{
		key: 'limitRate',
		flags: '--limit-rate <rate>',
		group: 'speed',
		help: 'bytes per second for the whole job: 10MB',
		parse: values.parseRate,
	},
	{
		key: 'retries',
		flags: '--retries <n>',
		group: 'speed',
		help: 'attempts for one request before it counts as failed (default 5)',
		parse: values.wholeNumber(1, 100),
	},
];

const run: readonly Setting[] = [
	{
		key: 'yes',
		flags: '--yes',
		group: 'run',
		help: 'go ahead without asking; needed where there is no terminal',
	},
	{key: 'dryRun', flags: '--dry-run', group: 'run', help: 'roll call and plan, then stop'},
	{
		key: 'allowMissing',
		flags: '--allow-missing',
		group: 'run',
		help: 'missing or ambiguous files leave the exit status at 0',
	},
	{
		key: 'waitForCredentials',
		flags: '--wait-for-credentials <time>',
		group: 'run',
		help: 'with no dashboard: wait so long (30m, 8h) for a sign-in done elsewhere, then exit with 4',
		parse: values.parseDuration,
	},
	{
		key: 'onHangup',
		flags: '--on-hangup <what>',
		group: 'run',
		help: 'a lost terminal: background (default: the job goes on) or stop (saves and stops)',
		parse: values.choice(['background', 'stop']),
	},
];

const output: readonly Setting[] = [
	{key: 'plain', flags: '--plain', group: 'output', help: 'plain lines instead of the dashboard'},
	{key: 'json', flags: '--json', group: 'output', help: 'one JSON event a line on standard output'},
	{key: 'quiet', flags: '--quiet', group: 'output', help: 'problems and the last line only'},
	{key: 'verbose', flags: '--verbose', group: 'output', help: 'every file, and every missing name'},
	{
		key: 'logLevel',
		flags: '--log-level <level>',
		group: 'output',
		help: 'of the log file: error, warn, info (default) or debug',
		parse: values.choice(['error', 'warn', 'info', 'debug']),
	},
	{key: 'color', flags: '--no-color', group: 'output', help: 'no colours', negated: true},
	{
		key: 'inline',
		flags: '--inline',
		group: 'output',
		help: 'dashboard without the alternate screen',
	},
	{
		key: 'bell',
		flags: '--no-bell',
		group: 'output',
		help: 'no bell when a long job ends',
		negated: true,
	},
];

/** All settings in the order of the help. */
export const settings: readonly Setting[] = [
	...manifest,
	...filters,
	...folder,
	...speed,
	...store,
	...run,
	...output,
];

/** `--per-group <n>` → `per-group`; `--no-header` → `header`. */
export function settingName(setting: Setting): string {
	const long = /--([a-z-]+)/.exec(setting.flags)?.[1] ?? setting.key;
	return setting.negated === true ? long.replace(/^no-/, '') : long;
}

/** The flag alone, as messages name it: `--per-group`. */
export function settingFlag(key: SettingKey, value?: unknown): string {
	const fitting = settings.filter((setting) => setting.key === key);
	const setting = fitting.find((one) => (one.negated === true) === (value === false)) ?? fitting[0];
	return setting === undefined ? key : (setting.flags.split(' ')[0] ?? key);
}
