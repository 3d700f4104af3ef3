import type { HttpFailure } from '../../kits/http/http-session.ts';
import { type Meaning, says } from '../../kits/problems.ts';

const NO_API = says(
  'ACCESS_DENIED',
  'Salesforce does not let this user or organisation use the API.',
  'Give the user the permission API Enabled.',
);

const BY_CODE: Readonly<Record<string, Meaning>> = {
  INVALID_LOGIN: says(
    'CREDENTIALS_REJECTED',
    'Salesforce refused the user. It says the same of a locked one, and of one of another environment.',
    'Check user, password and security token, and that domain is test for a sandbox.',
  ),
  LOGIN_MUST_USE_SECURITY_TOKEN: says('CREDENTIALS_REJECTED', 'Salesforce wants the security token of the user.', 'Give it as token.'),
  API_DISABLED_FOR_ORG: NO_API,
  INSUFFICIENT_ACCESS: says(
    'ACCESS_DENIED',
    'The user may not sign in by the SOAP login, which newer organisations have turned off.',
    'Use consumerKey and consumerSecret, or give the user the permission Use Any API Auth.',
  ),
  LOGIN_RATE_EXCEEDED: 'RATE_LIMITED',
  REQUEST_LIMIT_EXCEEDED: 'RATE_LIMITED',
  SERVER_UNAVAILABLE: 'PROVIDER_DOWN',
  INVALID_SESSION_ID: 'CREDENTIALS_REJECTED',
};

const REFUSED_APP = says('CREDENTIALS_REJECTED', 'Salesforce refused the app.', 'Check consumerKey and consumerSecret.');

/** Faults of SOAP come with status 500, and refusals of REST in a list: in both the code tells, wherever it stands. */
export function explainSalesforce({ about, code, text }: HttpFailure): Meaning | null {
  if (about === 'token') return explainToken(code, text);
  if (/LOGIN_DURING_RESTRICTED_/.test(text))
    return says(
      'ACCESS_DENIED',
      'The user may not sign in from here or at this hour.',
      "Add this gateway's address to the login ranges of its profile.",
    );
  const known = Object.keys(BY_CODE).find((name) => new RegExp(`\\b(sf:)?${name}\\b`).test(text));
  return known === undefined ? null : (BY_CODE[known] ?? null);
}

function explainToken(code: string, text: string): Meaning | null {
  if (code === 'invalid_client_id' || code === 'invalid_client') return REFUSED_APP;
  if (code !== 'invalid_grant') return null;
  if (/not supported on this domain/i.test(text))
    return says('DATABASE_NOT_FOUND', 'That domain takes no apps.', 'Give the My Domain of the organisation, not login or test.');
  return says(
    'ACCESS_DENIED',
    'The app has no client credentials flow, or nobody that it runs as.',
    'Turn the flow on in the app, and give it a user to run as.',
  );
}
