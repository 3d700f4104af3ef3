import type { HttpFailure } from '../http/http-session.ts';
import { type Meaning, says } from '../problems.ts';
import { googleTokenMeaning } from './google-token.ts';

const API_OFF = says(
  'ACCESS_DENIED',
  'The API is not enabled in the project, or there is no such project.',
  'Check the project, and enable the API: gcloud services enable bigquery.googleapis.com, or the one of this kind.',
);

/** https://cloud.google.com/bigquery/docs/error-messages and https://cloud.google.com/apis/design/errors */
const BY_REASON: Readonly<Record<string, Meaning>> = {
  accessDenied: 'ACCESS_DENIED',
  PERMISSION_DENIED: 'ACCESS_DENIED',
  IAM_PERMISSION_DENIED: says(
    'ACCESS_DENIED',
    'The service account may not do this, or there is no such project.',
    'Check the project, and grant the service account a role in it.',
  ),
  accessNotConfigured: API_OFF,
  SERVICE_DISABLED: API_OFF,
  billingNotEnabled: says('ACCESS_DENIED', 'The project has no billing account.', 'Enable billing for the project.'),
  quotaExceeded: 'RATE_LIMITED',
  rateLimitExceeded: 'RATE_LIMITED',
  RATE_LIMIT_EXCEEDED: 'RATE_LIMITED',
  RESOURCE_EXHAUSTED: 'RATE_LIMITED',
  notFound: says('DATABASE_NOT_FOUND', 'There is nothing of that name in the project.', 'Check the project and the names.'),
  NOT_FOUND: says('DATABASE_NOT_FOUND', 'There is nothing of that name in the project.', 'Check the project and the names.'),
};

const BY_STATUS: Readonly<Record<number, string>> = { 403: 'accessDenied', 404: 'notFound', 429: 'RESOURCE_EXHAUSTED' };

/** What a refusal of Google means; null where its status alone says it. */
export function googleMeaning(failure: HttpFailure): Meaning | null {
  const { about, code, status } = failure;
  if (about === 'token') return googleTokenMeaning(failure);
  // Reasons are many, and each API has some of its own.
  const known = [code, BY_STATUS[status]].find((reason) => reason !== undefined && Object.hasOwn(BY_REASON, reason));
  return known === undefined ? null : (BY_REASON[known] ?? null);
}
