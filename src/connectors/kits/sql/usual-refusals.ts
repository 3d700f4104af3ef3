import { type Meaning, says } from '../problems.ts';
import type { TlsOptions } from './tls.ts';

/** What servers of every make refuse logins for, each in codes of its own, with what to do about it at this one. */
export function wrongPassword(resolution: string): Meaning & object {
  return says('CREDENTIALS_REJECTED', 'The server refused the user and password.', resolution);
}

export function passwordExpired(resolution: string): Meaning & object {
  return says('CREDENTIALS_REJECTED', 'The password is right, but it has expired.', resolution);
}

export function accountLocked(resolution: string): Meaning & object {
  return says('ACCESS_DENIED', 'The account is locked.', resolution);
}

export function noDatabase(resolution: string): Meaning & object {
  return says('DATABASE_NOT_FOUND', 'There is no database of that name on this server.', resolution);
}

export function noConnectionLeft(resolution: string): Meaning & object {
  return says('RATE_LIMITED', 'The server, or the login, has no connection left.', `Try again later, or raise ${resolution}.`);
}

/** What may be the reason, too, that a server lets a login in from nowhere. */
export function orTls(ssl: TlsOptions | undefined): string {
  return ssl?.disabled === true ? ' (it may ask for TLS, which is disabled here)' : '';
}

/** `how` is what turns TLS on there. */
export function noTls(how: string): Meaning & object {
  return {
    code: 'TLS_UNAVAILABLE',
    resolution: `Turn TLS on at the server (${how}), or leave sslOptions out if the network is trusted.`,
  };
}
