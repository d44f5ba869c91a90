import {useMemo, useState} from 'react';
import {formatBytes, formatCount, formatDuration, plural} from '../../../model/format.ts';
import {wantedText} from '../../components/candidates.ts';
import {groupNoun, readyCount, titleEnd} from '../../components/counts.ts';
import {Frame} from '../../components/frame.tsx';
import {placeWords} from '../../components/job-words.ts';
import {useServices} from '../../hooks/services.ts';
import {useWholeSnapshot} from '../../hooks/use-snapshot.ts';
import {useTell} from '../../hooks/use-tell.ts';
import {ambiguousDialog} from './ambiguous.ts';
import {analysisBody, analysisTitle, calling} from './body.ts';
import {useFirstMissing, useOpenRows, useSummaryAtEnd, useTable} from './data.ts';
import {verdict as verdictOf} from './facts.ts';
import {leavingDialog} from './leaving.ts';

/** The roll call: live while it runs, then what stands, and the yes. */
export function Analysis() {
	const services = useServices();
	const tell = useTell();
	const {client, layout, theme, navigation, options} = services;
	const snapshot = useWholeSnapshot(client);
	const {phase, spec, rollCall} = snapshot;
	const table = useTable(snapshot);
	const {list, plan, field, searching} = table;
	const [confirming, setConfirming] = useState(false);
	useSummaryAtEnd(phase);
	const [decided, setDecided] = useState(0);
	const group = list.row;
	const open = useOpenRows(snapshot, group, decided);
	const firstMissing = useFirstMissing(snapshot);
	const bucket = spec?.bucket ?? '';
	const speed = useMemo(
		() => options.remembered.read().buckets[bucket]?.speed,
		[options.remembered, bucket],
	);
	const verdict = verdictOf(snapshot, speed, firstMissing);
	const {lines, choices} = analysisBody({
		snapshot,
		layout,
		glyphs: theme.glyphs,
		plan,
		groups: list.visible,
		total: list.total,
		offset: list.offset,
		index: list.index,
		order: table.order,
		verdict,
		confirming,
		speed,
		open,
	});
	if (searching) lines[layout.bodyRows - 1] = field.line('Find', layout.columns, true);

	/** after a decision of one's own the table and the pane are asked for again */
	const decide = <T,>(asked: Promise<T>, words: (answer: T) => string) => {
		tell(asked, words, () => {
			list.reload();
			setDecided((value) => value + 1);
		});
	};
	const ready = phase === 'ready';
	const runs = phase === 'downloading' || phase === 'paused' || phase === 'stopping';
	const start = () => {
		setConfirming(false);
		tell(client.call('start', {}), () => '');
	};
	const download = () => {
		if (verdict.kind === 'blocked') services.notice(`${verdict.text} ${verdict.keys}`, 'warning');
		else if (verdict.kind === 'warning' && !confirming) setConfirming(true);
		else start();
	};
	const openGroup = () => {
		if (group !== undefined) navigation.open('group', {id: group.id, name: group.name});
	};
	const enter = () => {
		if (ready && confirming) start();
		else if (ready && verdict.kind === 'local') start();
		else openGroup();
	};
	/** choices of one's own are not lost without a word */
	const leave = (go: () => void) => {
		const dialog = leavingDialog(snapshot, go);
		if (dialog === undefined) go();
		else services.ask(dialog);
	};
	const back = () => {
		if (confirming) {
			setConfirming(false);
			return;
		}
		if (field.value !== '') {
			field.set('');
			return;
		}
		if (navigation.depth <= 1) {
			services.notice('This is the first screen; q quits, nothing is downloaded before d.');
			return;
		}
		leave(() => {
			if (!runs) client.call('abandon', {}).catch(() => undefined);
			navigation.back();
		});
	};
	const leaveFor = (screen: string) => () => {
		leave(() => {
			if (!runs) tell(client.call('abandon', {}));
			navigation.open(screen);
		});
	};
	const again = () => {
		leave(() => {
			if (spec !== null) tell(client.call('prepare', {spec}), () => '');
		});
	};
	return (
		<Frame
			body={lines}
			right={titleEnd([placeWords(snapshot)], analysisTitle(snapshot), layout.columns)}
			field={searching ? field : undefined}
			actions={{
				...table.actions,
				download:
					ready && verdict.kind !== 'nothing' && verdict.kind !== 'local'
						? download
						: runs
							? () => {
									navigation.open('download');
								}
							: undefined,
				enter: list.total === 0 && verdict.kind !== 'local' ? undefined : enter,
				openGroup: list.total === 0 ? undefined : openGroup,
				tryOne:
					ready && readyCount(rollCall) > 0
						? () => {
								services.notice('Fetching the smallest file…');
								tell(
									client.call('tryOne', {}),
									({path, bytes, verified, seconds}) =>
										`Reading, writing and checksum (${verified}) work: ${formatBytes(bytes)} in ${formatDuration(Math.max(1, seconds))}, ${path.split(/[/\\]/).at(-1) ?? path}`,
								);
							}
						: undefined,
				choose:
					choices.length === 0
						? undefined
						: (key) => {
								const choice = choices[Number(key) - 1];
								if (choice === undefined) return false;
								const {wantedId, objectId} = choice;
								decide(client.call('choose', {wantedId, objectId}), () => `Taken: ${choice.key}`);
							},
				sure:
					ready && rollCall.sureGuesses > 0
						? () => {
								decide(
									client.call('useSureGuesses', {}),
									({rows}) =>
										`${plural(rows, 'sure guess', 'sure guesses')} taken; the report lists them`,
								);
							}
						: undefined,
				ambiguous:
					ready && rollCall.ambiguous > 0
						? () => {
								services.ask(
									ambiguousDialog(rollCall.ambiguous, (rule) => {
										decide(
											client.call('resolveAmbiguous', {rule}),
											({rows}) => `Rule "${rule}" for ${plural(rows, 'row')}`,
										);
									}),
								);
							}
						: undefined,
				export: calling(snapshot)
					? undefined
					: () => {
							tell(
								client.call('exportReports', {}),
								({folder, files}) => `Reports are in ${folder}: ${files.join(', ')}`,
							);
						},
				again: calling(snapshot) || runs || spec === null ? undefined : again,
				folder: runs ? undefined : leaveFor('folder'),
				signIn:
					spec === null || spec.credentials.kind === 'anonymous'
						? undefined
						: () => {
								navigation.open('sign-in');
							},
				looser:
					ready && verdict.kind === 'nothing' && spec !== null && spec.match !== 'loose'
						? () => {
								tell(
									client.call('prepare', {spec: {...spec, match: 'loose'}}),
									() => 'Looking again, ignoring letter case, Unicode form and separators',
								);
							}
						: undefined,
				prefix: ready && verdict.kind === 'nothing' ? leaveFor('browse') : undefined,
				verify:
					ready && verdict.kind === 'local'
						? () => {
								services.notice('Reading every file back…');
								tell(client.call('verifyLocal', {}), ({files, bad}) =>
									bad === 0
										? `${plural(files, 'file')} read back, every checksum is right`
										: `${formatCount(bad)} of ${plural(files, 'file')} differ; r calls the roll again`,
								);
							}
						: undefined,
				copy: () => {
					const text = open.rows[0]?.text ?? group?.name ?? '';
					services.copy(choices[0]?.key ?? wantedText(text));
				},
				full: () => {
					if (verdict.kind === 'nothing' && firstMissing !== null) {
						services.showFull('First one looked for', firstMissing);
						return;
					}
					const title = group === undefined ? groupNoun(spec).one : group.name;
					const rows = open.rows.flatMap(({text, candidates}) => [
						wantedText(text),
						...candidates.map(({key}) => `= ${key}`),
					]);
					services.showFull(title, rows.length === 0 ? (spec?.folder ?? '') : rows.join('  '));
				},
				back,
			}}
		/>
	);
}
