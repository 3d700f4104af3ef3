import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import type { Services } from '../services.ts';
import { accessGuardId, readAccessToken } from './access-token.ts';

/** Ends a bearer of the actor's own token, at once and on every gateway. What is no such bearer is left as it is, and nobody is told which it was. */
export async function giveBackAccess(services: Services, actor: Actor, text: string): Promise<void> {
  const access = readAccessToken(services, text);
  if (access === null || access.tokenId !== actor.tokenId || access.expiresAt <= (await services.store.now())) return;
  await services.store.write(async (tx) => {
    const isNew = await tx.replayGuards.advance({ id: accessGuardId(services, text), used: 1, expiresAt: access.expiresAt });
    if (isNew) await record(services, tx, actor, { action: 'token.give-back', entity: 'token', entityId: access.tokenId, details: {} });
  });
}
