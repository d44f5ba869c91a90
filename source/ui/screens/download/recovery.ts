import {commandLine, shellWord} from '../../../model/command-line.ts';
import type {JobSpec} from '../../../model/job-spec.ts';

/** How to renew the sign-in beside a waiting job: a title and the line to run. */
export function signInHelp({credentials}: Pick<JobSpec, 'credentials'>): [string, string] {
	const title = 'Run this in another terminal; then p goes on';
	return credentials.kind === 'profile'
		? [title, `aws sso login --profile ${shellWord(credentials.profile)}`]
		: ['The job waits; renew what it signs in with, then p goes on', credentialWords(credentials)];
}

function credentialWords(credentials: JobSpec['credentials']): string {
	switch (credentials.kind) {
		case 'env-file':
			return credentials.file;
		case 'files':
			return [credentials.accessKeyFile, credentials.secretKeyFile, credentials.sessionTokenFile]
				.filter((file) => file !== undefined)
				.join(' ');
		default:
			return 'aws sso login';
	}
}

/** The same job to another disk, for when this one is full; nothing fetched so far is touched. */
export function otherFolderHelp(spec: JobSpec): [string, string] {
	return [
		'The rest to another disk: change the folder behind --to',
		commandLine({...spec, folder: '/other/disk'}),
	];
}
