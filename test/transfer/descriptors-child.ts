import {openSync} from 'node:fs';
import net from 'node:net';
import {networkFailure} from '../../source/transfer/network-error.ts';

// Takes every descriptor that it may have, then asks for connections; prints what came of each.

function takeAll(): void {
	try {
		for (;;) openSync('/dev/null', 'r');
	} catch {
		// Now there is none.
	}
}

for (const host of process.argv.slice(2)) {
	// Others of this process may have closed one meanwhile.
	takeAll();
	const error = await new Promise((resolve) => {
		net.connect({host, port: 9}).on('error', resolve);
	});
	const {isCrowded = false, error: record} = networkFailure(error, 'a key');
	process.stdout.write(`${host} ${isCrowded} ${record.message}\n`);
}
