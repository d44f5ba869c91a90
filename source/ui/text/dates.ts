const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const day = 86_400_000;

function two(value: number): string {
	return String(value).padStart(2, '0');
}

/** `2025-11-18`, in local time; `-` for no date. */
export function isoDay(time: number | null): string {
	if (time === null) return '-';
	const date = new Date(time);
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `18:02`, in local time. */
export function clock(time: number): string {
	const date = new Date(time);
	return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** How long ago, as people say it: `today 09:12`, `yesterday 09:12`, `3 days ago`, `12 Nov`, `2023-04-18`. */
export function since(time: number, now: number): string {
	const midnight = new Date(now).setHours(0, 0, 0, 0);
	const days = Math.ceil((midnight - time) / day);
	if (days <= 0) return `today ${clock(time)}`;
	if (days === 1) return `yesterday ${clock(time)}`;
	if (days < 7) return `${days} days ago`;
	const date = new Date(time);
	return days < 300 ? `${date.getDate()} ${months[date.getMonth()] ?? ''}` : isoDay(time);
}
