import type {Operation, RuleAction, RuleMatch, SandboxRule} from './types.ts';

export type RuleSubject = {
	readonly method: string;
	readonly operation: Operation;
	readonly bucket: string;
	readonly key: string;
};

type Armed = {
	readonly rule: SandboxRule;
	readonly matches: (subject: RuleSubject) => boolean;
	seen: number;
	readonly seenByKey: Map<string, number>;
};

/** The rules of misbehaviour in force; they can be changed between any two requests. */
export class Rules {
	#armed: Armed[] = [];

	constructor(rules: readonly SandboxRule[]) {
		this.set(rules);
	}

	/** Replaces all rules; counting begins anew. */
	set(rules: readonly SandboxRule[]): void {
		this.#armed = rules.map(arm);
	}

	add(rule: SandboxRule): void {
		this.#armed.push(arm(rule));
	}

	/** Removes the rules with this id. */
	remove(id: string): void {
		this.#armed = this.#armed.filter(({rule}) => rule.id !== id);
	}

	list(): readonly SandboxRule[] {
		return this.#armed.map(({rule}) => rule);
	}

	/** The actions that this request meets, in the order of the rules; counts it. */
	actionsFor(subject: RuleSubject): readonly RuleAction[] {
		if (this.#armed.length === 0) return none;
		return this.#armed
			.filter((armed) => armed.matches(subject) && isDue(armed, subject))
			.map(({rule}) => rule.action);
	}
}

const none: readonly RuleAction[] = [];

function arm(rule: SandboxRule): Armed {
	return {rule, matches: matcher(rule.match ?? {}), seen: 0, seenByKey: new Map()};
}

function matcher(match: RuleMatch): (subject: RuleSubject) => boolean {
	const key = match.key === undefined ? undefined : keyPattern(match.key);
	return (subject) =>
		(match.method === undefined || match.method === subject.method) &&
		(match.operation === undefined || match.operation === subject.operation) &&
		(match.bucket === undefined || match.bucket === subject.bucket) &&
		(key === undefined || key.test(subject.key));
}

function keyPattern(glob: string): RegExp {
	const parts = glob.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`));
	return new RegExp(`^${parts.join('.*')}$`, 's');
}

function isDue(armed: Armed, subject: RuleSubject): boolean {
	const {from = 1, count = Infinity, every = 1, perKey} = armed.rule.match ?? {};
	const nth = perKey === true ? countKey(armed, subject) : ++armed.seen;
	return nth >= from && (nth - from) % every === 0 && (nth - from) / every < count;
}

function countKey(armed: Armed, subject: RuleSubject): number {
	const name = `${subject.bucket}/${subject.key}`;
	const nth = (armed.seenByKey.get(name) ?? 0) + 1;
	armed.seenByKey.set(name, nth);
	return nth;
}
