import {Hashers} from './checksum.ts';
import {maximumLanes} from './counters.ts';
import {crcForms, crcOf} from './crc/crc.ts';
import {Connector} from '../http/connector.ts';
import {Lane} from './lane.ts';
import {createWork, isSmall, type LaneWork} from './lane-work.ts';
import type {Outbox} from './outbox.ts';
import {fileIdOf, isPiece, type PieceTask} from './pieces.ts';
import {StallWatch} from './stall-watch.ts';
import type {ThreadContext} from './thread-context.ts';
import type {TransferTask} from './types.ts';
import {UsualPace} from './usual-pace.ts';

/** The lanes of one thread and the queue before them. Runs in a worker, but knows nothing of messages. */
export class Lanes {
	#queue: Array<TransferTask | PieceTask> = [];
	#head = 0;
	#wanted = 0;
	#closed = false;
	/** lanes that run or are about to */
	readonly #started = new Set<number>();
	readonly #works = new Map<number, {task: TransferTask | PieceTask; work: LaneWork}>();
	/** files in flight by group */
	readonly #inFlight = new Map<number, number>();
	#idle: Array<() => void> = [];
	#whenQuiet: Array<() => void> = [];
	readonly #context: ThreadContext;
	readonly #outbox: Outbox;
	readonly #connector: Connector;
	readonly #hashers = new Hashers();
	readonly #usual = new UsualPace();
	readonly #watch: StallWatch;
	readonly #beat: number;
	readonly #ticker: NodeJS.Timeout;
	#lastBeat = performance.now();

