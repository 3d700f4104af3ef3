import { notFound } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { mayRevoke, requireOwnerLeft } from '../../domain/token/revocation.ts';
import { record } from '../audit/record.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import type { Services } from '../services.ts';
import { lockTokens, writeAs } from '../write-as.ts';

/**
 * Ends a token at once. The last live owner of a project stays: of two owners revoking each other one is refused. Throws NOT_FOUND for
 * `what`, the caller's word for it: whatever exists elsewhere is refused as what exists nowhere.
 */
export async function revokeToken(services: Services, actor: Actor, tokenId: string, what = 'token'): Promise<void> {
  requirePermission(actor, 'token');
  await writeAs(services, actor, async (tx) => {
    await lockTokens(tx, actor);
    const found = await tx.tokens.find(tokenId);
    const grant = found?.grants.find(({ projectId }) => projectId === actor.projectId) ?? null;
    if (found === null || grant === null || !mayRevoke(actor, found.token, grant)) throw notFound(what, tokenId);
    const now = await tx.now();
    if (!(await tx.tokens.revoke(tokenId, now))) {
      if (await endedByEarlierRun(services, tx, actor, { action: 'token.revoke', entityId: tokenId })) return;
      throw notFound(what, tokenId);
    }
    requireOwnerLeft(grant, await tx.tokens.countOwners(actor.projectId, now));
    await record(services, tx, actor, { action: 'token.revoke', entity: 'token', entityId: tokenId, details: {} });
  });
}
