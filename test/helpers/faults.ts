import {headOf, passOn, withHeaders, wireForm} from './fault-proxy.ts';
import type {Answer, Fault, Script, Seen, Wire} from './fault-proxy.ts';

// Faults by their names, as parts of a script. Each works on one answer, whether that is a whole object or
// a range of it.

/** Rewrites the answer of the real server before it goes out. */
const rewrite =
	(change: (answer: Answer, seen: Seen) => Answer | Buffer): Fault =>
	async ({seen, wire, answer}) => {
		const changed = change(await answer(), seen);
		await wire.send(Buffer.isBuffer(changed) ? changed : wireForm(changed));
	};

/** The head and so much of the body (of its bytes, from 0 to 1; or all but the last one). */
const upTo =
	(share: number | 'last byte', end: (wire: Wire) => Promise<void> | void): Fault =>
	async ({wire, answer}) => {
		const got = await answer();
		const {length} = got.body;
		const bytes = share === 'last byte' ? length - 1 : Math.floor(length * share);
		await wire.send(headOf(got));
		await wire.send(got.body.subarray(0, Math.max(0, bytes)));
		await end(wire);
	};

const reset = (wire: Wire): void => wire.reset();
const finish = (wire: Wire): void => wire.finish();
const silence = async (wire: Wire): Promise<void> => wire.silence();

/** One byte in a million is another one, and one at least. */
export function flipped(body: Buffer): Buffer {
	const copy = Buffer.from(body);
	for (let at = Math.min(4321, copy.length - 1); at < copy.length; at += 1_000_000)
		copy[at] = (copy[at] ?? 0) ^ 0x10;
	return copy;
}

