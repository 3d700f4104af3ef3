import { RETRYABLE_PROBLEMS, VALIDATION_CODES } from '../../../build/domain/connector/validation.js';
import { ERROR_CODES, RETRYABLE_CODES } from '../../../build/domain/errors/errors.js';
import { code, page, table } from '../markdown.mjs';

export default page(
  'error-codes',
  'Error codes',
  'Every expected failure has one of these codes, in GraphQL as `extensions.code`; anything else is a fault of ours and is masked as INTERNAL. No error holds a value that a caller sent. On `/graphql` an answer to a document is 200 whatever its errors, as clients expect; 401, 413, 415, 429 and 503 are statuses there, too, and with `Accept: application/graphql-response+json` all are.',
  [
    table(
      ['code', 'HTTP status', 'may pass by itself', 'meaning', 'what to do'],
      Object.entries(ERROR_CODES).map(([name, { status, meaning, next }]) => [
        code(name),
        status,
        yes(RETRYABLE_CODES.has(name)),
        meaning,
        next,
      ]),
    ),
    '## Codes of a validation\n\nA failed validation is an answer, not an error. Each of its problems has one of these codes, a cause, a message for people, and a resolution.',
    table(
      ['code', 'may pass by itself', 'meaning'],
      Object.entries(VALIDATION_CODES).map(([name, meaning]) => [code(name), yes(RETRYABLE_PROBLEMS.has(name)), meaning]),
    ),
  ],
);

function yes(holds) {
  return holds ? 'yes' : '';
}
