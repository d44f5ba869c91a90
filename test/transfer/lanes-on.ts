import fs from 'node:fs';
import {createCounters, readCounters, ThreadCounters} from '../../source/transfer/counters.ts';
import {Folders, realDisk, type Disk} from '../../source/transfer/disk.ts';
import {HostPace} from '../../source/transfer/host-pace.ts';
import {Lanes} from '../../source/transfer/lanes.ts';
import {LargeFile} from '../../source/transfer/large-file.ts';
import {Outbox} from '../../source/transfer/outbox.ts';
import type {PieceResult} from '../../source/transfer/pieces.ts';
import {createRate, RateLimit} from '../../source/transfer/rate-limit.ts';
import {defaultSettings} from '../../source/transfer/settings.ts';
import {CredentialGate} from '../../source/transfer/thread-context.ts';
import type {TransferCounters, TransferResult, TransferTask} from '../../source/transfer/types.ts';
import type {Bed} from './bed.ts';
import {provider} from './fake-provider.ts';

type Results = ReadonlyArray<TransferResult | PieceResult>;

/** One lane in this thread, so that a test can give it a disk of its own. */
export function lanesOn(
	bed: Bed,
	disk: Disk,
	onResults: (results: Results) => void,
): {lanes: Lanes; counters: () => TransferCounters} {
	const wire = {
		spec: {provider: 's3', endpoint: bed.server.origin},
		regions: {},
		clockOffset: 0,
	} as const;
	const counters = createCounters(1);
	const lanes = new Lanes(
		{
			writer: provider.writer(wire),
			gate: new CredentialGate(undefined),
			counters: new ThreadCounters(counters, 0),
			limit: new RateLimit(createRate(0)),
			hosts: new HostPace(defaultSettings),
			disk,
			folders: new Folders(disk),
			settings: {...defaultSettings, backoffBase: 5, backoffCap: 10},
			verify: 'checksum',
			perGroup: 0,
			retries: 3,
		},
		new Outbox(onResults, 1),
	);
	lanes.setLanes(1);
	return {lanes, counters: () => readCounters(counters)};
}

/** A large file on such a lane, piece by piece as a pool would hand them out. */
export async function runLargeOn(
	bed: Bed,
	disk: Disk,
	task: TransferTask,
): Promise<{result: TransferResult | undefined; counters: TransferCounters}> {
	const file = new LargeFile(task, 3);
	let ended: () => void = () => {};
	const end = new Promise<void>((resolve) => {
		ended = resolve;
	});
	let result: TransferResult | undefined;
	let id = 0;
	const {lanes, counters} = lanesOn(bed, disk, (results) => {
		for (const one of results) file.take(one as PieceResult);
		const outcome = file.outcome();
		if (outcome === undefined) go();
		else {
			if (outcome.kind === 'result') result = outcome.result;
			ended();
		}
	});
	function go(): void {
		const piece = file.next(--id);
		if (piece !== undefined) lanes.add([piece]);
	}
	go();
	await end;
	await lanes.close();
	return {result, counters: counters()};
}

/** Each call that needs a descriptor finds none so many times before it does. */
export function crowded(code: string, times: number): Disk {
	const refused = new Map<string, number>();
	const find =
		<Rest extends unknown[], Result>(name: string, call: (...rest: Rest) => Result) =>
		(...rest: Rest): Result => {
			const what = `${name} ${String(rest[0])}`;
			const count = refused.get(what) ?? 0;
			refused.set(what, count < times ? count + 1 : 0);
			if (count >= times) return call(...rest);
			throw Object.assign(new Error(`${code}: played`), {code, errno: -24});
		};
	return {
		...realDisk,
		openSync: find('open', fs.openSync),
		readFileSync: find('read', fs.readFileSync) as Disk['readFileSync'],
		writeFileSync: find('write', fs.writeFileSync),
	};
}
