declare const brand: unique symbol;

/** A string or number that must not be mixed up with another of the same shape. */
export type Brand<Value, Name extends string> = Value & {readonly [brand]: Name};

/** A whole object key as the store has it: untrusted text, never shown or used as a path unchecked. */
export type ObjectKey = Brand<string, 'ObjectKey'>;

/** A `/`-separated path below the output folder that `planning/destination` has made safe. */
export type SafePath = Brand<string, 'SafePath'>;

/** The number under which a person names a job on this machine (`muster resume 12`). */
export type JobId = Brand<number, 'JobId'>;

export const objectKey = (key: string): ObjectKey => key as ObjectKey;
export const jobId = (id: number): JobId => id as JobId;
