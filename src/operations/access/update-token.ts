import { readName } from '../../domain/connection/names.ts';
import { notFound } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { readExpiry, requireNoLongerRights, requireNoWider } from '../../domain/token/new-token.ts';
import { mayRevoke, requireOwnerLeft } from '../../domain/token/revocation.ts';
import { readRoles } from '../../domain/token/roles.ts';
import type { Token, TokenGrant } from '../../domain/token/token.ts';
import { grantInUse } from '../../domain/token/token-life.ts';
import { record } from '../audit/record.ts';
import type { Services } from '../services.ts';
import { lockTokens, writeAs } from '../write-as.ts';

/** Undefined keeps; null clears the comment. */
export interface UpdateToken {
  readonly tokenId: string;
  readonly name?: string | undefined;
  readonly comment?: string | null | undefined;
  /** From now on. */
  readonly expiresInDays?: number | undefined;
  readonly roles?: readonly string[] | undefined;
}

/**
 * Changes a live service token of the project, whose secret stays. It becomes neither wider nor longer-lived than the actor's own, and the
 * last owner stays one: of two owners who demote each other one is refused. Throws NOT_FOUND, FORBIDDEN, BAD_REQUEST.
 */
export async function updateToken(services: Services, actor: Actor, input: UpdateToken): Promise<Token> {
  requirePermission(actor, 'token');
  const roles = input.roles === undefined ? null : readRoles(input.roles);
  const name = input.name === undefined ? null : readName(input.name, 'displayName');
  return await writeAs(services, actor, async (tx) => {
    await lockTokens(tx, actor);
    const now = await tx.now();
    const { token, grant } = await findService(tx, actor, input.tokenId, now);
    requireNoWider(actor, token);
    const revision = {
      name: name ?? token.name,
      comment: input.comment === undefined ? token.comment : input.comment,
      expiresAt: input.expiresInDays === undefined ? token.expiresAt : readExpiry(actor, input.expiresInDays, now),
      roles: roles ?? grant.roles,
    };
    requireNoLongerRights(actor, grant.roles, revision);
    if (!(await tx.tokens.revise(token.id, revision))) throw notFound('service token', token.id);
    if (token.integrationIds === null && !revision.roles.includes('owner'))
      requireOwnerLeft(grant, await tx.tokens.countOwners(actor.projectId, now));
    await record(services, tx, actor, {
      action: 'token.update',
      entity: 'token',
      entityId: token.id,
      details: { roles: revision.roles, expiresAt: revision.expiresAt },
    });
    const { roles: _roles, ...changed } = revision;
    return { ...token, ...changed };
  });
}

async function findService(
  tx: Writers,
  actor: Actor,
  tokenId: string,
  now: number,
): Promise<{ readonly token: Token; readonly grant: TokenGrant }> {
  const found = await tx.tokens.find(tokenId);
  const grant = found === null ? null : grantInUse(found.token, found.grants, now);
  if (found === null || grant === null || found.token.kind !== 'svc' || found.token.keyScope !== null)
    throw notFound('live service token', tokenId);
  if (!mayRevoke(actor, found.token, grant)) throw notFound('live service token', tokenId);
  return { token: found.token, grant };
}
