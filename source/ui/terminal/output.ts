import {EventEmitter} from 'node:events';
import fs from 'node:fs';

/**
 * Where bytes go. `write` takes what the terminal accepts at once and never waits: it answers how
 * many bytes went out, 0 when the terminal does not drain. Throws when the terminal is gone.
 */
export type Sink = {
	write(bytes: Uint8Array): number;
	close(): void;
};

/**
 * A non-blocking second opening of the terminal behind a file descriptor. Node's own TTY streams
 * are set to blocking, so a terminal that is not read would freeze the event loop after some 17 KB;
 * a separate opening with O_NONBLOCK leaves the shell's own descriptor as it was and lets
 * `process.exit` work even while the terminal is stuck.
 */
export function openTerminal(fd: number): Sink | undefined {
	const flags = fs.constants.O_WRONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;
	for (const path of process.platform === 'linux' ? [`/proc/self/fd/${fd}`] : ['/dev/tty']) {
		try {
			return descriptorSink(fs.openSync(path, flags), true);
		} catch {
			// After `su` the terminal's device may not be ours to open; the next way does.
		}
	}

	return undefined;
}

function descriptorSink(fd: number, owned: boolean): Sink {
	return {
		write(bytes) {
			try {
				return fs.writeSync(fd, bytes);
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
				throw error;
			}
		},
		close() {
			if (owned) fs.closeSync(fd);
		},
	};
}

/** Fallback where the terminal can't be opened again: Node's stream, given one piece at a time and only when the last one has gone out. */
export function streamSink(stream: NodeJS.WritableStream): Sink {
	let busy = false;
	return {
		write(bytes) {
			if (busy) return 0;
			busy = true;
			stream.write(Buffer.from(bytes), () => {
				busy = false;
			});
			return bytes.length;
		},
		close() {
			// The stream belongs to the process.
		},
	};
}

export type OutputEvents = {
	/** the size after a resize has come to rest */
	onResize?: (size: {columns: number; rows: number}) => void;
	/** frames were dropped and the terminal drains again: draw everything anew */
	onStale?: () => void;
	/** the terminal is gone */
	onGone?: () => void;
	/** a frame took longer than 250 ms to go out */
	onSlow?: (milliseconds: number) => void;
};

