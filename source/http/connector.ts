import net from 'node:net';
import tls from 'node:tls';
import {Connection} from './connection.ts';
import {HttpError} from './http-error.ts';

/** One read of a socket takes up to this much: a quarter of the system calls of Node's own 64 KiB. */
const readSize = 256 * 1024;
const smallReadSize = 32 * 1024;

/**
 * Makes the connections of one thread. They share one read buffer: Node reads into it and calls
 * back before anything else is read, so a thread with hundreds of connections holds one buffer.
 */
export class Connector {
	readonly #timeout: number;
	readonly #buffer: Buffer;
	readonly #smallBuffer: Buffer;
	readonly #isPaced: () => boolean;
	/** newest TLS session of each origin: resuming it saves a round trip and a signature */
	readonly #sessions = new Map<string, Buffer>();

	/**
	 * `timeout`: milliseconds that a connection may take to be made. `isPaced`: bytes are rationed, so
	 * that no read may bring many of them at once. `buffer`: where reads go.
	 */
	constructor(
		timeout: number,
		isPaced: () => boolean = () => false,
		buffer = Buffer.allocUnsafeSlow(readSize),
	) {
		this.#buffer = buffer;
		this.#smallBuffer = buffer.subarray(0, smallReadSize);
		this.#timeout = timeout;
		this.#isPaced = isPaced;
	}

	/** `origin` as in a URL. The connection is on its way when this returns. */
	connect(origin: string): Connection {
		const url = new URL(origin);
		return new Connection((onRead, onOpen) => {
			const onread: net.OnReadOpts = {
				buffer: () => (this.#isPaced() ? this.#smallBuffer : this.#buffer),
				callback: (count, buffer) => {
					onRead((buffer as Buffer).subarray(0, count));
					return true;
				},
			};
			const socket = url.protocol === 'https:' ? this.#secure(url, onread) : plain(url, onread);
			socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', onOpen);
			const timer = setTimeout(() => {
				socket.destroy(new HttpError('HTTP_CONNECT_TIMEOUT', 'No connection in time.'));
			}, this.#timeout);
			return {socket, timer};
		});
	}

	#secure(url: URL, onread: net.OnReadOpts): tls.TLSSocket {
		const session = this.#sessions.get(url.origin);
		const host = hostOf(url);
		const options: tls.ConnectionOptions & {onread: net.OnReadOpts} = {
			host,
			port: Number(url.port || 443),
			ALPNProtocols: ['http/1.1'],
			onread,
			...(net.isIP(host) === 0 && {servername: host}),
			...(session && {session}),
		};
		const socket = tls.connect(options);
		socket.setNoDelay(true);
		socket.on('session', (fresh) => this.#sessions.set(url.origin, fresh));
		return socket;
	}
}

function plain(url: URL, onread: net.OnReadOpts): net.Socket {
	return net.connect({
		host: hostOf(url),
		port: Number(url.port || 80),
		noDelay: true,
		keepAlive: true,
		onread,
	});
}

/** IPv6 addresses stand in brackets in a URL, not in a socket's options. */
function hostOf(url: URL): string {
	return url.hostname.replace(/^\[(.*)\]$/, '$1');
}
