import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {test} from 'node:test';
import {secretsIn} from './secrets.ts';

const secret = 'wJalr/XUtnFEMI+K7MDENG"bPxRfiCYEXAMPLEKEY';

test('a secret is found in every form and nothing else is', () => {
	for (const [name, text] of Object.entries({
		raw: `key=${secret};`,
		beginning: `key=${secret.slice(0, 18)}…`,
		base64: Buffer.from(secret).toString('base64'),
		'base64 in company': Buffer.from(`{"a":"${secret}"}`).toString('base64'),
		'base64url in company': Buffer.from(`x${secret}`).toString('base64url'),
		url: `?secret=${encodeURIComponent(secret)}`,
		json: JSON.stringify({secret}),
		hex: Buffer.from(secret).toString('hex'),
	})) {
		const found = secretsIn([], ['nothing', text], [secret]);
		assert.ok(found.length > 0, name);
		assert.ok(found.every((line) => line.startsWith('text 2') && !line.includes(secret)));
	}
	assert.deepEqual(secretsIn([], [secret.slice(0, 10), 'EXAMPLE'], [secret]), []);
});

test('names of files, files in folders and a write-ahead log are looked at', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'muster-secrets-'));
	const database = new DatabaseSync(path.join(folder, 'ledger.sqlite'));
	try {
		database.exec('PRAGMA journal_mode = WAL; CREATE TABLE meta (value TEXT)');
		assert.deepEqual(secretsIn([folder], [], [secret]), []);
		database.prepare('INSERT INTO meta VALUES (?)').run(secret);
		const [first = ''] = secretsIn([folder], [], [secret]);
		assert.match(first, /ledger\.sqlite-wal/);
		database.exec('DELETE FROM meta');
		writeFileSync(path.join(folder, 'name-of-12345678-key'), '');
		assert.equal(secretsIn([folder], [], ['name-of-12345678-key'])[0]?.includes('as it is'), true);
	} finally {
		database.close();
		rmSync(folder, {recursive: true, force: true});
	}
});
