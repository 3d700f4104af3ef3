import type { z } from 'zod';
import { badRequest } from '../../../domain/errors/errors.ts';

/**
 * What a caller sent, in the shape that it has to have. Throws BAD_REQUEST with the path of the first member that does not fit; the message
 * says what was expected there, and never what was sent.
 */
export function readAs<T>(shape: z.ZodType<T>, value: unknown, where: string): T {
  const read = shape.safeParse(value, { reportInput: false });
  if (read.success) return read.data;
  const issues = read.error.issues.map((issue) => ({ path: [where, ...issue.path].join('.'), message: expectation(issue) }));
  const [first] = issues;
  throw badRequest(first?.path ?? where, `${first?.path ?? where} ${first?.message ?? 'is not valid.'}`, { issues });
}

/** In our words, since those of a schema may quote what it was given. */
function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${article(issue.expected)}.`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}.`;
    case 'too_small':
      return `is too small: the least is ${issue.minimum}.`;
    case 'too_big':
      return `is too large: the most is ${issue.maximum}.`;
    case 'unrecognized_keys':
      return 'has a member that is not known here.';
    default:
      return 'is not valid.';
  }
}

function article(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}
