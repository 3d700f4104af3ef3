import { unauthenticated } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { MOST_SESSIONS, sessionEnd } from '../../domain/token/session-term.ts';
import type { Session } from '../../domain/token/token.ts';
import { record } from '../audit/record.ts';
import type { Services } from '../services.ts';
import { writeAs } from '../write-as.ts';

/**
 * Signs a browser in with the rights of the actor's token; of too many the one that signed in first is signed out. The secret goes
 * into a cookie that scripts can't read.
 */
export async function createSession(services: Services, actor: Actor): Promise<{ readonly session: Session; readonly secret: string }> {
  const { tokenId } = actor;
  if (tokenId === null) throw unauthenticated();
  const secret = services.tokens.create('ses');
  const hash = services.vault.keyedHash('token', secret);
  return await writeAs(services, actor, async (tx) => {
    // Of two callers that sign in at once one waits. Otherwise both would count the same sessions.
    await tx.lock(tokenId, 'exclusive');
    const now = await tx.now();
    for (const id of await tx.sessions.endOldest(tokenId, MOST_SESSIONS - 1, now))
      await record(services, tx, actor, { action: 'session.end', entity: 'session', entityId: id, details: {} });
    const session: Session = {
      id: services.newId(),
      tokenId,
      projectId: actor.projectId,
      hash,
      createdAt: now,
      expiresAt: sessionEnd(actor, now),
      endedAt: null,
    };
    await tx.sessions.insert(session);
    await record(services, tx, actor, { action: 'session.create', entity: 'session', entityId: session.id, details: {} });
    return { session, secret };
  });
}

export async function endSession(services: Services, actor: Actor, secret: string): Promise<void> {
  const session = await services.store.read.sessions.find(services.vault.keyedHash('token', secret));
  if (session === null) return;
  await services.store.write(async (tx) => {
    if (await tx.sessions.end(session.id, await tx.now()))
      await record(services, tx, actor, { action: 'session.end', entity: 'session', entityId: session.id, details: {} });
  });
}
