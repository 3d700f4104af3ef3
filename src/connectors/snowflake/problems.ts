import { EgressError } from '../../domain/connector/egress.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { OAuthError } from '../shared/oauth.ts';
import type { SnowflakeDetails } from './index.ts';
import { KeyError } from './key-pair.ts';
import { SnowflakeError } from './session.ts';

type Explain = (cause: string, details: SnowflakeDetails) => Problem;

const rejected =
  (friendlyMessage: string, resolution: string): Explain =>
  (cause) => ({ code: 'CREDENTIALS_REJECTED', cause, friendlyMessage, resolution });
const denied =
  (friendlyMessage: string, resolution: string): Explain =>
  (cause) => ({ code: 'ACCESS_DENIED', cause, friendlyMessage, resolution });

/** What Snowflake's login codes mean to somebody who just gave credentials. */
const BY_CODE: Readonly<Record<string, Explain>> = {
  '390100': rejected(
    'Snowflake refused the user and password.',
    'Check both: Snowflake says the same for a wrong password and for a user that does not exist. Set a new one with ALTER USER ... SET PASSWORD if in doubt.',
  ),
  '390144': rejected(
    'Snowflake refused the signature of the private key.',
    'Check that the public key of this private key is set on this very user of this account: ALTER USER ... SET RSA_PUBLIC_KEY (or RSA_PUBLIC_KEY_2 while keys rotate).',
  ),
  '390303': rejected(
    'Snowflake refused the OAuth token.',
    'Check that the security integration of the account trusts this authorization server and audience, and that the token names a user whom Snowflake knows.',
  ),
  '390318': rejected('The OAuth token has expired.', 'Check the clock of the authorization server.'),
  '394400': rejected(
    'Snowflake refused the programmatic access token.',
    'Make a new token with ALTER USER ... ADD PROGRAMMATIC ACCESS TOKEN; check that it is for this user, and that a network policy applies to the user, without which no token is taken.',
  ),
  '390189': (cause, { role }) => ({
    code: 'PERMISSION_MISSING',
    cause,
    friendlyMessage: 'The login is right, but it may not take the role.',
    resolution: `Check the spelling of the role, or run: GRANT ROLE ${identifier(role ?? '')} TO USER <user>;`,
  }),
};

/** A statement that Snowflake cancelled, as it took longer than the session allows. */
const CANCELLED = new Set(['000604', '000630']);

/** Refusals that are told apart by their text, as their codes are not documented. */
const BY_TEXT: readonly (readonly [RegExp, Explain])[] = [
  [
    /temporarily locked/i,
    denied('The user is locked after too many failed logins.', 'Wait 15 minutes, or run: ALTER USER <user> SET MINS_TO_UNLOCK = 0;'),
  ],
  [/disabled/i, denied('The user is disabled.', 'Run: ALTER USER <user> SET DISABLED = FALSE;')],
  [
    /not allowed to access|network policy/i,
    denied(
      "A network policy does not let this gateway's address in.",
      "Add the gateway's address to the network policy of the user or the account.",
    ),
  ],
  [
    /multi-?factor|\bMFA\b/i,
    denied(
      'This user has to confirm logins with a second factor, which a job can not.',
      'Use a user of TYPE = SERVICE with a key pair, OAuth or a programmatic access token.',
    ),
  ],
  [/password (has )?expired|must be changed/i, denied('The password has expired.', 'Set a new one with ALTER USER ... SET PASSWORD.')],
];

/** A problem for what Snowflake or the token endpoint answered; for what the network did an EgressError is thrown on, which the worker explains. */
export function problemOf(error: unknown, details: SnowflakeDetails): Problem {
  if (error instanceof OAuthError) return oauthProblem(error.status);
  if (error instanceof KeyError) return unreadableKey();
  if (!(error instanceof SnowflakeError)) throw error;
  const { stage, status, code, text } = error;
  const cause = `${stage === 'login' ? 'the login' : 'the statement'} failed${/^\d{1,9}$/.test(code) ? ` (${code})` : ` with status ${status}`}`;
  if (CANCELLED.has(code)) throw new EgressError('TIMEOUT');
  if (status === 429) return busy(cause);
  if (status >= 500)
    return {
      code: 'PROVIDER_DOWN',
      cause,
      friendlyMessage: 'Snowflake is not working at the moment.',
      resolution: 'Try again when it is.',
    };
  const explain = BY_CODE[code] ?? BY_TEXT.find(([pattern]) => pattern.test(text))?.[1];
  if (explain !== undefined) return explain(cause, details);
  if (status === 403 || status === 404 || code === '')
    return {
      code: 'PROTOCOL_ERROR',
      cause,
      friendlyMessage: 'No Snowflake account answers at that address.',
      resolution:
        'Check account: it is the part before .snowflakecomputing.com, region included, as Snowflake shows it under Account details.',
    };
  return {
    code: 'ACCESS_DENIED',
    cause,
    friendlyMessage: stage === 'login' ? 'Snowflake did not accept the login.' : 'Snowflake did not run the check.',
    resolution:
      stage === 'login'
        ? 'Look the code up in LOGIN_HISTORY, at the time of this check.'
        : 'Look the statement up in QUERY_HISTORY, at the time of this check.',
  };
}

function unreadableKey(): Problem {
  return {
    code: 'CREDENTIALS_REJECTED',
    cause: 'the private key could not be read',
    friendlyMessage: 'The private key is no RSA key, or the passphrase is not its own.',
    resolution: 'Check privateKeyPassphrase, which an encrypted key needs, and that privateKey is base64 of the whole PEM file.',
  };
}

function busy(cause: string): Problem {
  return { code: 'RATE_LIMITED', cause, friendlyMessage: 'Snowflake asked to be called less often.', resolution: 'Try again later.' };
}

function oauthProblem(status: number): Problem {
  const cause = `the token endpoint answered ${status}`;
  if (status === 429) return { ...busy(cause), friendlyMessage: 'The authorization server asked to be called less often.' };
  if (status >= 500)
    return {
      code: 'PROVIDER_DOWN',
      cause,
      friendlyMessage: 'The authorization server is not working at the moment.',
      resolution: 'Try again when it is.',
    };
  if (status === 400 || status === 401 || status === 403)
    return {
      code: 'CREDENTIALS_REJECTED',
      cause,
      friendlyMessage: 'The authorization server refused the client.',
      resolution: 'Check clientId, clientSecret and scope, and username and password for the grant type password.',
    };
  return {
    code: 'PROTOCOL_ERROR',
    cause,
    friendlyMessage: 'What answered is not a token endpoint.',
    resolution: 'Check oauth.accessTokenEndpoint.',
  };
}

/** A name as SQL takes it. Like Snowflake, one that needs no quotes is upper case, and one in quotes is as it is. */
export function identifier(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_$]*$/.test(name)) return `"${name.toUpperCase()}"`;
  const inner = /^"((?:[^"]|"")*)"$/.exec(name)?.[1]?.replaceAll('""', '"') ?? name;
  return quoted(inner);
}

/** A name that Snowflake itself gave, exactly so. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
