import { EgressError } from '../../domain/connector/egress.ts';
import { HttpFailure } from '../kits/http/http-session.ts';
import { type Meaning, type Meanings, says } from '../kits/problems.ts';
import { doubleQuoted } from '../kits/sql/sql-session.ts';
import type { SnowflakeDetails } from './fields.ts';

/** What Snowflake's login codes mean to somebody who just gave credentials. */
export const refusals: Meanings<SnowflakeDetails> = {
  390100: says('CREDENTIALS_REJECTED', 'Snowflake refused the user and password.', 'Check both: it says the same for an unknown user.'),
  390144: says(
    'CREDENTIALS_REJECTED',
    'Snowflake refused the key.',
    'Check RSA_PUBLIC_KEY of this very user, or RSA_PUBLIC_KEY_2 while keys rotate.',
  ),
  390303: says('CREDENTIALS_REJECTED', 'Snowflake refused the OAuth token.', 'Check the security integration, and the user that it names.'),
  390318: says('CREDENTIALS_REJECTED', 'The OAuth token has expired.', 'Check the clock of the authorization server.'),
  394400: says('CREDENTIALS_REJECTED', 'Snowflake refused the access token.', 'Make a new one; the user needs a network policy, too.'),
  390189: ({ role = '' }) =>
    says('PERMISSION_MISSING', 'The login is right, but it may not take the role.', `Run: GRANT ROLE ${identifier(role)} TO USER <user>;`),
};

/** Refusals that are told apart by their text, as their codes are not documented. */
const BY_TEXT: readonly (readonly [RegExp, string, string])[] = [
  [/temporarily locked/i, 'The user is locked after too many failed logins.', 'Run: ALTER USER <user> SET MINS_TO_UNLOCK = 0;'],
  [/disabled/i, 'The user is disabled.', 'Run: ALTER USER <user> SET DISABLED = FALSE;'],
  [/not allowed to access|network policy/i, "A network policy does not let this gateway's address in.", 'Add it to that policy.'],
  [/\bMFA\b|multi-?factor/i, 'This user has to confirm logins with a second factor, which a job can not.', 'Use one of TYPE = SERVICE.'],
  [/password (has )?expired|must be changed/i, 'The password has expired.', 'Set a new one with ALTER USER ... SET PASSWORD.'],
];

/** What is not there and what may not be seen have one code, which some statements spell in other ways. */
const ABSENT_OR_HIDDEN = new Set(['002003', '002043', '003001']);

export function isAbsentOrHidden(error: unknown): boolean {
  return error instanceof HttpFailure && error.about === 'request' && ABSENT_OR_HIDDEN.has(error.code);
}

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
    return says('PROTOCOL_ERROR', 'No Snowflake account answers at that address.', 'Check account, as Account details shows it.');
  return about === 'login'
    ? says('ACCESS_DENIED', 'Snowflake did not accept the login.', 'Look the code up in LOGIN_HISTORY.')
    : says('ACCESS_DENIED', 'Snowflake did not run the check.', 'Look the statement up in QUERY_HISTORY.');
}

/** A name as SQL takes it. Like Snowflake, one that needs no quotes is upper case, and one in quotes is as it is. */
export function identifier(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_$]*$/.test(name)) return `"${name.toUpperCase()}"`;
  return doubleQuoted(/^"((?:[^"]|"")*)"$/.exec(name)?.[1]?.replaceAll('""', '"') ?? name);
}
