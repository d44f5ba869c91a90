/** A permission that a finding lacks; `resource`: the ARN that the store named. */
export type Right = {
	readonly action: 's3:ListAllMyBuckets' | 's3:ListBucket' | 's3:GetObject' | 'kms:Decrypt';
	readonly resource?: string;
};

type Statement = {
	readonly Sid: string;
	readonly Effect: 'Allow';
	readonly Action: string;
	readonly Resource: string | readonly string[];
	readonly Condition?: Readonly<
		Record<string, Readonly<Record<string, string | readonly string[]>>>
	>;
};

export type Policy = {readonly Version: '2012-10-17'; readonly Statement: readonly Statement[]};

export type PolicyScope = {
	readonly bucket: string;
	readonly prefix: string;
	readonly region: string | undefined;
};

const partitions: readonly (readonly [prefix: string, partition: string])[] = [
	['cn-', 'aws-cn'],
	['us-gov-', 'aws-us-gov'],
	['us-isob-', 'aws-iso-b'],
	['us-iso-', 'aws-iso'],
	['eusc-', 'aws-eusc'],
];

/** The part of AWS that a region belongs to; it stands in every ARN. */
export function partitionOf(region: string | undefined): string {
	return partitions.find(([prefix]) => region?.startsWith(prefix) === true)?.[1] ?? 'aws';
}

/** `*`, `?` and `$` mean something in a policy; as themselves they are written as variables. */
const literally = (text: string): string =>
	text.replace(/[*?$]/g, (character) => `\${${character}}`);

/** The least policy that grants these rights for one bucket and the folder in it. */
export function policyFor(rights: readonly Right[], scope: PolicyScope): Policy {
	const actions = new Set(rights.map(({action}) => action));
	const bucketArn = `arn:${partitionOf(scope.region)}:s3:::${scope.bucket}`;
	const prefix = literally(scope.prefix);
	const statements: Statement[] = [];
	if (actions.has('s3:ListAllMyBuckets'))
		statements.push(allow('MusterListBuckets', 's3:ListAllMyBuckets', '*'));
	if (actions.has('s3:ListBucket'))
		statements.push({
			...allow('MusterList', 's3:ListBucket', bucketArn),
			...(prefix === '' ? {} : {Condition: {StringLike: {'s3:prefix': [`${prefix}*`]}}}),
		});
	if (actions.has('s3:GetObject'))
		statements.push(allow('MusterGet', 's3:GetObject', `${bucketArn}/${prefix}*`));
	if (actions.has('kms:Decrypt')) statements.push(decrypt(rights, scope.region));
	return {Version: '2012-10-17', Statement: statements};
}

const allow = (Sid: string, Action: string, Resource: string): Statement => ({
	Sid,
	Effect: 'Allow',
	Action,
	Resource,
});

/** The keys that the store named, or any key, but by way of S3 alone. */
function decrypt(rights: readonly Right[], region: string | undefined): Statement {
	const named = rights.flatMap(({action, resource}) =>
		action === 'kms:Decrypt' && resource !== undefined ? [resource] : [],
	);
	const keys = [...new Set(named)];
	if (keys.length > 0) return {...allow('MusterDecrypt', 'kms:Decrypt', ''), Resource: keys};
	const suffix = partitionOf(region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
	return {
		...allow('MusterDecrypt', 'kms:Decrypt', '*'),
		Condition: {StringLike: {'kms:ViaService': `s3.${region ?? '*'}.${suffix}`}},
	};
}
