import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {Dataset} from './dataset.ts';

export type NginxPlace = {
	readonly folder: string;
	readonly objects: string;
	readonly port: number;
	readonly listingPort: number;
	readonly dataset: Dataset;
};

/**
 * nginx as an S3 store that is never the slow one: objects are files with their checksum from a map,
 * everything about the bucket as a whole goes to the listing server. As S3 does it, answers to ranges
 * carry no checksum of the whole object.
 */
export function nginxConfig(place: NginxPlace): string {
	const {folder, objects, port, listingPort, dataset} = place;
	const files = dataset.body === 'shared' ? 1 : dataset.count;
	const handles = files + 4096;
	const cached = handles < openFileLimit();
	const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
		(name) => `${name}_temp_path ${path.join(folder, `${name}-temp`)};`,
	);
	return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
worker_rlimit_nofile ${Math.min(openFileLimit(), Math.max(handles, 16384))};
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events { worker_connections 4096; }
http {
	${temporary.join('\n\t')}
	access_log off;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 1000000000;
	keepalive_timeout 600s;
	reset_timedout_connection on;
	${cached ? `open_file_cache max=${files + 64} inactive=1h;\n\topen_file_cache_valid 1h;` : ''}
	default_type application/octet-stream;
	map_hash_max_size ${Math.max(2048, files * 2)};
	map_hash_bucket_size 256;
	map $uri $whole_checksum { include ${folder}/checksums.map; }
	map $http_range $checksum { "" $whole_checksum; default ""; }
	map $checksum $checksum_type { "" ""; default "FULL_OBJECT"; }
	upstream listing { server 127.0.0.1:${listingPort}; keepalive 128; keepalive_requests 1000000000; }
	server {
		listen 127.0.0.1:${port} backlog=4096;
		root ${objects};
		proxy_http_version 1.1;
		proxy_set_header Connection "";
		proxy_buffer_size 64k;
		proxy_buffers 16 64k;
		proxy_busy_buffers_size 128k;
		proxy_max_temp_file_size 0;
		location = /${dataset.bucket} { proxy_pass http://listing; }
		location = /${dataset.bucket}/ { proxy_pass http://listing; }
		location / {
			${dataset.body === 'shared' ? `rewrite ^/${dataset.bucket}/. /shared/${dataset.bucket} break;` : ''}
			add_header x-amz-request-id 0000000000000000;
			add_header x-amz-checksum-crc64nvme $checksum;
			add_header x-amz-checksum-type $checksum_type;
			error_page 301 403 404 = @missing;
		}
		location @missing {
			default_type application/xml;
			return 404 "<?xml version=\\"1.0\\"?><Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
		}
	}
}
`;
}

/** How many files a process may have open, where the system tells. */
function openFileLimit(): number {
	try {
		const limits = readFileSync('/proc/self/limits', 'utf8');
		const words = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
		return words === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(words ?? 1024);
	} catch {
		return 1024;
	}
}
