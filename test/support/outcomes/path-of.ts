import { DomainError } from '../../../src/domain/errors/errors.ts';

/** The path of the caller's input that a rule refuses, or null where it refuses nothing. */
export function pathOf(rule: () => unknown): unknown {
  try {
    rule();
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.details.path;
    throw error;
  }
}
