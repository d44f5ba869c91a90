/** Where a download stands at one moment; totals may change while it runs. */
export type EstimateSample = {
	/** milliseconds of a clock that never goes back; the caller takes a sample about twice a second */
	readonly at: number;
	/** body bytes on disk, open files included */
	readonly bytes: number;
	readonly bytesTotal: number;
	/** files that are done with, and all to download */
	readonly files: number;
	readonly filesTotal: number;
	readonly connections: number;
};

export type EstimateReading = {
	readonly bytesPerSecond: number;
	readonly filesPerSecond: number;
	/** null while it can't be told honestly: the first ten seconds, in pauses, at a standstill */
	readonly etaSeconds: number | null;
	/** 0..1, by bytes and files: keeps moving through small files */
	readonly fraction: number;
};

const speedHalfLife = 5;
const leftHalfLife = 15;
const shownAfter = 10;
/** A longer silence of the caller (a sleeping laptop) is no part of the download's time. */
const longestStep = 10;
/** A shown time stays until the true one is this much away. */
const tolerance = 0.05;

const fileWeightAtFirst = 384 * 1024;
const fileWeightLeast = 64 * 1024;
const fileWeightMost = 4 * 1024 * 1024;
/** First bytes that are looked at together for the round trip of an idle link. */
const firstBytesBlock = 20;

/** How the time of the bytes and that of the round trips add up: 1 one after another, ∞ fully at once. */
const overlap = 1.5;
/** The same on a full link, where other connections always have bytes for one that waits. */
const fullOverlap = 3;
/** A usual first byte that takes so many times a round trip has stood in a queue: the link is full. */
const fullAt = 1.6;
/** In a rush of small files the link is thought to be able to do at most so many times what is seen of it. */
const mostHeadroom = 2.5;
const mostTripShare = (exponent: number): number =>
	(1 - mostHeadroom ** -exponent) ** (1 / exponent);

/**
 * Speed and time left, as the download screen shows them.
 *
 * Two things take time: the bytes, at what the link does, and a round trip for each file, shared by the
 * connections. They overlap in part: on a full link some connections wait while others fill it. The round
 * trip is the shortest that is usual (on a full link a first byte waits in a queue, and that is time of the
 * bytes); the link is what makes the model take as long for the last seconds as they took. So a steady mix
 * is told right whatever the round trip, and small files after large ones come as no surprise, near or far.
 * Holds no clock: every moment is passed in.
 */
export class Estimate {
	readonly #speed = new DecayingRate(speedHalfLife);
	readonly #files = new DecayingRate(speedHalfLife);
	readonly #weightedBytes = new DecayingRate(leftHalfLife);
	readonly #weightedFiles = new DecayingRate(leftHalfLife);
	readonly #lanes = new DecayingRate(leftHalfLife);
	#firstBytes: number[] = [];
	#roundTrip: number | null = null;
	/** seconds of the usual first byte of late, with what it stood in queues */
	#waited = 0;
	#last: EstimateSample | undefined;
	#paused = false;
	#activeSeconds = 0;
	#fileWeight = fileWeightAtFirst;
	#shown: number | null = null;
	#fraction = 0;

