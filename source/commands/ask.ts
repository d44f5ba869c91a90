import {createInterface} from 'node:readline';

/** One line typed by a person; undefined when it was Ctrl+C or Ctrl+D. */
export async function askLine(question: string): Promise<string | undefined> {
	const terminal = createInterface({input: process.stdin, output: process.stdout});
	const {promise, resolve} = Promise.withResolvers<string | undefined>();
	terminal.question(question, resolve);
	terminal.once('SIGINT', () => {
		process.stdout.write('\n');
		resolve(undefined);
	});
	terminal.once('close', () => resolve(undefined));
	const answer = await promise;
	terminal.close();
	// It lets go of standard input a turn later: whoever takes it at once never gets a key.
	await new Promise(setImmediate);
	return answer;
}

/** Asks until one of the answers was given; Enter is the first one. `undefined`: Ctrl+C or Ctrl+D. */
export async function askChoice<const Letter extends string>(
	question: string,
	letters: readonly [Letter, ...Letter[]],
): Promise<Letter | undefined> {
	for (;;) {
		const answer = await askLine(question);
		if (answer === undefined) return undefined;
		const letter = answer.trim().toLowerCase().slice(0, 1);
		if (letter === '') return letters[0];
		const found = letters.find((one) => one === letter);
		if (found !== undefined) return found;
	}
}
