const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes with three significant digits: `0 B`, `748 MiB`, `1.02 GiB`. */
export function formatBytes(bytes: number): string {
	let value = Math.max(0, bytes);
	let unit = 0;
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}
	const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	return `${value.toFixed(digits)} ${units[unit] ?? 'B'}`;
}

/** Bytes per second: `14.9 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
	return `${formatBytes(bytesPerSecond)}/s`;
}

/** Whole numbers with thousands separators: `12,310`. */
export function formatCount(count: number): string {
	return Math.round(count).toLocaleString('en-US');
}

/** A duration in words: `20 s`, `5 m 50 s`, `36 m`, `5 h 02 m`. */
export function formatDuration(seconds: number): string {
	const whole = Math.max(0, Math.round(seconds));
	if (whole < 60) return `${whole} s`;
	if (whole < 3600) {
		const rest = whole % 60;
		return rest === 0
			? `${Math.floor(whole / 60)} m`
			: `${Math.floor(whole / 60)} m ${String(rest).padStart(2, '0')} s`;
	}
	return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} m`;
}

/** `1 file`, `2 files`, `12,310 files`. */
export function plural(count: number, one: string, many = `${one}s`): string {
	return `${formatCount(count)} ${count === 1 ? one : many}`;
}
