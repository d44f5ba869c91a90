import {S3Client} from '@aws-sdk/client-s3';
import {createSandbox} from '../../source/sandbox/index.ts';
import type {Sandbox, SandboxOptions} from '../../source/sandbox/index.ts';

/** Runs `work` with a sandbox of its own and closes it, whatever happens. */
export async function withSandbox<Result>(
	options: SandboxOptions,
	work: (sandbox: Sandbox) => Promise<Result>,
): Promise<Result> {
	const sandbox = await createSandbox(options);
	try {
		return await work(sandbox);
	} finally {
		await sandbox.close();
	}
}

/** The official client, pointed at a sandbox and otherwise unmodified; it doesn't retry. */
export function sdkClient(
	sandbox: Pick<Sandbox, 'endpoint' | 'region' | 'accessKeyId' | 'secretAccessKey'>,
	options: {region?: string; secretAccessKey?: string; maxAttempts?: number} = {},
): S3Client {
	return new S3Client({
		endpoint: sandbox.endpoint,
		region: options.region ?? sandbox.region,
		forcePathStyle: true,
		maxAttempts: options.maxAttempts ?? 1,
		credentials: {
			accessKeyId: sandbox.accessKeyId,
			secretAccessKey: options.secretAccessKey ?? sandbox.secretAccessKey,
		},
	});
}
