export {wantedAddress, wantedText, type AddressOptions} from './address.ts';
export {csvLine, harmlessCell, harmlessPath} from './csv-line.ts';
export {findManifests} from './find.ts';
export {inspectTable} from './inspect.ts';
export {detectManifest, manifestFormats, readManifest, understandManifest} from './read.ts';
export {resolvedRows, resolvedTable} from './resolved.ts';
export type {Resolved, ResolvedRow, ResolvedSource} from './resolved.ts';
export type * from './types.ts';
