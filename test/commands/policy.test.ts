import assert from 'node:assert/strict';
import {test} from 'node:test';
import {partitionOf, policyFor} from '../../source/commands/doctor/policy.ts';

const scope = {bucket: 'lake', prefix: 'sessions/2025/', region: 'eu-west-1'};

test('a listing is granted for the prefix alone, objects below it', () => {
	const rights = [{action: 's3:GetObject'}, {action: 's3:ListBucket'}] as const;
	assert.deepEqual(policyFor(rights, scope), {
		Version: '2012-10-17',
		Statement: [
			{
				Sid: 'MusterList',
				Effect: 'Allow',
				Action: 's3:ListBucket',
				Resource: 'arn:aws:s3:::lake',
				Condition: {StringLike: {'s3:prefix': ['sessions/2025/*']}},
			},
			{
				Sid: 'MusterGet',
				Effect: 'Allow',
				Action: 's3:GetObject',
				Resource: 'arn:aws:s3:::lake/sessions/2025/*',
			},
		],
	});
	const whole = policyFor(rights, {...scope, prefix: ''}).Statement;
	assert.equal(whole[0]?.Condition, undefined);
	assert.equal(whole[1]?.Resource, 'arn:aws:s3:::lake/*');
});

test('characters that mean something in a policy stand for themselves', () => {
	const [get] = policyFor([{action: 's3:GetObject'}], {...scope, prefix: 'a*b?c$d/'}).Statement;
	assert.equal(get?.Resource, 'arn:aws:s3:::lake/a${*}b${?}c${$}d/*');
});

test('the partition follows the region', () => {
	for (const [region, partition] of [
		[undefined, 'aws'],
		['us-east-1', 'aws'],
		['cn-north-1', 'aws-cn'],
		['us-gov-west-1', 'aws-us-gov'],
	] as const)
		assert.equal(partitionOf(region), partition);
	const [get] = policyFor([{action: 's3:GetObject'}], {...scope, region: 'cn-north-1'}).Statement;
	assert.match(String(get?.Resource), /^arn:aws-cn:s3:::lake/);
});

test('a KMS key is granted by its name, or any key by way of S3 alone', () => {
	const resource = 'arn:aws:kms:eu-west-1:123456789012:key/11-22';
	const [named] = policyFor([{action: 'kms:Decrypt', resource}], scope).Statement;
	assert.deepEqual(named?.Resource, [resource]);
	const [any] = policyFor([{action: 'kms:Decrypt'}], scope).Statement;
	assert.equal(any?.Resource, '*');
	assert.deepEqual(any?.Condition, {
		StringLike: {'kms:ViaService': 's3.eu-west-1.amazonaws.com'},
	});
});
