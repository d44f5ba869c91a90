import {between, pick, seededRandom} from './random.ts';
import {hsl, inEllipse, mix, paint} from './raster.ts';
import type {Color, Raster} from './raster.ts';

const skins: readonly [Color, ...Color[]] = [
	[247, 214, 190],
	[229, 184, 148],
	[198, 146, 105],
	[150, 103, 70],
	[104, 68, 46],
];
const hairs: readonly [Color, ...Color[]] = [
	[44, 34, 30],
	[92, 58, 36],
	[171, 121, 66],
	[88, 88, 94],
	[140, 60, 40],
];

type Look = {
	readonly skin: Color;
	readonly hair: Color;
	readonly shirt: Color;
	readonly hairLength: number;
	readonly faceWidth: number;
};

/** A head-and-shoulders silhouette: `person` fixes the look, `shot` the light, the pose and the backdrop. */
export function portrait(person: number, shot: number, width = 80, height = 100): Raster {
	const look = lookOf(person);
	const random = seededRandom(person * 1009 + shot * 31 + 7);
	const hue = random() * 360;
	const high = hsl(hue, 0.35, 0.82);
	const low = hsl(hue + 30, 0.4, 0.5);
	const lean = between(random, -0.07, 0.07);
	const light = between(random, -0.5, 0.5);
	const lift = between(random, -0.03, 0.03);
	const head = [0.5 + lean, 0.4 + lift] as const;
	return paint(width, height, (x, y) => {
		const shade = (color: Color) => mix(color, [0, 0, 0], 0.12 + (x - 0.5) * light * 0.9);
		const face = inEllipse(x, y, head, [look.faceWidth, 0.19]);
		const fringe = inEllipse(x, y, [head[0], head[1] - 0.13], [look.faceWidth * 1.08, 0.1]);
		if (face > 0 && fringe <= 0) return faceColor(x, y, head, shade(look.skin));
		const hair = inEllipse(x, y, [head[0], head[1] - 0.02], [look.faceWidth + 0.045, 0.25]);
		if (hair > 0 && y < head[1] + look.hairLength) return shade(look.hair);
		const neck = Math.abs(x - head[0] * 0.7 - 0.15) < 0.075 && y > head[1] && y < 0.74 + lift;
		const shoulders = inEllipse(x, y, [0.5 + lean * 0.3, 1.02], [0.42, 0.36]);
		if (neck && shoulders < 0.28) return shade(mix(look.skin, [60, 30, 20], 0.25));
		if (shoulders > 0) return shade(look.shirt);
		return mix(high, low, y * 0.8 + x * 0.2);
	});
}

function lookOf(person: number): Look {
	const random = seededRandom(person * 7919 + 3);
	return {
		skin: pick(random, skins),
		hair: pick(random, hairs),
		shirt: hsl(random() * 360, 0.5, between(random, 0.3, 0.55)),
		hairLength: pick(random, [-0.02, 0.06, 0.2, 0.3]),
		faceWidth: between(random, 0.13, 0.16),
	};
}

function faceColor(x: number, y: number, head: readonly [number, number], skin: Color): Color {
	const side = Math.abs(x - head[0]);
	const isEye = Math.hypot((side - 0.055) * 0.8, y - head[1] - 0.005) < 0.012;
	const isMouth = side < 0.035 && Math.abs(y - head[1] - 0.1 + side * side * 6) < 0.008;
	if (isEye) return [48, 38, 40];
	return isMouth ? mix(skin, [170, 50, 60], 0.6) : skin;
}
