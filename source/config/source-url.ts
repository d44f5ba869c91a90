import {MusterError} from '../model/error.ts';
import {safeText} from '../model/safe-text.ts';

/** A bucket and the folder below which keys are looked for; '' is the whole bucket. */
export type Source = {readonly bucket: string; readonly prefix: string};

const planned = new Set(['gs', 'az', 'hf', 'http', 'https', 'file']);

function usage(message: string, hint: string): MusterError {
	return new MusterError('usage', message, {hint});
}

/**
 * Reads SOURCE, `s3://bucket/prefix`. The prefix is a folder, as with `aws s3 sync`: it gets its
 * closing slash. Throws code `usage` with what to write instead.
 */
export function parseSource(text: string): Source {
	const shown = safeText(text);
	const parts = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text.trim());
	if (parts === null)
		throw usage(`"${shown}" is not a source`, `A source looks like s3://${bareGuess(shown)}.`);
	const scheme = (parts[1] ?? '').toLowerCase();
	if (scheme !== 's3')
		throw usage(
			planned.has(scheme)
				? `This version of muster reads s3:// sources only, not ${scheme}://`
				: `"${shown}" names no store that muster knows`,
			'A source looks like s3://bucket/prefix; another S3 service is named with --endpoint-url.',
		);
	const [, bucket = '', rest = ''] = /^([^/]*)\/?(.*)$/s.exec(parts[2] ?? '') ?? [];
	if (!/^[a-z0-9][a-z0-9._-]{1,254}$/i.test(bucket))
		throw usage(
			bucket === ''
				? `"${shown}" names no bucket`
				: `"${safeText(bucket)}" can't be a bucket's name`,
			'A source looks like s3://bucket/prefix.',
		);
	return {bucket, prefix: rest === '' || rest.endsWith('/') ? rest : `${rest}/`};
}

function bareGuess(text: string): string {
	return /^[a-z0-9][a-z0-9.-]+(\/|$)/.test(text) ? text : 'bucket/prefix';
}