	constructor(context: ThreadContext, outbox: Outbox) {
		this.#context = context;
		this.#outbox = outbox;
		this.#connector = new Connector(
			context.settings.connectTimeout,
			() => context.limit.limited,
			// where the digest that most objects have is computed: what is read need not be copied for it
			crcOf(crcForms.crc64nvme).room,
		);
		this.#watch = new StallWatch(this.#usual, context.counters, context.settings);
		this.#beat = Math.min(1000, Math.max(10, context.settings.stallAfter / 20));
		this.#ticker = setInterval(() => this.#checkStalls(), this.#beat);
	}

	add(tasks: ReadonlyArray<TransferTask | PieceTask>): void {
		for (const task of tasks) this.#queue.push(task);
		// Each looks through the queue: no more of them than there is work for.
		this.#wakeIdle(tasks.length);
	}

	/** Grows at once; shrinks as lanes end their files. */
	setLanes(count: number): void {
		this.#wanted = Math.min(maximumLanes, count);
		for (let index = 0; index < this.#wanted; index++) {
			if (this.#started.has(index)) continue;
			this.#started.add(index);
			void this.#runLane(index);
		}
		this.#wakeIdle();
	}

	/** Fresh credentials were set: lanes take work again. */
	gateOpened(): void {
		this.#wakeIdle();
	}

	rateChanged(): void {
		for (const {work} of this.#works.values()) work.rateChanged();
	}

	/** Gives back the last `count` tasks that have not begun, in their order. */
	takeBack(count: number): number[] {
		const from = Math.max(this.#head, this.#queue.length - count);
		return this.#queue.splice(from).map((task) => task.id);
	}

	/** Gives back the pieces of a file that have not begun. */
	withdraw(file: number): number[] {
		const waiting = this.#queue.slice(this.#head);
		const isOf = (task: TransferTask | PieceTask): boolean =>
			isPiece(task) && task.file.id === file;
		this.#queue = waiting.filter((task) => !isOf(task));
		this.#head = 0;
		return waiting.filter(isOf).map(({id}) => id);
	}

	/** Stops what is open; small files get a moment to finish. Resolves when no file is open. */
	async park(grace = this.#context.settings.parkGrace): Promise<void> {
		if (this.#works.size === 0) return;
		const quiet = new Promise<void>((resolve) => {
			this.#whenQuiet.push(resolve);
		});
		for (const {task, work} of this.#works.values()) {
			if (grace === 0 || !isSmall(task)) work.park();
		}
		const timer = setTimeout(() => {
			for (const {work} of this.#works.values()) work.park();
		}, grace);
		await quiet;
		clearTimeout(timer);
	}

	async close(): Promise<void> {
		this.#closed = true;
		this.takeBack(Infinity);
		await this.park(0);
		clearInterval(this.#ticker);
		this.#wakeIdle();
	}

	async #runLane(index: number): Promise<void> {
		const {counters} = this.#context;
		const lane = new Lane(index, this.#hashers, counters, this.#connector, this.#usual);
		for (;;) {
			const task = this.#next(index);
			if (task === 'end') break;
			if (task === undefined) {
				await this.#untilWork();
				continue;
			}
			// The limit of a group is one of files: the pool minds it for those that come in pieces.
			const group = isPiece(task) ? undefined : task.group;
			counters.begin(index, fileIdOf(task), isPiece(task) ? task.file.group : task.group);
			const work = createWork(task, lane, this.#context);
			this.#works.set(index, {task, work});
			if (group !== undefined) this.#count(group, 1);
			const result = await work.run();
			this.#works.delete(index);
			if (group !== undefined) this.#count(group, -1);
			counters.end(index);
			this.#outbox.push(result);
			if (this.#works.size === 0) for (const quiet of this.#whenQuiet.splice(0)) quiet();
		}
		this.#started.delete(index);
		lane.close();
	}

	#next(index: number): TransferTask | PieceTask | 'end' | undefined {
		if (this.#closed || index >= this.#wanted) return 'end';
		if (!this.#context.gate.isOpen) return undefined;
		const position = this.#firstAllowed();
		const task = this.#queue[position];
		if (task === undefined) {
			// Nothing left to do here: results must not wait long for company.
			if (this.#works.size === 0) this.#outbox.flush();
			else this.#outbox.hurry();
			return undefined;
		}
		// The tasks passed over keep their order behind the one that is taken.
		this.#queue.copyWithin(this.#head + 1, this.#head, position);
		this.#head++;
		if (this.#head > 1024) {
			this.#queue = this.#queue.slice(this.#head);
			this.#head = 0;
		}
		return task;
	}

	/** Where the first task stands whose group may have another file in flight. */
	#firstAllowed(): number {
		const limit = this.#context.perGroup;
		let position = this.#head;
		if (limit === 0) return position;
		for (; position < this.#queue.length; position++) {
			const task = this.#queue[position];
			if (task === undefined) continue;
			if (isPiece(task) || (this.#inFlight.get(task.group) ?? 0) < limit) return position;
		}
		return position;
	}

	#count(group: number, change: 1 | -1): void {
		const count = (this.#inFlight.get(group) ?? 0) + change;
		if (count === 0) this.#inFlight.delete(group);
		else this.#inFlight.set(group, count);
		// A lane that found every group full may go on now, one for each place that is free again.
		if (change === -1 && this.#context.perGroup > 0) this.#wakeIdle(1);
	}

	async #untilWork(): Promise<void> {
		await new Promise<void>((resolve) => {
			this.#idle.push(resolve);
		});
	}

	#wakeIdle(count = Infinity): void {
		for (const wake of this.#idle.splice(0, count)) wake();
	}

	#checkStalls(): void {
		const now = performance.now();
		const late = now - this.#lastBeat > 2 * this.#beat;
		this.#lastBeat = now;
		// This thread itself was held up, by a slow disk for instance: bytes may wait to be read.
		if (late) return;
		// What the rate limit slows down is not slow.
		const isTail =
			this.#idle.length > 0 && this.#head >= this.#queue.length && !this.#context.limit.limited;
		this.#watch.look(
			now,
			Array.from(this.#works.values(), ({work}) => work),
			isTail,
		);
	}
}
