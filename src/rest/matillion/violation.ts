import { badRequest, type DomainError } from '../../domain/errors/errors.ts';

/** Something that is wrong with a request: where, in its sender's words, and why. Never what was sent. */
export interface Violation {
  readonly path: string;
  readonly message: string;
}

/** Throws BAD_REQUEST with all of them, if there are any. */
export function refuse(violations: readonly Violation[], detail: string): void {
  if (violations.length > 0) throw violation(violations, detail);
}

export function violation(violations: readonly Violation[], detail: string): DomainError {
  return badRequest(violations[0]?.path ?? 'body', detail, { violations: violations.map(({ path, message }) => `${path}: ${message}`) });
}
