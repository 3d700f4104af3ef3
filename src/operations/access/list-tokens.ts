import type { PageRequest } from '../../domain/ports/page.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { isWithinReach } from '../../domain/token/revocation.ts';
import type { Services } from '../services.ts';

/** Newest first. A page that is not full is the last. */
export async function listTokens(
  { store }: Services,
  actor: Actor,
  { limit, after }: PageRequest,
): ReturnType<Services['store']['read']['tokens']['list']> {
  requirePermission(actor, 'token');
  const found: Awaited<ReturnType<typeof listTokens>>[number][] = [];
  let last = after;
  // What the actor may not see is left out, and more is read in its place.
  for (;;) {
    const page = await store.read.tokens.list(actor.projectId, { limit, after: last });
    found.push(...page.filter(({ token }) => isWithinReach(actor, token)));
    const end = page.at(-1)?.token;
    if (end === undefined || page.length < limit || found.length >= limit) return found.slice(0, limit);
    last = { at: end.createdAt, id: end.id };
  }
}
