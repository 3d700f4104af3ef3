import { DomainError, type ErrorCode } from '../../../domain/errors/errors.ts';
import type { BodyCode, FieldProblem } from '../fields/field-problems.ts';

/** Codes of MongoDB Atlas that our own do not say, each with ours, by which logs and the audit know it. */
const OWN = {
  INTEGRATION_NOT_CONFIGURED: 'NOT_FOUND',
  INTEGRATION_ALREADY_CONFIGURED: 'NAME_TAKEN',
  INTEGRATION_FIELDS_INVALID: 'BAD_REQUEST',
  INVALID_DATADOG_API_KEY: 'BAD_REQUEST',
  INVALID_PAGER_DUTY_SERVICE_KEY: 'BAD_REQUEST',
  HIPCHAT_NOT_SUPPORTED: 'BAD_REQUEST',
  MISSING_ATTRIBUTE: 'BAD_REQUEST',
  INVALID_ATTRIBUTE: 'BAD_REQUEST',
  INVALID_ENUM_VALUE: 'BAD_REQUEST',
  INVALID_URL: 'BAD_REQUEST',
  INVALID_JSON_ATTRIBUTE: 'BAD_REQUEST',
  INVALID_QUERY_PARAMETER: 'BAD_REQUEST',
  INVALID_PATH_PARAMETER: 'BAD_REQUEST',
  INVALID_VERSION_DATE: 'BAD_REQUEST',
  NOT_IN_GROUP: 'FORBIDDEN',
  USER_UNAUTHORIZED: 'FORBIDDEN',
  INVALID_GROUP_ID: 'NOT_FOUND',
  GROUP_NOT_FOUND: 'NOT_FOUND',
} as const satisfies Readonly<Record<string, ErrorCode>> & Readonly<Record<BodyCode, ErrorCode>>;

export type AtlasCode = keyof typeof OWN;

/** What an Atlas error says beside its code. */
export interface AtlasFailure {
  readonly errorCode: string;
  readonly parameters: readonly unknown[];
  readonly fields?: readonly Pick<FieldProblem, 'field' | 'description'>[];
}

/** A refusal in the words of MongoDB Atlas. Neither the detail nor the parameters hold what a caller gave as a secret. */
export function atlasError(
  errorCode: AtlasCode,
  detail: string,
  parameters: readonly unknown[] = [],
  fields?: AtlasFailure['fields'],
): DomainError {
  const atlas: AtlasFailure = { errorCode, parameters, ...(fields === undefined ? {} : { fields }) };
  return new DomainError(OWN[errorCode], detail, { atlas });
}

/** Null for an error of ours. */
export function failureOf({ details }: DomainError): AtlasFailure | null {
  const { atlas } = details;
  // Only `atlasError` writes it.
  return typeof atlas === 'object' && atlas !== null ? (atlas as AtlasFailure) : null;
}

/** Several fields are told together; the code is that of the first. */
export function fieldsError(problems: readonly FieldProblem[], body: Readonly<Record<string, unknown>>): DomainError {
  const [first] = problems;
  if (first === undefined) throw new TypeError('Without a problem there is no error.');
  const { field, code, description } = first;
  const named = code === 'MISSING_ATTRIBUTE' || code === 'INVALID_ATTRIBUTE' || code === 'INVALID_JSON_ATTRIBUTE';
  // Only what could be a word of an enumeration is repeated: a secret may have been put into the wrong field.
  const value = code === 'INVALID_ENUM_VALUE' && /^[A-Za-z0-9_]{1,12}$/.test(String(body[field])) ? [body[field]] : [];
  return atlasError(code, `Integration field ${field} ${description}.`, named ? [field] : value, problems);
}
