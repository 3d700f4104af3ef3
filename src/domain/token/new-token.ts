import { badRequest, DomainError } from '../errors/errors.ts';
import type { Actor } from './actor.ts';
import { permissionsOf, type Role } from './roles.ts';
import type { Token } from './token.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_DAYS = 3650;

/**
 * When a new token ends: after so many days, or with its maker, or never. A token may not outlive the one that makes it. Throws
 * BAD_REQUEST, FORBIDDEN.
 */
export function readExpiry(maker: Pick<Actor, 'expiresAt'>, days: number | null, now: number): number | null {
  if (days === null) return maker.expiresAt;
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
    throw badRequest('expiresInDays', `A token lasts from 1 to ${MOST_DAYS} days.`);
  const expiresAt = now + days * DAY_MS;
  if (maker.expiresAt !== null && expiresAt > maker.expiresAt)
    throw new DomainError('FORBIDDEN', 'A token may not outlive the one that makes it.');
  return expiresAt;
}

/**
 * Throws FORBIDDEN where a token would get a permission that it had not, and keep it for longer than the one that gives it lives: who ends
 * soon could else live on in another token.
 */
export function requireNoLongerRights(
  giver: Pick<Actor, 'expiresAt'>,
  before: readonly Role[],
  after: Pick<Token, 'expiresAt'> & { readonly roles: readonly Role[] },
): void {
  if (giver.expiresAt === null || (after.expiresAt !== null && after.expiresAt <= giver.expiresAt)) return;
  const had = permissionsOf(before);
  if ([...permissionsOf(after.roles)].some((permission) => !had.has(permission)))
    throw new DomainError('FORBIDDEN', 'A token may not keep new rights for longer than the one that gives them lives.');
}

/** Integrations that a new token is to be limited to, each once; its maker's own limit where none is asked for. Throws BAD_REQUEST. */
export function readLimit(maker: Pick<Actor, 'integrationIds'>, ids: readonly string[] | null): readonly string[] | null {
  if (ids === null) return maker.integrationIds;
  // An empty list is not the same as no list: whoever meant to limit a token must not get one for everything.
  if (ids.length === 0) throw badRequest('integrationIds', 'Name at least one integration, or leave the list out for the whole project.');
  return [...new Set(ids)];
}

/** Throws FORBIDDEN where a token would run the instance and its maker does not. */
export function requireNoWider(maker: Pick<Actor, 'operator'>, token: { readonly operator: boolean }): void {
  if (token.operator && !maker.operator) throw new DomainError('FORBIDDEN', 'Only an operator makes operator tokens.');
}
