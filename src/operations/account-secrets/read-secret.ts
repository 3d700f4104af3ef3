import {
  type AccountSecret,
  isSecretOver,
  MOST_ACCOUNT_SECRETS,
  requireReveal,
  requireSecretAccess,
} from '../../domain/account-secret/account-secret.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import type { Services } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { lostValue, openValue } from './sealed-value.ts';

/** What there is to know of the project's secrets but their values, by name. */
export async function listSecrets({ store }: Services, actor: Actor): Promise<readonly AccountSecret[]> {
  requireSecretAccess(actor, 'read');
  return await store.read.accountSecrets.all(actor.projectId, MOST_ACCOUNT_SECRETS);
}

/** A secret, without its value. Throws NOT_FOUND, FORBIDDEN. */
export async function findSecret({ store }: Services, actor: Actor, name: string): Promise<AccountSecret> {
  requireSecretAccess(actor, 'read');
  const secret = await store.read.accountSecrets.find(actor.projectId, name);
  if (secret === null) throw notFound('secret', name);
  return secret;
}

/** A secret with its value, once that stands in the audit. Throws NOT_FOUND, and FORBIDDEN also for a secret that has ended. */
export async function revealSecret(
  services: Services,
  actor: Actor,
  name: string,
): Promise<{ readonly secret: AccountSecret; readonly value: string }> {
  const secret = await findSecret(services, actor, name);
  requireReveal(actor, secret);
  if (isSecretOver(secret, await services.store.now()))
    throw new DomainError('FORBIDDEN', 'The secret has ended, and nobody is given its value. Give it another end first.', {
      reason: 'expired',
    });
  const version = await services.store.read.accountSecrets.version(secret.id, secret.currentVersion);
  if (version === null) throw lostValue({ secretId: secret.id, version: secret.currentVersion });
  const value = await openValue(services, version);
  try {
    await writeAs(services, actor, async (tx) => {
      const now = await tx.accountSecrets.find(actor.projectId, name);
      if (now?.id !== secret.id || now.currentVersion !== secret.currentVersion) throw notFound('secret', name);
      await record(services, tx, actor, {
        action: 'account-secret.reveal',
        entity: 'secret',
        entityId: secret.id,
        details: { name, version: secret.currentVersion },
      });
    });
    services.revealed({ kind: 'secret' });
    return { secret, value: value.toString('utf8') };
  } finally {
    value.fill(0);
  }
}
