import {presets, type JobSpec} from '../model/job-spec.ts';
import {firstConnections, mostConnections} from '../transfer/auto-connections.ts';

type Limits = Pick<JobSpec, 'perGroup' | 'groups' | 'connections'>;

/** `balanced` is what nobody had to ask for: a beginning. The other presets, and numbers by hand, are limits. */
const isLimit = ({perGroup, groups}: Limits): boolean =>
	perGroup !== presets.balanced.perGroup || groups !== presets.balanced.groups;

/**
 * The most connections a job may use: the number that was given; with `auto` downloads per group ×
 * groups at once where somebody chose these, and otherwise what one process can carry.
 */
export function ceilingOf(spec: Limits): number {
	if (spec.connections !== 'auto') return spec.connections;
	return isLimit(spec) ? Math.min(mostConnections, spec.perGroup * spec.groups) : mostConnections;
}

/**
 * Groups that are worked on at once. With `balanced` more of them than five where the connections would
 * lack work otherwise: on a far store fifty small files at once are a tenth of what the line brings.
 */
export function groupsAtOnce(spec: Limits, connections: number): number {
	if (isLimit(spec)) return spec.groups;
	return Math.max(spec.groups, Math.ceil(connections / spec.perGroup));
}

/**
 * Files of one group that may be in flight at once: a limit where somebody chose it. With `balanced` so many
 * that connections do not stand idle because there are few groups; undefined is no limit.
 */
export const groupLimit = (spec: Limits): number | undefined =>
	isLimit(spec) ? spec.perGroup : undefined;

/** Files of each of `groups` groups that are worked on, so that `connections` have something to do. */
export function filesOfGroup(spec: Limits, connections: number, groups: number): number {
	if (isLimit(spec)) return spec.perGroup;
	return Math.max(spec.perGroup, Math.ceil(connections / Math.max(1, groups)));
}

/** The number that was given; with `auto` one that any line bears. */
export const connectionsToBegin = (spec: Limits): number =>
	spec.connections === 'auto' ? Math.min(firstConnections, ceilingOf(spec)) : spec.connections;
