import type {FieldControl} from '../input.ts';
import {accent, cutStart, line, takeStart, textWidth, type Line} from '../text/line.ts';
import {editKey, insertText, pastedLine, textEdit, type TextEdit} from '../text-edit.ts';
import {useShell} from './services.ts';
import {usePlace} from './use-place.ts';

export type Field = FieldControl & {
	readonly value: string;
	set(value: string): void;
	/** ` label value▏` in `width` columns; the end of a long value stays visible */
	line(label: string, width: number, focused: boolean): Line;
};

/** A text field. Letters type, Ctrl+U and Ctrl+W delete, a paste becomes one line; Enter and Esc are the owner's. */
export function useField(
	key: string,
	options: {
		readonly initial?: string;
		readonly onSubmit?: (value: string) => void;
		readonly onCancel?: () => void;
		readonly onChange?: (value: string) => void;
	} = {},
): Field {
	const {theme} = useShell();
	const [edit, setEdit, read] = usePlace<TextEdit>(`field:${key}`, () =>
		textEdit(options.initial ?? ''),
	);
	const change = (next: TextEdit) => {
		const before = read().value;
		setEdit(next);
		if (next.value !== before) options.onChange?.(next.value);
	};

	return {
		value: edit.value,
		filled: edit.value !== '',
		key(name) {
			if (name === 'enter' && options.onSubmit !== undefined) {
				options.onSubmit(read().value);
				return true;
			}

			if (name === 'escape' && options.onCancel !== undefined) {
				options.onCancel();
				return true;
			}

			const next = editKey(read(), name);
			if (next === undefined) return false;
			change(next);
			return true;
		},
		paste(text) {
			change(insertText(read(), pastedLine(text)));
		},
		clear() {
			change(textEdit());
		},
		set(value) {
			change(textEdit(value));
		},
		line: (label, width, focused) =>
			fieldLine(label, edit, width, focused ? theme.glyphs.cursor : ''),
	};
}

/** A field as a line; `cursor` is the glyph drawn at the cursor, '' when the field has no focus. */
export function fieldLine(label: string, edit: TextEdit, width: number, cursor: string): Line {
	const characters = Array.from(edit.value);
	const before = characters.slice(0, edit.cursor).join('');
	const after = characters.slice(edit.cursor).join('');
	const start = label === '' ? ' ' : ` ${label} `;
	const room = Math.max(1, width - textWidth(start) - textWidth(cursor) - 1);
	const shownBefore = textWidth(before) > room ? cutStart(before, room) : before;
	const rest = room - textWidth(shownBefore);
	const shownAfter = takeStart(after, rest);
	return line(start, shownBefore, cursor === '' ? null : accent(cursor), shownAfter);
}
