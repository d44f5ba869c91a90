import {credentialSpec, storeSpec} from '../config/environment.ts';
import {parseSource} from '../config/source-url.ts';
import type {Settings} from '../config/settings.ts';
import type {StoreAccess} from '../job/link/messages.ts';
import type {Context} from './context.ts';
import {appOptions, openEngine, showApp} from './screen.ts';

const storeKeys = [
	'profile',
	'endpointUrl',
	'signRequest',
	'accessKey',
	'accessKeyFile',
	'secretKeyFile',
	'envFile',
] as const satisfies readonly (keyof Settings)[];

/** Store and credentials, when the command line names them: the wizard then skips its question. */
function namedAccess(settings: Settings, context: Context): {access?: StoreAccess} {
	if (storeKeys.every((key) => settings[key] === undefined)) return {};
	return {
		access: {
			store: storeSpec(settings, context.environment),
			credentials: credentialSpec(settings, context.workingFolder),
		},
	};
}

/** `muster`: the wizard, from welcome to summary. */
export async function wizard(settings: Settings, context: Context): Promise<number> {
	const source = settings.source === undefined ? {} : parseSource(settings.source);
	const client = await openEngine(settings, context);
	try {
		return await showApp(
			{
				...appOptions(client, settings, context),
				...namedAccess(settings, context),
				...source,
				start: 'wizard',
				exitWhenDone: false,
			},
			context,
		);
	} finally {
		client.close();
	}
}
