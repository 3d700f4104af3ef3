import { EgressError } from '../../domain/connector/egress.ts';
import { HttpFailure } from '../kits/http/http-session.ts';
import { type Meaning, type Meanings, says } from '../kits/problems.ts';
import { identifier } from '../kits/sql/upper-case-names.ts';
import type { SnowflakeDetails } from './fields.ts';

/** What Snowflake's login codes mean to somebody who just gave credentials. */
export const refusals: Meanings<SnowflakeDetails> = {
  390100: says(
    'CREDENTIALS_REJECTED',
    'Snowflake refused the user and password.',
    'Check both: Snowflake says the same for a wrong password and for a user that does not exist. Set a new one with ALTER USER ... SET PASSWORD if in doubt.',
  ),
  390144: says(
    'CREDENTIALS_REJECTED',
    'Snowflake refused the key.',
    'Set the public key of this private key on this very user: ALTER USER ... SET RSA_PUBLIC_KEY (or RSA_PUBLIC_KEY_2 while keys rotate).',
  ),
  390303: says(
    'CREDENTIALS_REJECTED',
    'Snowflake refused the OAuth token.',
    'Check that the security integration of the account trusts this authorization server and audience, and that the token names a user whom Snowflake knows.',
  ),
  390318: says('CREDENTIALS_REJECTED', 'The OAuth token has expired.', 'Check the clock of the authorization server.'),
  394400: says(
    'CREDENTIALS_REJECTED',
    'Snowflake refused the access token.',
    'Make a new one with ALTER USER ... ADD PROGRAMMATIC ACCESS TOKEN; it is taken only from a user to whom a network policy applies.',
  ),
  390189: ({ role = '' }) =>
    says(
      'PERMISSION_MISSING',
      'The login is right, but it may not take the role.',
      `Check the spelling of the role, or run: GRANT ROLE ${identifier(role)} TO USER <user>;`,
    ),
};

/** Refusals that are told apart by their text, as their codes are not documented. */
const BY_TEXT: readonly (readonly [RegExp, string, string])[] = [
  [
    /temporarily locked/i,
    'The user is locked after too many failed logins.',
    'Wait 15 minutes, or run: ALTER USER <user> SET MINS_TO_UNLOCK = 0;',
  ],
  [/disabled/i, 'The user is disabled.', 'Run: ALTER USER <user> SET DISABLED = FALSE;'],
  [
    /not allowed to access|network policy/i,
    "A network policy does not let this gateway's address in.",
    'Add it to the network policy of the user or of the account.',
  ],
  [
    /\bMFA\b|multi-?factor/i,
    'This user has to confirm logins with a second factor, which a job can not.',
    'Use a user of TYPE = SERVICE with a key pair, OAuth or a programmatic access token.',
  ],
  [/password (has )?expired|must be changed/i, 'The password has expired.', 'Set a new one with ALTER USER ... SET PASSWORD.'],
];

/** What is not there and what may not be seen have one code, which some statements spell in other ways. */
export const ABSENT_OR_HIDDEN = ['002003', '002043', '003001'];

/** What the codes of logins do not say. */
export function explain(error: unknown): Meaning | null {
  if (!(error instanceof HttpFailure) || error.about === 'token') return null;
  const { about, status, code, text } = error;
  // A statement that Snowflake cancelled, as it took longer than the session allows.
  if (code === '000604' || code === '000630') throw new EgressError('TIMEOUT');
  if (status === 429 || status >= 500 || Object.hasOwn(refusals, code)) return null;
  const [, message, resolution] = BY_TEXT.find(([pattern]) => pattern.test(text)) ?? [];
  if (message !== undefined && resolution !== undefined) return says('ACCESS_DENIED', message, resolution);
  if (status === 403 || status === 404 || code === '')
    return says(
      'PROTOCOL_ERROR',
      'No Snowflake account answers at that address.',
      'Check account: it is the part before .snowflakecomputing.com, region included, as Snowflake shows it under Account details.',
    );
  return about === 'login'
    ? says('ACCESS_DENIED', 'Snowflake did not accept the login.', 'Look the code up in LOGIN_HISTORY, at the time of this check.')
    : says('ACCESS_DENIED', 'Snowflake did not run the check.', 'Look the statement up in QUERY_HISTORY, at the time of this check.');
}
