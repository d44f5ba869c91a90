import {manifestContract} from '../contracts/manifest.ts';

manifestContract({
	kind: 'csv',
	name: 'takes.csv',
	write: (texts) => ({
		'takes.csv': ['actor,file', ...texts.map((text) => `kofi,"${text}"`), ''].join('\n'),
	}),
	spec: (file) => ({kind: 'csv', file}),
});

manifestContract({
	kind: 'keys',
	name: 'wanted.txt',
	write: (texts) => ({'wanted.txt': [...texts, ''].join('\n')}),
	spec: (file) => ({kind: 'keys', file}),
});

manifestContract({
	kind: 'actors',
	name: 'actorsData.json',
	write: (texts) => ({
		'actorsData.json': '[\n"kofi"\n]\n',
		'actors/kofi/training_data/response.json': JSON.stringify({images: texts}, null, 1),
	}),
	spec: (file) => ({kind: 'actors', file}),
});
