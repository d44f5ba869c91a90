import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fitRows, tableLines} from '../../source/commands/jobs.ts';
import {cutEnd, cutStart} from '../../source/ui/text/line.ts';

const header = ['Job', 'State', 'Started', 'Files', 'Bytes', 'What', 'Folder'];
const job = (what: string, folder: string) => [
	'12',
	'interrupted',
	'2026-01-02 12:00',
	'4,206 of 11,842',
	'137 GiB',
	what,
	folder,
];

test('rows fit the terminal, What cut at its end and Folder at its start, the rest whole', () => {
	const rows = [
		header,
		job('takes_2025.csv from studio-voice-takes', '/data/training/voices/2025/takes'),
		job('short', '/data/other/training/voices/2025/takes'),
	];
	for (const width of [80, 100, 120]) {
		const lines = tableLines(fitRows(rows, width, {title: cutEnd, folder: cutStart}));
		for (const line of lines) assert.ok(line.length <= width, `${line.length} > ${width}`);
		assert.match(
			lines[1] ?? '',
			/ 12 {2}interrupted {2}2026-01-02 12:00 {2}4,206 of 11,842 {2}137 GiB /,
		);
		assert.match(lines[1] ?? '', /takes$/);
	}
	assert.deepEqual(
		tableLines(fitRows(rows, 300, {title: cutEnd, folder: cutStart})),
		tableLines(rows),
	);
});
