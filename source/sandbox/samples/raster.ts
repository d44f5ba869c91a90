export type Color = readonly [red: number, green: number, blue: number];

/** A picture in memory: 8-bit RGB, row by row. */
export type Raster = {
	readonly width: number;
	readonly height: number;
	readonly pixels: Uint8Array;
};

/** Draws a picture by asking for each pixel's colour; `x` and `y` run from 0 to 1. */
export function paint(
	width: number,
	height: number,
	colorAt: (x: number, y: number) => Color,
): Raster {
	const pixels = new Uint8Array(width * height * 3);
	let at = 0;
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			const color = colorAt((column + 0.5) / width, (row + 0.5) / height);
			pixels[at++] = color[0];
			pixels[at++] = color[1];
			pixels[at++] = color[2];
		}
	}
	return {width, height, pixels};
}

/** A colour between the two; `share` 0 is `a`, 1 is `b`. */
export function mix(a: Color, b: Color, share: number): Color {
	const part = Math.min(1, Math.max(0, share));
	return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part, a[2] + (b[2] - a[2]) * part];
}

/** A colour from hue (0 to 360), saturation and lightness (0 to 1). */
export function hsl(hue: number, saturation: number, lightness: number): Color {
	const amount = saturation * Math.min(lightness, 1 - lightness);
	const channel = (offset: number) => {
		const place = (offset + hue / 30) % 12;
		return 255 * (lightness - amount * Math.max(-1, Math.min(place - 3, 9 - place, 1)));
	};
	return [channel(0), channel(8), channel(4)];
}

/** How far inside an ellipse a point lies: above 0 inside. */
export const inEllipse = (
	x: number,
	y: number,
	center: readonly [number, number],
	radius: readonly [number, number],
) => 1 - ((x - center[0]) / radius[0]) ** 2 - ((y - center[1]) / radius[1]) ** 2;
