import { unauthenticated } from '../../domain/errors/errors.ts';
import { accessEnd } from '../../domain/token/access-term.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import type { Services } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { writeAccessToken } from './access-token.ts';

export interface ExchangedToken {
  /** The bearer, which holds the rights of the actor's token for as long as that has them. */
  readonly secret: string;
  readonly expiresInSeconds: number;
}

/** A short-lived bearer for the actor's token. It ends with the token, whenever that is revoked. */
export async function exchangeToken(services: Services, actor: Actor, ttlMs?: number): Promise<ExchangedToken> {
  const { tokenId } = actor;
  if (tokenId === null) throw unauthenticated();
  const { now, expiresAt } = await writeAs(services, actor, async (tx) => {
    const at = await tx.now();
    const end = accessEnd(actor, at, ttlMs);
    await record(services, tx, actor, { action: 'token.exchange', entity: 'token', entityId: tokenId, details: { expiresAt: end } });
    return { now: at, expiresAt: end };
  });
  return { secret: writeAccessToken(services, { tokenId, expiresAt }), expiresInSeconds: Math.floor((expiresAt - now) / 1000) };
}
