import {FolderLock} from '../../source/job/folder-lock.ts';

// Holds a folder's lock until it is killed.

await FolderLock.take(process.argv[2] ?? '', 7);
process.stdout.write('held\n');
setInterval(() => undefined, 60_000);
