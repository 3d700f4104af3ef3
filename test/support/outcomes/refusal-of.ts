import { DomainError, type ErrorCode } from '../../../src/domain/errors/errors.ts';

/** The code that a rule refuses with, or `ok`. Whatever is thrown besides is a bug, and goes on. */
export function refusalOf(rule: () => unknown): ErrorCode | 'ok' {
  try {
    rule();
    return 'ok';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

/** The same of what refuses later. */
export async function laterRefusalOf(work: Promise<unknown>): Promise<ErrorCode | 'ok'> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    return refusalOf(() => {
      throw error;
    });
  }
}
