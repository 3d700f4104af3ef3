import { DomainError, StoreUnavailable } from '../domain/errors/errors.ts';

/** A failure of the database that nobody expected. It holds the code alone: messages of both engines can carry row data. */
export class StoreError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`The store failed (${code}).`);
    this.name = 'StoreError';
    this.code = code;
  }
}

/** SQLite's names, PostgreSQL's five characters, and the operating system's; Node's own `ERR_` codes are bugs of ours. */
const CODE = /^(SQLITE_[A-Z_]+|[0-9A-Z]{5}|E(?!RR_)[A-Z0-9_]+)$/;

/** An error and what it was wrapped around: Drizzle puts the driver's error below its own, whose message has every bound value. */
function* layersOf(error: unknown): Generator<Error> {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) yield current;
}

/** The engine's own code of an error; null for an error that is not the database's. */
export function databaseCode(error: unknown): string | null {
  for (const layer of layersOf(error)) {
    if ('code' in layer && typeof layer.code === 'string' && CODE.test(layer.code)) return layer.code;
  }
  return null;
}

export function isUniqueViolation(error: unknown): boolean {
  const code = databaseCode(error);
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}

/** What may succeed when the whole transaction is run again. */
export function isTransient(error: unknown): boolean {
  const code = databaseCode(error);
  return code === '40001' || code === '40P01' || code?.startsWith('SQLITE_BUSY') === true;
}

/**
 * The connection or its server can't be used any more: lost, shut down, out of slots, refused, ended while idle in a transaction, or a
 * standby that was a primary before.
 */
export function isConnectionFailure(error: unknown): boolean {
  const code = databaseCode(error);
  if (code !== null) return /^(08|28|57P0|53[23]|25P03|25006|E)/.test(code);
  return [...layersOf(error)].some(({ message }) =>
    /connection terminated|timeout exceeded when trying to connect|timeout expired|connection error|connection ended|not queryable/i.test(
      message,
    ),
  );
}

/** True for an answer to COMMIT that says for sure that nothing was kept. */
export function wasRolledBack(error: unknown): boolean {
  return /^(23|25|40|55)/.test(databaseCode(error) ?? '') && !isConnectionFailure(error);
}

/** Codes of a disk that takes no writes, for whatever reason. */
export function isDiskRefusal(code: string | null): boolean {
  return code !== null && /^(SQLITE_(FULL|IOERR|READONLY|CANTOPEN)|53100$|58030$)/.test(code);
}

/** Every error that leaves the store passes through this: our own errors as they are, the database's as a code without its text. */
export function toStoreError(error: unknown): Error {
  for (const layer of layersOf(error)) if (layer instanceof DomainError || layer instanceof StoreError) return layer;
  const code = databaseCode(error);
  if (code === null) return isConnectionFailure(error) ? unavailable() : withoutValues(error);
  if (isDiskRefusal(code)) return storageFull();
  if (/^(SQLITE_(CORRUPT|NOTADB)|XX00[12]$)/.test(code))
    return new DomainError('INTEGRITY', 'The store is damaged. Run `changeover doctor`, then restore it from a backup.');
  // 57014: the statement's deadline. 55P03: the wait for a lock.
  if (isTransient(error) || isConnectionFailure(error) || code === '57014' || code === '55P03') return unavailable();
  // PostgreSQL's class of values that a column's type does not hold.
  if (code.startsWith('22')) return unstorable();
  return new StoreError(code);
}

/** A bug of ours passes unchanged and is masked further up; a wrapper of Drizzle's does not, for it holds the statement's values. */
function withoutValues(error: unknown): Error {
  if (!(error instanceof Error)) return new StoreError('unknown');
  return [...layersOf(error)].some((layer) => 'params' in layer || 'query' in layer) ? new StoreError('unknown') : error;
}

export function unavailable(): DomainError {
  return new StoreUnavailable();
}

export function storageFull(): DomainError {
  return new DomainError('STORAGE_FULL', 'The store cannot write. Free space on its disk, then try again.', { retryAfterSeconds: 5 });
}

export function outcomeUnknown(): DomainError {
  return new DomainError('OUTCOME_UNKNOWN', 'The store did not say whether the commit took effect. Repeat the request with the same key.', {
    retryAfterSeconds: 1,
  });
}

export function unstorable(): DomainError {
  return new DomainError(
    'BAD_REQUEST',
    "A value can't be stored: text is well-formed Unicode without NUL, and numbers stay within their range.",
  );
}