const clearing = /\u001B\[[23]J/g;

/** While the terminal is stuck, how often to try: often at first, then rarely. */
function retryDelay(stuckFor: number): number {
	return stuckFor < 100 ? 4 : stuckFor < 2000 ? 25 : 250;
}

/**
 * Stands for `stdout` in Ink. Joins the writes of one frame, drops frames while the terminal has
 * not taken the last one (then asks for a full repaint), never blocks, never lets CSI 2J or 3J
 * through, and remembers which modes are on so that they can be undone on any way out.
 */
export class TerminalOutput extends EventEmitter {
	readonly isTTY = true;
	readonly writable = true;
	columns: number;
	rows: number;
	readonly #sink: Sink;
	readonly #events: OutputEvents;
	#joined: string[] = [];
	#callbacks: Array<() => void> = [];
	#scheduled = false;
	/** bytes of the last frame that the terminal has not taken yet */
	#rest: Uint8Array | undefined;
	#control = '';
	#stuckSince = 0;
	#timer: NodeJS.Timeout | undefined;
	#stale = false;
	#muted = false;
	#gone = false;
	/** frames of a terminal that draws nothing for a while are dropped as well */
	#held = false;
	readonly modes = {
		alternate: false,
		cursorHidden: false,
		paste: false,
		title: false,
		progress: false,
	};
	bytesWritten = 0;
	framesDropped = 0;

	constructor(sink: Sink, size: {columns: number; rows: number}, events: OutputEvents = {}) {
		super();
		this.setMaxListeners(50);
		this.#sink = sink;
		this.#events = events;
		this.columns = size.columns;
		this.rows = size.rows;
	}

	/** Ink's side of a stream: everything of one tick is one frame. */
	write(
		chunk: string | Uint8Array,
		encoding?: BufferEncoding | (() => void),
		callback?: () => void,
	): boolean {
		const done = typeof encoding === 'function' ? encoding : callback;
		if (!this.#muted) {
			this.#joined.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
		}

		if (done !== undefined) this.#callbacks.push(done);
		if (!this.#scheduled) {
			this.#scheduled = true;
			queueMicrotask(() => {
				this.#flush();
			});
		}

		return true;
	}

	end(): this {
		return this;
	}

	/** A sequence outside of the frames (title, bell, clipboard): never dropped, never cut. */
	control(sequence: string): void {
		if (this.#gone) return;
		// A stuck terminal must not gather titles for hours; the newest ones say it all.
		if (this.#control.length < 200_000) this.#control += sequence;
		this.#pump();
	}

	/** While `run` works, what Ink writes goes nowhere: its own erasing before a full repaint. */
	muted(run: () => void): void {
		this.#muted = true;
		try {
			run();
		} finally {
			this.#muted = false;
		}
	}

	/** Put in front of the frame that Ink writes next, as the start of a full repaint. */
	prefix(sequence: string): void {
		this.#joined.push(sequence);
	}

	/** Drops frames until `release`: during a resize, or for good when nobody looks any more. */
	hold(): void {
		this.#held = true;
	}

	/** Ends `hold`; whoever calls it draws everything anew. */
	release(): void {
		this.#held = false;
		this.#stale = false;
		this.#pump();
	}

	get stuck(): boolean {
		return this.#rest !== undefined;
	}

	/** Nothing is drawn from now on: the terminal is gone. */
	abandon(): void {
		this.#gone = true;
		this.#rest = undefined;
		this.#control = '';
		clearTimeout(this.#timer);
	}

	/** Waits until everything is out, but not longer than the limit; answers whether it is. */
	async drained(limit: number): Promise<boolean> {
		const until = performance.now() + limit;
		while (!this.#gone && (this.#rest !== undefined || this.#control !== '' || this.#scheduled)) {
			if (performance.now() > until) return false;
			await new Promise((resolve) => {
				setTimeout(resolve, 5);
			});
		}

		return !this.#gone;
	}

	/** Undoes every mode that is still on, synchronously and without waiting; for exit hooks and crashes. */
	restore(): void {
		if (this.#gone) return;
		const {modes} = this;
		const sequence = [
			modes.progress ? '\u001B]9;4;0\u0007' : '',
			modes.paste ? '\u001B[?2004l' : '',
			modes.alternate ? '\u001B[?1049l' : '',
			modes.cursorHidden ? '\u001B[?25h' : '',
			modes.title ? '\u001B[23;0t' : '',
		].join('');
		if (sequence === '') return;
		const cut = this.#rest !== undefined;
		this.#rest = undefined;
		this.#control = '';
		this.#track(sequence);
		modes.progress = false;
		modes.title = false;
		try {
			// `ESC \` ends whatever sequence was cut off by a terminal that did not drain.
			this.#sink.write(Buffer.from(`${cut ? '\u001B\\' : ''}\u001B[?2026l${sequence}`));
		} catch {
			this.abandon();
		}
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#gone = true;
		this.#sink.close();
	}

	#flush(): void {
		this.#scheduled = false;
		const frame = this.#joined.join('').replace(clearing, '');
		this.#joined = [];
		const callbacks = this.#callbacks;
		this.#callbacks = [];
		if (frame !== '' && !this.#gone) this.#frame(frame);
		for (const callback of callbacks) callback();
	}

	#frame(frame: string): void {
		// Modes count from the moment Ink asked for them, drawn or not; they are never dropped.
		const modes = frame.match(/\u001B\[\?(?:1049|25|2004)[hl]/g) ?? [];
		this.#track(frame);
		if (this.#rest !== undefined || this.#held) {
			this.framesDropped++;
			this.#stale = true;
			if (modes.length > 0) this.#control += modes.join('');
			return;
		}

		this.#rest = Buffer.from(frame);
		this.#stuckSince = performance.now();
		this.#pump();
	}

	#track(text: string): void {
		for (const [sequence] of text.matchAll(/\u001B\[\?(?:1049|25|2004)[hl]/g)) {
			const on = sequence.endsWith('h');
			if (sequence.includes('1049')) this.modes.alternate = on;
			else if (sequence.includes('2004')) this.modes.paste = on;
			else this.modes.cursorHidden = !on;
		}
	}

	#pump(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#gone) return;
		try {
			this.#send();
		} catch {
			this.abandon();
			this.#events.onGone?.();
			return;
		}

		if (this.#rest !== undefined) {
			this.#timer = setTimeout(
				() => {
					this.#pump();
				},
				retryDelay(performance.now() - this.#stuckSince),
			);
			return;
		}

		if (this.#stale && !this.#held) {
			this.#stale = false;
			this.#events.onStale?.();
		}
	}

	#send(): void {
		for (;;) {
			if (this.#rest === undefined) {
				if (this.#control === '') return;
				this.#rest = Buffer.from(this.#control);
				this.#control = '';
				this.#stuckSince = performance.now();
			}

			const written = this.#sink.write(this.#rest);
			this.bytesWritten += written;
			if (written < this.#rest.length) {
				this.#rest = this.#rest.subarray(written);
				if (written === 0) return;
				continue;
			}

			this.#rest = undefined;
			const took = performance.now() - this.#stuckSince;
			if (took > 250) this.#events.onSlow?.(took);
		}
	}
}
