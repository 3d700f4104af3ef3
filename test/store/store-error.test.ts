import { DrizzleQueryError } from 'drizzle-orm/errors';
import { describe, expect, test } from 'vitest';
import { DomainError } from '../../src/domain/errors/errors.ts';
import { toStoreError } from '../../src/store/store-error.ts';

const CANARY = 'CNRY0123456789abcdef';

/** An error as the drivers make them: text, and fields that quote rows. */
function driverError(code: string | null, message = `Key (secret)=(${CANARY}) already exists.`): Error {
  return Object.assign(
    new Error(message),
    { detail: CANARY, hint: CANARY, where: CANARY, internalQuery: CANARY },
    code === null ? {} : { code },
  );
}

describe('what leaves the store', () => {
  test.each([
    ['23505', 'StoreError 23505'],
    ['42P01', 'StoreError 42P01'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'StoreError SQLITE_CONSTRAINT_UNIQUE'],
    ['22021', 'DomainError BAD_REQUEST'],
    ['22003', 'DomainError BAD_REQUEST'],
    ['57014', 'DomainError UNAVAILABLE'],
    ['57P01', 'DomainError UNAVAILABLE'],
    ['25P03', 'DomainError UNAVAILABLE'],
    ['25006', 'DomainError UNAVAILABLE'],
    ['53300', 'DomainError UNAVAILABLE'],
    ['40001', 'DomainError UNAVAILABLE'],
    ['55P03', 'DomainError UNAVAILABLE'],
    ['ECONNRESET', 'DomainError UNAVAILABLE'],
    ['EAI_AGAIN', 'DomainError UNAVAILABLE'],
    ['SQLITE_BUSY_SNAPSHOT', 'DomainError UNAVAILABLE'],
    ['53100', 'DomainError STORAGE_FULL'],
    ['SQLITE_FULL', 'DomainError STORAGE_FULL'],
    ['SQLITE_IOERR_WRITE', 'DomainError STORAGE_FULL'],
    ['SQLITE_READONLY', 'DomainError STORAGE_FULL'],
    ['XX001', 'DomainError INTEGRITY'],
    ['SQLITE_CORRUPT', 'DomainError INTEGRITY'],
    ['SQLITE_NOTADB', 'DomainError INTEGRITY'],
  ])("%s becomes %s, bare and wrapped, without a word of the database's (F14, F15)", (code, expected) => {
    const driver = driverError(code);
    const shown = [driver, new DrizzleQueryError('select 1', [CANARY], driver)].map(toStoreError);
    expect(shown.map((error) => [`${error.name} ${'code' in error ? String(error.code) : ''}`, leaks(error)])).toEqual(
      Array(2).fill([expected, false]),
    );
  });

  test('a lost connection without a code is UNAVAILABLE, below the wrapper that holds every bound value, too', () => {
    const lost = driverError(null, 'Connection terminated unexpectedly');
    const shown = [lost, new DrizzleQueryError('select 1', [CANARY], lost)].map(toStoreError);
    expect(shown.map((error) => [error instanceof DomainError && error.code, leaks(error)])).toEqual(Array(2).fill(['UNAVAILABLE', false]));
  });

  test('a wrapper around what nobody knows loses its values', () => {
    const error = toStoreError(new DrizzleQueryError(`select '${CANARY}'`, [CANARY], new TypeError('of ours')));
    expect({ name: error.name, leaks: leaks(error) }).toEqual({ name: 'StoreError', leaks: false });
  });

  test('an expected refusal and a bug of ours pass as they are', () => {
    const errors = [
      new DomainError('VERSION_CONFLICT', 'no'),
      new TypeError('a bug'),
      Object.assign(new TypeError('a bug'), { code: 'ERR_INVALID_ARG_TYPE' }),
    ];
    expect(errors.map((error) => toStoreError(error) === error)).toEqual([true, true, true]);
  });
});

function leaks(error: Error): boolean {
  return `${error.message}${error.stack}${JSON.stringify(error)}${String(error.cause)}`.includes(CANARY);
}
