import { requireSecretAccess } from '../../domain/account-secret/account-secret.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { actorId, type Services } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { lockOfSecrets } from './sealed-value.ts';

/** Destroys a secret with all that it held, at once. False when there is none of that name. Throws FORBIDDEN. */
export async function deleteSecret(services: Services, actor: Actor, name: string): Promise<boolean> {
  requireSecretAccess(actor, 'secret');
  const { projectId } = actor;
  return await writeAs(services, actor, async (tx) => {
    await tx.lock(lockOfSecrets(projectId), 'exclusive');
    const secret = await tx.accountSecrets.find(projectId, name);
    if (secret === null || !(await tx.accountSecrets.remove(secret, await tx.now(), actorId(actor)))) return false;
    await record(services, tx, actor, { action: 'account-secret.delete', entity: 'secret', entityId: secret.id, details: { name } });
    return true;
  });
}
