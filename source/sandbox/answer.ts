import type {ServerResponse} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';
import {Pacer, maxPiece} from './pace.ts';
import type {RuleAction} from './types.ts';

/** The body of an answer, read in pieces. */
export type Body = {
	readonly size: number;
	/** `end` exclusive */
	read(start: number, end: number): Uint8Array;
};

/** An answer before any misbehaviour. Headers as a flat list, without Content-Length. */
export type Answer = {
	readonly status: number;
	readonly headers: readonly string[];
	readonly body: Body | undefined;
};

/** What the sending of one answer meets. */
export type Delivery = {
	/** milliseconds before the first byte */
	readonly delay: number;
	readonly cutAfter: number | undefined;
	readonly flipAt: number | undefined;
	readonly shortBy: number;
	readonly stall: {readonly after: number; readonly milliseconds: number} | undefined;
	readonly bytesPerSecond: number;
};

export const textBody = (text: string): Body => {
	const bytes = Buffer.from(text);
	return {size: bytes.length, read: (start, end) => bytes.subarray(start, end)};
};

/** The part of the actions that concerns how an answer is sent. */
export function deliveryOf(actions: readonly RuleAction[], latency: number): Delivery {
	const find = <Type extends RuleAction['type']>(type: Type) =>
		actions.find((action): action is Extract<RuleAction, {type: Type}> => action.type === type);
	const stall = find('stall');
	return {
		delay: latency + (find('delay')?.milliseconds ?? 0),
		cutAfter: find('cut')?.afterBytes,
		flipAt: find('flip')?.at,
		shortBy: find('short')?.bytes ?? 0,
		stall:
			stall === undefined
				? undefined
				: {after: stall.afterBytes ?? -1, milliseconds: stall.milliseconds ?? Infinity},
		bytesPerSecond: find('slow')?.bytesPerSecond ?? 0,
	};
}

/** Bytes of the body that went out, and whether that was all. */
export type Sent = {readonly bytes: number; readonly complete: boolean};

/** Sends in one go: nothing misbehaves, nothing is throttled, the body is small. */
export function sendAtOnce(response: ServerResponse, answer: Answer, headOnly: boolean): Sent {
	const size = answer.body?.size ?? 0;
	response.writeHead(answer.status, withLength(answer, size));
	if (headOnly || answer.body === undefined || size === 0) {
		response.end();
		return {bytes: 0, complete: true};
	}
	response.end(answer.body.read(0, size));
	return {bytes: size, complete: true};
}

export const fitsAtOnce = (answer: Answer) => (answer.body?.size ?? 0) <= maxPiece;

function withLength(answer: Answer, size: number): string[] {
	// 304 and 204 have no body and hence no length
	if (answer.status === 304 || answer.status === 204) return [...answer.headers];
	return [...answer.headers, 'Content-Length', String(size)];
}

type Route = {
	readonly response: ServerResponse;
	readonly delivery: Delivery;
	readonly pacers: readonly Pacer[];
	readonly signal: AbortSignal;
	/** counts up while it is sent */
	readonly progress: {bytes: number; complete: boolean};
};

/**
 * Sends piece by piece with everything that `delivery` asks for, at the pace of all `pacers`.
 * Never throws: a client that goes away ends it.
 */
export async function sendSlowly(
	response: ServerResponse,
	answer: Answer,
	headOnly: boolean,
	delivery: Delivery,
	pacers: readonly Pacer[],
): Promise<Sent> {
	const gone = new AbortController();
	response.once('close', () => gone.abort());
	const progress = {bytes: 0, complete: false};
	const own = delivery.bytesPerSecond > 0 ? [new Pacer(delivery.bytesPerSecond)] : [];
	const route = {response, delivery, pacers: [...pacers, ...own], signal: gone.signal, progress};
	try {
		await send(route, answer, headOnly);
	} catch {
		if (!gone.signal.aborted) response.destroy();
	}
	return progress;
}

async function send(route: Route, answer: Answer, headOnly: boolean): Promise<void> {
	const {response, delivery, signal, progress} = route;
	if (delivery.delay > 0) await sleep(delivery.delay, undefined, {signal});
	if (delivery.stall?.after === -1) await hold(delivery.stall.milliseconds, signal);
	const whole = answer.body?.size ?? 0;
	const size = headOnly ? whole : Math.max(0, whole - delivery.shortBy);
	response.writeHead(answer.status, withLength(answer, size));
	if (!headOnly && answer.body !== undefined) {
		await sendBody(route, answer.body, Math.min(size, delivery.cutAfter ?? size));
		if (delivery.cutAfter !== undefined) {
			cut(response);
			return;
		}
	}
	response.end();
	progress.complete = true;
}

async function sendBody(route: Route, body: Body, size: number): Promise<void> {
	const {response, delivery, pacers, signal, progress} = route;
	const pieceSize = Math.min(maxPiece, ...pacers.map((pacer) => pacer.pieceSize));
	const stall =
		delivery.stall !== undefined && delivery.stall.after >= 0 ? delivery.stall : undefined;
	for (let at = 0; at < size; at = progress.bytes) {
		if (at === stall?.after) {
			response.flushHeaders();
			await hold(stall.milliseconds, signal);
		}
		const stop = stall !== undefined && stall.after > at ? stall.after : size;
		const end = Math.min(size, at + pieceSize, stop);
		for (const pacer of pacers) await pacer.take(end - at, signal);
		await write(response, flipped(body.read(at, end), at, delivery.flipAt), signal);
		progress.bytes = end;
	}
}

async function hold(milliseconds: number, signal: AbortSignal): Promise<void> {
	if (Number.isFinite(milliseconds)) {
		await sleep(milliseconds, undefined, {signal});
		return;
	}
	signal.throwIfAborted();
	await new Promise((_resolve, reject) => {
		signal.addEventListener('abort', () => reject(new Error('The client went away.')));
	});
}

async function write(
	response: ServerResponse,
	bytes: Uint8Array,
	signal: AbortSignal,
): Promise<void> {
	if (response.write(bytes)) return;
	signal.throwIfAborted();
	await new Promise<void>((resolve, reject) => {
		const onAbort = () => reject(new Error('The client went away.'));
		signal.addEventListener('abort', onAbort, {once: true});
		response.once('drain', () => {
			signal.removeEventListener('abort', onAbort);
			resolve();
		});
	});
}

/** Ends the connection once what was written has left, so that the client sees exactly these bytes. */
function cut(response: ServerResponse): void {
	response.flushHeaders();
	response.socket?.destroySoon();
}

function flipped(bytes: Uint8Array, at: number, flipAt: number | undefined): Uint8Array {
	if (flipAt === undefined || flipAt < at || flipAt >= at + bytes.length) return bytes;
	const copy = Buffer.from(bytes);
	copy[flipAt - at] = (copy[flipAt - at] ?? 0) ^ 0x01;
	return copy;
}
