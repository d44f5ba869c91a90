import {between, seededRandom} from './random.ts';
import type {Random} from './random.ts';
import {hsl, mix, paint} from './raster.ts';
import type {Color, Raster} from './raster.ts';

type Ridge = {readonly base: number; readonly waves: readonly Wave[]; readonly color: Color};
type Wave = {readonly height: number; readonly length: number; readonly shift: number};

/** A road through hills under a low sun; every seed another hour and another valley. */
export function landscape(seed: number, width = 96, height = 72): Raster {
	const random = seededRandom(seed * 2 + 1);
	const hue = random() * 360;
	const top = hsl(hue, 0.45, between(random, 0.35, 0.6));
	const bottom = hsl(hue + 40, 0.75, between(random, 0.72, 0.88));
	const horizon = between(random, 0.45, 0.6);
	const sun = [between(random, 0.15, 0.85), horizon - between(random, 0.08, 0.3)] as const;
	const sunRadius = between(random, 0.05, 0.09);
	const sunColor = hsl(hue + 60, 0.9, 0.9);
	const ridges = [0, 1, 2].map((index) => ridge(random, hue, horizon, index));
	const bend = between(random, -0.3, 0.3);
	const road = hsl(hue + 200, 0.08, 0.32);
	const ratio = width / height;
	return paint(width, height, (x, y) => {
		if (y > 0.82 - 0.03 * Math.cos(x * 3) && isRoad(x, y, bend)) return mix(road, bottom, 0.1);
		const hill = ridges.findLast(({base, waves}) => y > base + heightAt(waves, x));
		if (hill !== undefined) return mix(hill.color, road, (y - hill.base) * 0.35);
		const distance = Math.hypot((x - sun[0]) * ratio, y - sun[1]);
		const sky = mix(top, bottom, y / horizon);
		return distance < sunRadius ? sunColor : mix(sunColor, sky, 0.55 + distance * 1.4);
	});
}

function ridge(random: Random, hue: number, horizon: number, index: number): Ridge {
	return {
		base: horizon + index * 0.14,
		waves: [0.06, 0.03, 0.012].map((size) => ({
			height: size * between(random, 0.4, 1),
			length: between(random, 1, 3) * (0.2 / size),
			shift: random() * 7,
		})),
		color: hsl(hue + 170 - index * 12, 0.28, 0.58 - index * 0.13),
	};
}

function heightAt(waves: readonly Wave[], x: number): number {
	let height = 0;
	for (const wave of waves) height += wave.height * Math.sin(x * wave.length + wave.shift);
	return height;
}

const isRoad = (x: number, y: number, bend: number) => {
	const near = (y - 0.78) / 0.22;
	return Math.abs(x - 0.5 - bend * (1 - near)) < 0.03 + 0.3 * near;
};
