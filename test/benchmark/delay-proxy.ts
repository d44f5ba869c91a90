/**
 * A process of its own that stands before the server and adds a round trip's time: arguments are the
 * server's port and the milliseconds. It writes its port as a line and ends with its input.
 */
import {connect, createServer, type AddressInfo, type Socket} from 'node:net';

const port = Number(process.argv[2]);
const roundTrip = Number(process.argv[3]);

/** what one connection may have under way, like a TCP window */
const window = 8 * 1024 * 1024;

type Piece = {readonly bytes: Buffer | undefined; readonly due: number};

/** Forwards one direction, each piece `delay` milliseconds after it came; the first `extra` later. */
function forward(from: Socket, to: Socket, delay: number, extra: number): void {
	const pieces: Piece[] = [];
	let held = 0;
	let earliest = performance.now() + extra;
	let timer: NodeJS.Timeout | undefined;

	const deliver = (): void => {
		timer = undefined;
		const now = performance.now() + 0.5;
		to.cork();
		while (pieces[0] !== undefined && pieces[0].due <= now) {
			const piece = pieces.shift();
			if (piece?.bytes === undefined) to.end();
			else {
				held -= piece.bytes.length;
				to.write(piece.bytes);
			}
		}
		to.uncork();
		if (held < window && to.writableLength < window) from.resume();
		schedule();
	};
	const schedule = (): void => {
		const [next] = pieces;
		if (next === undefined || timer !== undefined) return;
		timer = setTimeout(deliver, Math.max(0, next.due - performance.now()));
	};
	const take = (bytes: Buffer | undefined): void => {
		earliest = Math.max(earliest, performance.now());
		pieces.push({bytes, due: earliest + delay});
		held += bytes?.length ?? 0;
		if (held >= window || to.writableLength >= window) from.pause();
		schedule();
	};
	from.on('data', take);
	from.on('end', () => take(undefined));
	to.on('drain', () => from.resume());
	to.on('close', () => clearTimeout(timer));
}

const server = createServer({allowHalfOpen: true, noDelay: true}, (client) => {
	const upstream = connect({port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true});
	// the loopback's handshake takes no time, so the first bytes wait for the one that would
	forward(client, upstream, roundTrip / 2, roundTrip);
	forward(upstream, client, roundTrip / 2, 0);
	for (const [socket, other] of [
		[client, upstream],
		[upstream, client],
	] as const) {
		socket.on('error', () => other.destroy());
		socket.on('close', (failed) => failed && other.destroy());
	}
});
server.listen(0, '127.0.0.1', () => {
	process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
