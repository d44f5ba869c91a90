import type {GroupRow, GroupState} from '../model/snapshot.ts';
import {groupState, type GroupCounts} from './group-table.ts';
import type {Job} from './job.ts';
import type {GroupQuery, GroupSort} from './link/messages.ts';
import {isReviewing, type Monitor} from './monitor.ts';

/** made once: a hundred thousand names are sorted in a key press */
const names = new Intl.Collator('en', {numeric: true});

const stateRank: Record<GroupState, number> = {active: 0, problem: 1, waiting: 2, done: 3};

/** A window of the groups in the order that a screen asks for; equal ones stay in manifest order. */
export function queryGroups(
	job: Job,
	monitor: Monitor,
	query: GroupQuery,
): {total: number; rows: readonly GroupRow[]} {
	const reviewing = isReviewing(job);
	const find = query.find?.toLowerCase() ?? '';
	const groups = job.groups
		.all()
		.map((group) => ({group, state: groupState(group, reviewing)}))
		.filter(({group, state}) => {
			if (query.problemsOnly === true && state !== 'problem') return false;
			return find === '' || job.groups.name(group.id).toLowerCase().includes(find);
		});
	const open = job.transfers.openFiles();
	const rate = new Map<number, number>();
	if (query.sort === 'speed') {
		for (const {group, state} of groups) {
			rate.set(group.id, monitor.row(job, group, state, []).bytesPerSecond);
		}
	}
	groups.sort((a, b) => compare(query.sort, job, a, b, rate));
	const rows = groups
		.slice(query.offset, query.offset + query.limit)
		.map(({group, state}) => monitor.row(job, group, state, open));
	return {total: groups.length, rows};
}

type Ranked = {readonly group: GroupCounts; readonly state: GroupState};

function compare(
	sort: GroupSort,
	job: Job,
	a: Ranked,
	b: Ranked,
	rate: ReadonlyMap<number, number>,
): number {
	switch (sort) {
		case 'name':
			return names.compare(job.groups.name(a.group.id), job.groups.name(b.group.id));
		case 'size':
			return b.group.bytes - a.group.bytes;
		case 'left':
			return b.group.bytes - b.group.bytesDone - (a.group.bytes - a.group.bytesDone);
		case 'speed':
			return (rate.get(b.group.id) ?? 0) - (rate.get(a.group.id) ?? 0);
		case 'state':
			return stateRank[a.state] - stateRank[b.state];
		case 'problems':
			return problemsOf(b.group) - problemsOf(a.group);
	}
}

const problemsOf = (group: GroupCounts): number => group.failed + group.missing + group.ambiguous;
