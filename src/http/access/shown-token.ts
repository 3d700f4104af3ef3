import type { ShownToken } from '../../admission/failed-login-throttle.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { headerOf, type RawRequest } from '../headers.ts';

/**
 * The token that a request shows in either form of ours; the id is checked where it is sent. Both forms are read where they show the same
 * one, or Authorization is of another scheme, which is a proxy's. Throws BAD_REQUEST where it can't be told which is meant.
 */
export function shownToken(request: RawRequest): ShownToken | null {
  const authorization = headerOf(request, 'authorization');
  const own = headerOf(request, 'x-mcd-token');
  const bearer = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization ?? '')?.[1];
  if (own !== undefined && bearer !== undefined && own !== bearer)
    throw badRequest('authorization', 'x-mcd-token and Authorization show two tokens. Send one.');
  const secret = own ?? bearer ?? (authorization === undefined ? undefined : '');
  const id = headerOf(request, 'x-mcd-id');
  return secret === undefined ? null : id === undefined ? { secret } : { secret, id };
}

/** The token behind one of these schemes of Authorization, in any case; an empty one behind another scheme, and null without the header. */
export function tokenOfSchemes(...schemes: readonly string[]): (request: RawRequest) => ShownToken | null {
  const form = new RegExp(`^(?:${schemes.join('|')}) +([\\x21-\\x7e]{1,200})$`, 'i');
  return (request) => {
    const authorization = headerOf(request, 'authorization');
    return authorization === undefined ? null : { secret: form.exec(authorization)?.[1] ?? '' };
  };
}
