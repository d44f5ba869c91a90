import path from 'node:path';
import {credentialSpec, storeSpec} from '../../config/environment.ts';
import {checkContradictions} from '../../config/merge.ts';
import {configFolder} from '../../config/paths.ts';
import type {Settings} from '../../config/settings.ts';
import {parseSource} from '../../config/source-url.ts';
import type {Source} from '../../config/source-url.ts';
import {exitStatus} from '../../model/error.ts';
import type {Context} from '../context.ts';
import {findingLines} from './finding.ts';
import type {Finding} from './finding.ts';
import {checkFolder} from './folder.ts';
import {checkLogout, checkRuntime, checkTerminal} from './machine.ts';
import {checkStore} from './store.ts';
import {safeJson, safeText} from '../../model/safe-text.ts';
import {policyFor} from './policy.ts';
import type {Policy, Right} from './policy.ts';

/** `muster doctor`: each line is ok, a warning or a problem, with how to mend it. Changes nothing. */
export async function doctor(
	settings: Settings & {readonly policy?: boolean},
	context: Context,
): Promise<number> {
	checkContradictions(settings);
	const source = settings.source === undefined ? undefined : parseSource(settings.source);
	const all: Finding[] = [];
	const tell = (findings: readonly Finding[]): void => {
		all.push(...findings);
		if (settings.json === true) return;
		for (const line of findings.flatMap(findingLines)) context.lines.out(line);
	};
	tell([checkRuntime(), ...checkTerminal(context), ...checkLogout()]);
	tell([{level: 'ok', subject: 'Settings', text: configFolder(context.environment)}]);
	const access = {
		store: storeSpec(settings, context.environment),
		credentials: credentialSpec(settings, context.workingFolder),
	};
	tell(await checkStore(access, source));
	tell(checkFolder(path.resolve(context.workingFolder, settings.to ?? '.')));
	const problems = all.filter(({level}) => level === 'problem');
	const status = problems[0]?.status ?? exitStatus.ok;
	const policy = policyOf(all, settings, source, access.store.region);
	if (settings.json === true) {
		context.lines.out(safeJson({findings: all, ...(policy && {policy}), exit_code: status}));
		return status;
	}
	const warnings = all.filter(({level}) => level === 'warning').length;
	context.lines.out(
		problems.length === 0
			? `All well${warnings === 0 ? '' : `, with ${warnings} to know about`}.`
			: `${problems.length} to mend before a job can run.`,
	);
	if (policy !== undefined) {
		context.lines.out('A policy for the user or role that would grant it:');
		for (const line of JSON.stringify(policy, undefined, 2).split('\n'))
			context.lines.out(safeText(line));
	}
	return status;
}

/** The policy that would grant what was denied, or, when asked for, all that a job from there needs. */
function policyOf(
	findings: readonly Finding[],
	{policy}: {readonly policy?: boolean},
	source: Source | undefined,
	region: string | undefined,
): Policy | undefined {
	const lacking = findings.flatMap(({lacks = []}) => lacks);
	const isDenied = findings.some(({level, lacks}) => level === 'problem' && lacks !== undefined);
	if (!isDenied && policy !== true) return undefined;
	const bucketRegion = findings.find(({region}) => region !== undefined)?.region ?? region;
	if (source === undefined)
		return policyFor([{action: 's3:ListAllMyBuckets'}], {bucket: '', prefix: '', region});
	const rights: readonly Right[] =
		policy === true || lacking.some(({action}) => action === 's3:ListBucket')
			? [{action: 's3:ListBucket'}, {action: 's3:GetObject'}, ...lacking]
			: lacking;
	return policyFor(rights, {...source, region: bucketRegion});
}
