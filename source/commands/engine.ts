import type {EngineArguments} from '../job/link/spawn.ts';
import {exitStatus} from '../model/error.ts';

/**
 * The hidden `muster engine JSON`: the engine as a process of its own. A hang-up of the terminal or
 * a Ctrl+C in it is for the interface; SIGTERM parks what is open and saves.
 */
export async function engine(argument: string): Promise<number> {
	const {socket, ...options} = JSON.parse(argument) as EngineArguments;
	process.on('SIGHUP', () => {});
	process.on('SIGINT', () => {});
	const [{createEngine}, {serveEngine}] = await Promise.all([
		import('../job/engine.ts'),
		import('../job/link/serve.ts'),
	]);
	const served = await serveEngine(createEngine(options), socket);
	process.once('SIGTERM', () => void served.end());
	await served.closed;
	// whatever still holds the event loop must not keep a finished engine alive
	setTimeout(() => process.exit(exitStatus.ok), 1000).unref();
	return exitStatus.ok;
}
