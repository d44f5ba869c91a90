import {useEffect, useMemo, useState} from 'react';
import type {EngineClient, ProfileInfo} from '../../../job/link/messages.ts';
import {errorRecord} from '../../../model/error.ts';
import type {JobSpec} from '../../../model/job-spec.ts';
import {accountWords} from '../../wizard/steps.ts';
import type {OtherProfile} from './body.ts';

type Answer = OtherProfile['answer'];

/** Asks for one profile after another whether it can read the job's bucket; those that run a program are not asked. */
export function useReaders(
	client: EngineClient,
	spec: JobSpec | null,
	profiles: readonly ProfileInfo[],
): readonly OtherProfile[] {
	const [answers, setAnswers] = useState<Readonly<Record<string, Answer>>>({});
	const names = profiles.map(({name}) => name).join('\n');
	const bucket = spec?.bucket ?? '';
	const store = useMemo(() => spec?.store, [spec]);
	useEffect(() => {
		let isOver = false;
		const ask = async () => {
			for (const profile of names === '' ? [] : names.split('\n')) {
				if (isOver || store === undefined || bucket === '') return;
				const answer = await canRead(client, {store, profile, bucket});
				if (!isOver) setAnswers((known) => ({...known, [profile]: answer}));
			}
		};
		void ask();
		return () => {
			isOver = true;
		};
	}, [client, names, bucket, store]);
	return profiles.map(({name, account, state}) => ({
		name,
		account: accountWords(account) ?? '',
		answer:
			answers[name] ?? (state === 'expired' ? 'sign-in needed too' : bucket === '' ? '' : 'asking'),
	}));
}

async function canRead(
	client: EngineClient,
	{store, profile, bucket}: {store: JobSpec['store']; profile: string; bucket: string},
): Promise<Answer> {
	try {
		const {error} = await client.call('probeBucket', {
			store,
			credentials: {kind: 'profile', profile},
			bucket,
		});
		if (error === null) return 'yes';
		return error.code === 'expired-credentials' ? 'sign-in needed too' : 'no';
	} catch (error) {
		return errorRecord(error).code === 'expired-credentials' ? 'sign-in needed too' : 'no';
	}
}
