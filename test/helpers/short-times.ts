/*
 * Loaded before the built program (`node --import`): shortens the engine's inner times, such as how long
 * a silent server is waited for, so that tests of the program itself need not wait as people do.
 * MUSTER_TEST_SETTINGS names the module, MUSTER_TEST_TIMES holds the times in JSON.
 */
const settings = process.env['MUSTER_TEST_SETTINGS'] ?? '';
const times = process.env['MUSTER_TEST_TIMES'] ?? '{}';
const module = (await import(settings)) as {defaultSettings: Record<string, number>};
Object.assign(module.defaultSettings, JSON.parse(times));

export {};
