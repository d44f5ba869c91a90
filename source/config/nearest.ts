/** Edits (insert, delete, replace, swap neighbours) between two short texts. */
function distance(a: string, b: string): number {
	const rows: number[][] = [Array.from({length: b.length + 1}, (_, index) => index)];
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const cost = a[i - 1] === b[j - 1] ? 0 : 1;
			const swap =
				a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
					? (rows[i - 2]?.[j - 2] ?? Infinity) + 1
					: Infinity;
			row.push(
				Math.min(
					(rows[i - 1]?.[j] ?? Infinity) + 1,
					(row[j - 1] ?? Infinity) + 1,
					(rows[i - 1]?.[j - 1] ?? Infinity) + cost,
					swap,
				),
			);
		}
		rows.push(row);
	}
	return rows[a.length]?.[b.length] ?? Infinity;
}

/** The known word that was probably meant, or undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
	const lower = word.toLowerCase();
	let best: {name: string; edits: number} | undefined;
	for (const name of known) {
		const edits = distance(lower.slice(0, 40), name.toLowerCase());
		if (edits <= Math.max(1, Math.floor(name.length / 3)) && edits < (best?.edits ?? Infinity))
			best = {name, edits};
	}
	return best?.name;
}
