import { DomainError } from '../../domain/errors/errors.ts';
import type { PageRequest } from '../../domain/ports/page.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { isWithinReach } from '../../domain/token/revocation.ts';
import type { Token, TokenGrant } from '../../domain/token/token.ts';
import { actorId, type Services } from '../services.ts';

export interface ListedToken {
  readonly token: Token;
  readonly grants: readonly TokenGrant[];
}

/** Newest first. A page that is not full is the last. */
export async function listTokens(
  { store }: Services,
  actor: Actor,
  { limit, after }: PageRequest,
): ReturnType<Services['store']['read']['tokens']['list']> {
  requirePermission(actor, 'token');
  const found: ListedToken[] = [];
  let last = after;
  // What the actor may not see is left out, and more is read in its place.
  for (;;) {
    const page = await store.read.tokens.list(actor.projectId, { limit, after: last });
    found.push(...page.filter(({ token }) => holds(token, (one) => isWithinReach(actor, one)) ?? actor.integrationIds === null));
    const end = page.at(-1)?.token;
    if (end === undefined || page.length < limit || found.length >= limit) return found.slice(0, limit);
    last = { at: end.createdAt, id: end.id };
  }
}

/** Null for a token that was altered past the gateway: nobody knows what it is, and whoever sees all tokens is told so in its place. */
function holds(token: Token, fits: (token: Token) => boolean): boolean | null {
  try {
    return fits(token);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'INTEGRITY') return null;
    throw error;
  }
}

const PAGE = 100;

/** The tokens that fit, of all that `listTokens` gives, newest first: at most `most`. */
export async function tokensWhere(
  services: Services,
  actor: Actor,
  most: number,
  fits: (token: Token) => boolean,
): Promise<readonly ListedToken[]> {
  const found: ListedToken[] = [];
  for (let after: PageRequest['after'] = null; ; ) {
    const page: readonly ListedToken[] = await listTokens(services, actor, { limit: PAGE, after });
    found.push(...page.filter(({ token }) => holds(token, fits) ?? true));
    const last = page.at(-1)?.token;
    if (last === undefined || page.length < PAGE || found.length >= most) return found.slice(0, most);
    after = { at: last.createdAt, id: last.id };
  }
}

export interface TokenQuery {
  /** The whole project's, or those that the actor is or has made. */
  readonly of: 'account' | 'user';
  /** Of services or of people alone; null for both. */
  readonly isService: boolean | null;
}

/** Tokens that are no integration keys and have not been revoked, newest first, at most `most`. Throws FORBIDDEN for the whole project's. */
export async function listTokensOf(
  services: Services,
  actor: Actor,
  { of, isService }: TokenQuery,
  most: number,
): Promise<readonly ListedToken[]> {
  const { tokenId } = actor;
  const fits = ({ kind, keyScope, revokedAt }: Token) =>
    keyScope === null && revokedAt === null && (isService === null || isService === (kind === 'svc'));
  if (of === 'account') return await tokensWhere(services, actor, most, fits);
  const itself = tokenId === null ? null : await services.store.read.tokens.find(tokenId);
  const own = itself === null || !fits(itself.token) ? [] : [itself];
  // Whoever may not make tokens has made none.
  if (!actor.permissions.has('token')) return own;
  const maker = actorId(actor);
  const made = await tokensWhere(services, actor, most, (token) => fits(token) && token.createdBy === maker && token.id !== tokenId);
  return [...made, ...own].slice(0, most);
}
