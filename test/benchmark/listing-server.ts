/**
 * A process of its own that answers what concerns a bucket as a whole: listings, HEAD, location.
 * Its one argument is the data sets as JSON. It writes its port as a line and ends with its input.
 */
import {createServer, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {etagOf, keyOf, modified} from './dataset.ts';
import type {Dataset} from './dataset.ts';
import {Listing} from './listing.ts';
import type {ListedObject} from './listing.ts';

function* objectsOf(dataset: Dataset): Generator<ListedObject> {
	const {size} = dataset;
	const etag = etagOf(dataset);
	for (let index = 0; index < dataset.count; index++) {
		yield {key: keyOf(index), size, etag, modified: modified * 1000};
	}
}

function send(response: ServerResponse, status: number, pieces: readonly Buffer[]): void {
	const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
	response.writeHead(status, {
		'content-type': 'application/xml',
		'content-length': length,
		'x-amz-bucket-region': 'us-east-1',
	});
	response.cork();
	for (const piece of pieces) response.write(piece);
	response.end();
}

const refusal = (code: string): Buffer[] => [
	Buffer.from(
		`<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>${code}</Message></Error>`,
	),
];
const location = Buffer.from(
	'<?xml version="1.0"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>',
);

const datasets = JSON.parse(process.argv[2] ?? '[]') as Dataset[];
const listings = new Map(
	datasets.map((dataset) => [dataset.bucket, new Listing(dataset.bucket, objectsOf(dataset))]),
);

const server = createServer((request, response) => {
	const [path = '', query = ''] = (request.url ?? '').split('?', 2);
	const listing = listings.get(path.replaceAll('/', ''));
	const asked = new URLSearchParams(query);
	if (listing === undefined) send(response, 404, refusal('NoSuchBucket'));
	else if (request.method === 'HEAD') send(response, 200, []);
	else if (request.method !== 'GET') send(response, 405, refusal('MethodNotAllowed'));
	else if (asked.has('location')) send(response, 200, [location]);
	else send(response, 200, listing.answer(asked));
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
	process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
