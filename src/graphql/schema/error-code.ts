import { ERROR_CODES, type ErrorCode, RETRYABLE_CODES } from '../../domain/errors/errors.ts';
import type { Builder } from './builder.ts';

export type ErrorCodeEnum = ReturnType<typeof createErrorCode>;

/** The codes that an expected failure may have. */
export function createErrorCode(builder: Builder) {
  const errorCode = builder.enumType('ErrorCode', {
    values: Object.fromEntries(Object.entries(ERROR_CODES).map(([code, { meaning }]) => [code, { description: meaning }])) as Record<
      ErrorCode,
      { description: string }
    >,
  });
  const errorCodeInfo = builder.objectRef<{ readonly code: ErrorCode }>('ErrorCodeInfo').implement({
    fields: (t) => ({
      code: t.field({ type: errorCode, nullable: false, resolve: (row) => row.code }),
      status: t.int({
        nullable: false,
        description: 'The HTTP status where one is told: see the reference of error codes.',
        resolve: (row) => ERROR_CODES[row.code].status,
      }),
      meaning: t.string({ nullable: false, resolve: (row) => ERROR_CODES[row.code].meaning }),
      next: t.string({ nullable: false, description: 'What to do.', resolve: (row) => ERROR_CODES[row.code].next }),
      retryable: t.boolean({
        nullable: false,
        description: 'The cause is not the request: the same request may succeed later.',
        resolve: (row) => RETRYABLE_CODES.has(row.code),
      }),
    }),
  });
  builder.queryFields((t) => ({
    errorCodes: t.field({
      type: [errorCodeInfo],
      nullable: false,
      description: 'Every code that an expected failure may have.',
      resolve: () => (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => ({ code })),
    }),
  }));
  return errorCode;
}