/** A complete answer that is not what was asked for. */
export const answerWith =
	(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Fault =>
	async ({wire}) => {
		const lines = Object.entries({'Content-Length': String(Buffer.byteLength(body)), ...headers});
		await wire.send(wireForm({status, reason: 'Words', headers: lines, body: Buffer.from(body)}));
	};

const xml = (code: string): string => `<?xml version="1.0"?>\n<Error><Code>${code}</Code></Error>`;

function lengthOf(answer: Answer, change: number): Answer {
	const {length} = answer.body;
	const body =
		change < 0
			? answer.body.subarray(0, length + change)
			: Buffer.concat([answer.body, Buffer.alloc(change, 'x')]);
	return withHeaders({...answer, body}, {'Content-Length': String(body.length)});
}

/** A range that begins elsewhere than the one that was asked for, and says so or doesn't. */
const shifted = (isHonest: boolean): Fault =>
	rewrite((answer) => {
		const range = answer.headers.find(([name]) => /^content-range$/i.test(name))?.[1] ?? '';
		const [, start = '0', end = '0', total = '0'] = /(\d+)-(\d+)\/(\d+)/.exec(range) ?? [];
		const {body} = answer;
		if (answer.status !== 206 || body.length < 2) return answer;
		if (!isHonest) return {...answer, body: Buffer.concat([body.subarray(1), body.subarray(0, 1)])};
		return withHeaders(
			{...answer, body: body.subarray(1)},
			{
				'Content-Range': `bytes ${Number(start) + 1}-${end}/${total}`,
				'Content-Length': String(body.length - 1),
			},
		);
	});

/** Sizes of chunks in turns, with an extension on some and trailers at the end. */
function chunked(body: Buffer): Buffer {
	const sizes = [1, 7, 4096, 65_536, 100_000, 2, 16_385];
	const pieces: Buffer[] = [];
	for (let at = 0, turn = 0; at < body.length; turn++) {
		const piece = body.subarray(at, at + (sizes[turn % sizes.length] ?? 1));
		const extension = turn % 3 === 0 ? ';name=value;other="x y"' : '';
		const length =
			turn % 2 === 0 ? piece.length.toString(16) : piece.length.toString(16).toUpperCase();
		pieces.push(Buffer.from(`${length}${extension}\r\n`), piece, Buffer.from('\r\n'));
		at += piece.length;
	}
	pieces.push(Buffer.from('0\r\nX-Trailer: value\r\nETag: "trailer"\r\n\r\n'));
	return Buffer.concat(pieces);
}

const renamed = (change: (name: string) => string): Fault =>
	rewrite((answer) => ({
		...answer,
		headers: answer.headers.map(([name, value]) => [change(name), value] as const),
	}));

/** Lines between the first one and the headers. */
const headerLines = (lines: string): Fault =>
	rewrite((answer) => {
		const head = headOf(answer).toString('latin1').replace('\r\n', `\r\n${lines}`);
		return Buffer.concat([Buffer.from(head, 'latin1'), answer.body]);
	});

export const faults = {
	'reset before': ({wire}) => wire.reset(),
	'reset in the head': async ({wire}) => {
		await wire.send('HTTP/1.1 200 OK\r\nContent-Le');
		wire.reset();
	},
	'reset during': upTo(0.5, reset),
	'reset before the last byte': upTo('last byte', reset),
	'reset after the last byte': upTo(1, reset),
	'closed before': ({wire}) => wire.finish(),
	truncated: upTo(0.6, finish),
	'truncated before the last byte': upTo('last byte', finish),
	'too short, and says so': rewrite((answer) => lengthOf(answer, -7)),
	'too long, and says so': rewrite((answer) => lengthOf(answer, 7)),
	'announces more than comes': async ({wire, answer}) => {
		const got = await answer();
		const more = String(got.body.length + 7);
		await wire.send(wireForm(withHeaders(got, {'Content-Length': more})));
		wire.finish();
	},
	'silent before': async ({wire}) => wire.silence(),
	'silent during': upTo(0.3, silence),
	'wrong bytes': rewrite((answer) => ({...answer, body: flipped(answer.body)})),
	'another range': shifted(true),
	'another range, denied': shifted(false),
	'server error': answerWith(500, {}, xml('InternalError')),
	'server error, closed': async ({wire}) => {
		await wire.send('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n<html>oops</html>');
		wire.finish();
	},
	'slow down': answerWith(503, {}, xml('SlowDown')),
	'too many requests': answerWith(429, {'Retry-After': '1'}, xml('TooManyRequests')),
	'closes after it': async ({wire, answer}) => {
		await wire.send(wireForm(await answer()));
		wire.finish();
	},
	'says close, and closes': async ({wire, answer}) => {
		await wire.send(wireForm(withHeaders(await answer(), {Connection: 'close'})));
		wire.finish();
	},
	'head byte by byte': async ({wire, answer}) => {
		const got = await answer();
		await wire.drip(headOf(got), 1, 0);
		await wire.send(got.body);
	},
	'body in crumbs': async ({wire, answer}) => {
		const got = await answer();
		await wire.send(headOf(got));
		await wire.drip(got.body.subarray(0, 200), 1, 0);
		await wire.drip(got.body.subarray(200, 6000), 97, 1);
		await wire.send(got.body.subarray(6000));
	},
	'other answers first': async ({wire, answer}) => {
		await wire.send('HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n');
		await wire.send('HTTP/1.1 102 Processing\r\nETag: "none"\r\nContent-Length: 5\r\n\r\n');
		await wire.send(wireForm(await answer()));
	},
	chunks: rewrite((answer) => {
		const headers = {'Content-Length': undefined, 'Transfer-Encoding': 'chunked'};
		return Buffer.concat([headOf(withHeaders(answer, headers)), chunked(answer.body)]);
	}),
	'chunks that break off': async ({wire, answer}) => {
		const got = await answer();
		const headers = {'Content-Length': undefined, 'Transfer-Encoding': 'chunked'};
		await wire.send(headOf(withHeaders(got, headers)));
		const body = chunked(got.body);
		await wire.send(body.subarray(0, Math.floor(body.length / 2)));
		wire.finish();
	},
	'body up to the end': async ({wire, answer}) => {
		const headers = {'Content-Length': undefined, Connection: 'close'};
		await wire.send(wireForm(withHeaders(await answer(), headers)));
		wire.finish();
	},
	'body up to an early end': async ({wire, answer}) => {
		const got = await answer();
		const headers = {'Content-Length': undefined, Connection: 'close'};
		await wire.send(headOf(withHeaders(got, headers)));
		await wire.send(got.body.subarray(0, Math.floor(got.body.length / 2)));
		wire.finish();
	},
	'lower-case names': renamed((name) => name.toLowerCase()),
	'upper-case names': renamed((name) => name.toUpperCase()),
	'a large header': headerLines(`X-Large: ${'x'.repeat(6000)}\r\n`),
	'a huge header': headerLines(`X-Huge: ${'x'.repeat(300_000)}\r\n`),
	'a folded header': headerLines('X-Folded: one\r\n  two\r\n\tthree\r\n'),
	'bytes left over': rewrite((answer) => Buffer.concat([wireForm(answer), Buffer.from('more')])),
	'no HTTP': async ({wire}) => {
		await wire.send('SSH-2.0-OpenSSH_9.6\r\n');
		wire.finish();
	},
	'a sign-in page': answerWith(
		200,
		{'Content-Type': 'text/html'},
		'<html><body>Accept the terms to use this network</body></html>',
	),
} satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;

/** Only the first request of a path meets it. */
export const once =
	(name: FaultName, times = 1): Script =>
	({nth}) =>
		nth <= times ? faults[name] : undefined;

export const always =
	(name: FaultName): Script =>
	() =>
		faults[name];

/**
 * The first answer breaks off half-way; then requests for ranges further in meet the fault, the first
 * `times` of them.
 */
export function thenRanges(fault: Fault, times = 1): Script {
	let met = 0;
	return ({nth, rangeStart}) => {
		if (nth === 1) return faults['reset during'];
		if ((rangeStart ?? 0) === 0 || met >= times) return undefined;
		met++;
		return fault;
	};
}

/** Every answer from the first byte on breaks off half-way, and every one from further in meets the fault. */
export const everyRange =
	(fault: Fault): Script =>
	({rangeStart}) =>
		(rangeStart ?? 0) === 0 ? faults['reset during'] : fault;

/** The first answer breaks off half-way; before the next one something is done to the object. */
export function thenMeanwhile(work: () => void): Script {
	let isDone = false;
	return ({nth}) => {
		if (nth === 1) return faults['reset during'];
		if (!isDone) work();
		isDone = true;
		return undefined;
	};
}

/** After the listing and before the first byte something is done to the object. */
export const beforehand =
	(work: () => void): Script =>
	({nth}) => {
		if (nth === 1) work();
		return undefined;
	};

/** A store that knows no ranges: the whole object for every request, at the first one half of it. */
export const withoutRanges =
	(whole: () => Answer): Script =>
	({nth}) =>
	async ({wire}) => {
		const answer = whole();
		await wire.send(headOf(answer));
		if (nth > 1) return wire.send(answer.body);
		await wire.send(answer.body.subarray(0, Math.floor(answer.body.length / 2)));
		wire.reset();
	};

/** An answer that nobody asked for follows the real one, in one piece with it or once `later` is over. */
export const followedBy =
	(unasked: () => Answer, later?: () => Promise<unknown>): Fault =>
	async ({wire, answer}) => {
		const first = wireForm(await answer());
		const second = wireForm(unasked());
		if (later === undefined) return wire.send(Buffer.concat([first, second]));
		await wire.send(first);
		await later();
		await wire.send(second);
	};

/**
 * A kept-alive connection that the server closes just as the next request comes: that one was never
 * answered, which is nobody's fault. The first request on each connection is served.
 */
export const closedWhenReused: Script = ({turn}) => (turn > 1 ? ({wire}) => wire.reset() : passOn);
