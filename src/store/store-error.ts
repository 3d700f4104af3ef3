import { DomainError } from '../domain/errors.ts';

/** A failure of the database that nobody expected. It holds the code alone: messages of both engines can carry row data. */
export class StoreError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`The store failed (${code}).`);
    this.name = 'StoreError';
    this.code = code;
  }
}

/** The engine's own code of an error, found below Drizzle's wrapper; null for an error that is not the database's. */
export function databaseCode(error: unknown): string | null {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    if ('code' in current && typeof current.code === 'string' && /^(SQLITE_|[0-9A-Z]{5}$|E[A-Z]+$)/.test(current.code)) return current.code;
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
  return code === '40001' || code === '40P01' || code === '55P03' || code?.startsWith('SQLITE_BUSY') === true;
}

export function isConnectionFailure(error: unknown): boolean {
  const code = databaseCode(error);
  if (code !== null) return /^(08|57P0|53)/.test(code) || /^E[A-Z]+$/.test(code);
  return error instanceof Error && /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|connection ended/i.test(error.message);
}

/** Everything that leaves the store passes here: our own errors as they are, the database's as a code without its text. */
export function toStoreError(error: unknown): Error {
  if (error instanceof DomainError || error instanceof StoreError) return error;
  const code = databaseCode(error);
  if (code !== null && /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN)/.test(code)) return new DomainError('STORAGE_FULL', 'The store cannot write. Free space on its disk, then try again.', { retryAfterSeconds: 5 });
  if (code !== null && /^SQLITE_(CORRUPT|NOTADB)/.test(code)) return new DomainError('INTEGRITY', 'The store\'s file is damaged. Run `changeover doctor`, then restore it from a backup.');
  if (code === '53100') return new DomainError('STORAGE_FULL', 'The database server has no space left.', { retryAfterSeconds: 5 });
  if (isTransient(error) || isConnectionFailure(error) || code === '57014') return unavailable();
  if (code !== null) return new StoreError(code);
  // Not the database's: a bug of ours passes unchanged and is masked further up.
  return error instanceof Error ? error : new StoreError('unknown');
}

export function unavailable(): DomainError {
  return new DomainError('UNAVAILABLE', 'The store cannot be reached at the moment.', { retryAfterSeconds: 1 });
}

export function outcomeUnknown(): DomainError {
  return new DomainError('OUTCOME_UNKNOWN', 'The store did not say whether the commit took effect. Repeat the request with the same key.', { retryAfterSeconds: 1 });
}
