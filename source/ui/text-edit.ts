/** A text field's state; `cursor` counts characters (code points). */
export type TextEdit = {readonly value: string; readonly cursor: number};

export function textEdit(value = ''): TextEdit {
	return {value, cursor: Array.from(value).length};
}

/** One line without control characters: what a paste may put into a field. */
export function pastedLine(text: string): string {
	return text
		.replace(/[\r\n\t]+/g, ' ')
		.replace(/[\u0000-\u001F\u007F-\u009F]/g, '')
		.trim();
}

function splice(edit: TextEdit, from: number, to: number, text: string): TextEdit {
	const characters = Array.from(edit.value);
	const inserted = Array.from(text);
	return {
		value: [...characters.slice(0, from), ...inserted, ...characters.slice(to)].join(''),
		cursor: from + inserted.length,
	};
}

function wordStart(edit: TextEdit): number {
	const characters = Array.from(edit.value);
	let index = edit.cursor;
	// A path is deleted one folder at a time, a sentence one word at a time.
	while (index > 0 && /[\s/]/.test(characters[index - 1] ?? '')) index--;
	while (index > 0 && !/[\s/]/.test(characters[index - 1] ?? '')) index--;
	return index;
}

/** The field after a key, or undefined when the key does not edit text. */
export function editKey(edit: TextEdit, key: string): TextEdit | undefined {
	const length = Array.from(edit.value).length;
	switch (key) {
		case 'left':
			return {...edit, cursor: Math.max(0, edit.cursor - 1)};
		case 'right':
			return {...edit, cursor: Math.min(length, edit.cursor + 1)};
		case 'home':
			return {...edit, cursor: 0};
		case 'end':
			return {...edit, cursor: length};
		case 'backspace':
			return edit.cursor === 0 ? edit : splice(edit, edit.cursor - 1, edit.cursor, '');
		case 'delete':
			return edit.cursor >= length ? edit : splice(edit, edit.cursor, edit.cursor + 1, '');
		case 'ctrl+u':
			return splice(edit, 0, edit.cursor, '');
		case 'ctrl+w':
			return splice(edit, wordStart(edit), edit.cursor, '');
		case 'space':
			return splice(edit, edit.cursor, edit.cursor, ' ');
		default:
			return Array.from(key).length === 1 ? insertText(edit, key) : undefined;
	}
}

export function insertText(edit: TextEdit, text: string): TextEdit {
	return splice(edit, edit.cursor, edit.cursor, text);
}
