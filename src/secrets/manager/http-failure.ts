import type { HttpFailure } from '../../connectors/kits/http/http-session.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';

/** What a status means, wherever a manager's own codes do not say more. `denied` and `signed-out` are of the gateway's own login. */
export function secretErrorOf({ status, code, about }: HttpFailure): SecretError {
  const answered = `it answered ${status}${/^\w{1,60}$/.test(code) ? ` ${code}` : ''}`;
  if (status === 429) return new SecretError('throttled');
  if (status >= 500) return new SecretError('unreachable', answered);
  if (about !== 'request') {
    // RFC 6749 refuses with 400 and 401; some managers do with 403.
    return [400, 401, 403].includes(status) ? new SecretError('signed-out', answered) : new SecretError('unreachable', answered);
  }
  if (status === 404) return new SecretError('missing');
  if (status === 401) return new SecretError('signed-out', answered);
  if (status === 403) return new SecretError('denied');
  return new SecretError('unreachable', answered);
}
