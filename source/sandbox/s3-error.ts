import {escapeXml} from './xml.ts';

/** An answer that refuses, as S3 words it. `headers` is a flat list; `extra` becomes elements of the document. */
export class S3Error extends Error {
	override readonly name = 'S3Error';
	readonly status: number;
	readonly code: string;
	readonly headers: readonly string[];
	readonly extra: Readonly<Record<string, string>>;

	constructor(
		status: number,
		code: string,
		message: string,
		options: {headers?: readonly string[]; extra?: Readonly<Record<string, string>>} = {},
	) {
		super(message);
		this.status = status;
		this.code = code;
		this.headers = options.headers ?? [];
		this.extra = options.extra ?? {};
	}

	document(resource: string, requestId: string): string {
		const extra = Object.entries(this.extra)
			.map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
			.join('');
		return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${this.code}</Code><Message>${escapeXml(this.message)}</Message>${extra}<Resource>${escapeXml(resource)}</Resource><RequestId>${requestId}</RequestId><HostId>sandbox</HostId></Error>`;
	}
}

export const accessDenied = (message = 'Access Denied') =>
	new S3Error(403, 'AccessDenied', message);
