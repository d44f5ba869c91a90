import type {TestEvent} from 'node:test/reporters';

/**
 * A reporter for `node --test` that prints the file of each failed test, a line each and each file
 * once. Tests marked as todo may fail.
 */
export default async function* failedFiles(
	source: AsyncIterable<TestEvent>,
): AsyncGenerator<string> {
	const told = new Set<string>();
	for await (const event of source) {
		if (event.type !== 'test:fail' || event.data.todo !== undefined) continue;
		const file = event.data.file ?? event.data.name;
		if (told.has(file)) continue;
		told.add(file);
		yield `${file}\n`;
	}
}
