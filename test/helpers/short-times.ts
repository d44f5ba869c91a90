/*
 * Loaded before the built program (`node --import`): shortens the engine's inner times, such as how long
 * a silent server is waited for, so that tests of the program itself need not wait as people do.
 * MUSTER_TEST_SETTINGS names the module (an entry of the bundle), MUSTER_TEST_TIMES holds the times in JSON.
 */

export type Settings = {readonly defaultSettings: Readonly<Record<string, number>>};

const file = process.env['MUSTER_TEST_SETTINGS'] ?? '';
const times = process.env['MUSTER_TEST_TIMES'] ?? '{}';
const {defaultSettings} = (await import(file)) as Settings;
Object.assign(defaultSettings, JSON.parse(times));
