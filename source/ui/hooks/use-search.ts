import {useField} from './use-field.ts';
import {usePlace} from './use-place.ts';

/** The search line of a windowed list: Enter keeps what was typed, Esc clears it. */
export function useSearch() {
	const [searching, setSearching] = usePlace('searching', false);
	const field = useField('find', {
		onSubmit: () => {
			setSearching(false);
		},
		onCancel: () => {
			field.set('');
			setSearching(false);
		},
	});
	return {field, searching, setSearching};
}