	/** Milliseconds that a small question took before the download, when nothing filled the link. */
	question(milliseconds: number): void {
		const seconds = milliseconds / 1000;
		if (this.#roundTrip === null || seconds < this.#roundTrip) this.#roundTrip = seconds;
	}

	/** Milliseconds from a request to the first byte of its answer. */
	firstByte(milliseconds: number): void {
		this.#firstBytes.push(milliseconds);
		this.#waited += (milliseconds / 1000 - this.#waited) / firstBytesBlock;
		const usual = this.#usual();
		if (this.#roundTrip === null || usual < this.#roundTrip) this.#roundTrip = usual;
		if (this.#firstBytes.length === firstBytesBlock) this.#firstBytes = [];
	}

	/** Nothing counts until `resume`, neither time nor bytes. */
	pause(): void {
		this.#paused = true;
		this.#shown = null;
	}

	resume(): void {
		this.#paused = false;
		this.#last = undefined;
	}

	sample(sample: EstimateSample): void {
		const last = this.#last;
		this.#last = sample;
		if (this.#paused || !last) return;
		const seconds = (sample.at - last.at) / 1000;
		if (!(seconds > 0)) {
			this.#last = {...sample, at: last.at, bytes: last.bytes, files: last.files};
			return;
		}
		if (seconds > longestStep) return;
		this.#activeSeconds += seconds;
		// a damaged file that starts again takes its bytes back
		const bytes = Math.max(0, sample.bytes - last.bytes);
		const files = Math.max(0, sample.files - last.files);
		this.#speed.add(bytes, seconds);
		this.#files.add(files, seconds);
		this.#weightedBytes.add(bytes, seconds);
		this.#weightedFiles.add(files, seconds);
		this.#lanes.add(sample.connections * seconds, seconds);
		this.#fileWeight = this.#weigh(sample.connections);
		this.#updateFraction(sample, last);
		this.#shown = this.#show(this.#secondsLeft(sample));
	}

	read(): EstimateReading {
		return {
			bytesPerSecond: this.#paused ? 0 : this.#speed.perSecond,
			filesPerSecond: this.#paused ? 0 : this.#files.perSecond,
			etaSeconds: this.#shown,
			fraction: this.#fraction,
		};
	}

	/** Seconds of a tenth of the newest first bytes: few waited in a queue there. */
	#usual(): number {
		const sorted = [...this.#firstBytes].sort((a, b) => a - b);
		return (sorted[Math.floor(sorted.length / 10)] ?? 0) / 1000;
	}

	#weigh(connections: number): number {
		if (this.#roundTrip === null) return fileWeightAtFirst;
		const weight = (this.#roundTrip * this.#speed.perSecond) / Math.max(1, connections);
		return Math.min(fileWeightMost, Math.max(fileWeightLeast, weight));
	}

	#updateFraction(sample: EstimateSample, last: EstimateSample): void {
		const total = sample.bytesTotal + sample.filesTotal * this.#fileWeight;
		const done = sample.bytes + sample.files * this.#fileWeight;
		const fraction = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
		const isSameJob =
			sample.bytesTotal === last.bytesTotal && sample.filesTotal === last.filesTotal;
		// the weight of a file moves with the speed; the bar must not go back for that
		this.#fraction = isSameJob ? Math.max(this.#fraction, fraction) : fraction;
	}

	/** Seconds left as they are, or null. */
	#secondsLeft({bytes, bytesTotal, files, filesTotal, connections}: EstimateSample): number | null {
		const filesLeft = Math.max(0, filesTotal - files);
		const bytesLeft = Math.max(0, bytesTotal - bytes);
		if (filesLeft === 0 && bytesLeft === 0) return 0;
		if (this.#activeSeconds < shownAfter) return null;
		const bytesSeen = this.#weightedBytes.perSecond;
		const filesSeen = this.#weightedFiles.perSecond;
		if (bytesSeen + filesSeen * this.#fileWeight < 1) return null;
		// the share of each second that the round trips took, and the link's so that the model takes the second
		const trips = (filesSeen * (this.#roundTrip ?? 0)) / this.#lanes.perSecond;
		const exponent = this.#waited > (this.#roundTrip ?? Infinity) * fullAt ? fullOverlap : overlap;
		const tripShare = Math.min(trips, mostTripShare(exponent));
		const byteShare = (1 - tripShare ** exponent) ** (1 / exponent);
		// large files that have just begun show at once what the link can do
		const link = Math.max(bytesSeen / byteShare, this.#speed.perSecond);
		const bytesTime = link === 0 ? 0 : bytesLeft / link;
		const lanes = Math.max(1, connections);
		const perFile =
			filesSeen === 0
				? (this.#roundTrip ?? 0) / lanes
				: (tripShare / filesSeen) * (this.#lanes.perSecond / lanes);
		const together = (forBytes: number, forFiles: number): number =>
			(forBytes ** exponent + forFiles ** exponent) ** (1 / exponent);
		// What the model takes for a second of just now: more than that shows that the files that come now, unlike
		// those before, overlap better than it thinks.
		const now = together(
			link === 0 ? 0 : this.#speed.perSecond / link,
			this.#files.perSecond * perFile,
		);
		return together(bytesTime, filesLeft * perFile) / Math.max(1, now);
	}

	/** In steps that a reader can follow, moved only when it is worth a look. */
	#show(seconds: number | null): number | null {
		if (seconds === null || seconds === 0) return seconds;
		const shown = this.#shown;
		if (shown !== null && Math.abs(seconds - shown) <= shown * tolerance) return shown;
		const step = seconds < 60 ? 5 : seconds < 600 ? 10 : 60;
		return Math.max(step, Math.round(seconds / step) * step);
	}
}

/** Amount per second, in which what is older by a half-life counts half. */
class DecayingRate {
	readonly #halfLife: number;
	#amount = 0;
	#seconds = 0;

	constructor(halfLife: number) {
		this.#halfLife = halfLife;
	}

	add(amount: number, seconds: number): void {
		const kept = 0.5 ** (seconds / this.#halfLife);
		this.#amount = this.#amount * kept + amount;
		this.#seconds = this.#seconds * kept + seconds;
	}

	get perSecond(): number {
		return this.#seconds === 0 ? 0 : this.#amount / this.#seconds;
	}
}
