import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {flatBucket} from '../../source/sandbox/index.ts';
import {withBed} from './bed.ts';

const child = fileURLToPath(new URL('scale-child.ts', import.meta.url));

test('a list from standard input is kept, for the reports and for a resume', async () => {
	await withBed([flatBucket({keys: 20})], async (bed) => {
		const {endpoint, region, accessKeyId, secretAccessKey} = bed.sandbox;
		const order = {
			endpoint,
			region,
			accessKeyId,
			secretAccessKey,
			download: true,
			jobs: bed.jobs,
			folder: bed.out,
			spec: {
				bucket: 'flat',
				prefix: 'images/',
				manifest: {kind: 'csv', file: '-', column: 'file'},
			},
		};
		const stdout = await new Promise<string>((resolve, reject) => {
			const job = execFile(process.execPath, [child, JSON.stringify(order)], (error, out) => {
				if (error === null) resolve(out);
				else reject(error);
			});
			job.stdin?.end('id,file\n1,img_0000003.jpg\n2,img_9999999.jpg\n3,img_0000004.jpg\n');
		});
		const {summary} = JSON.parse(stdout) as {summary: Record<string, unknown>};
		assert.equal(summary['downloaded'], 2);
		assert.equal(summary['missing'], 1);
		const resolved = readFileSync(path.join(bed.out, '.muster/reports/resolved.csv'), 'utf8');
		assert.deepEqual(resolved.trimEnd().split('\n'), [
			'id,file,status,key,local_path',
			'1,img_0000003.jpg,downloaded,images/img_0000003.jpg,img_0000003.jpg',
			'2,img_9999999.jpg,missing,,',
			'3,img_0000004.jpg,downloaded,images/img_0000004.jpg,img_0000004.jpg',
		]);
		const [job] = await bed.engine.call('jobs', {});
		assert.equal(job?.missing, 1);
	});
});
