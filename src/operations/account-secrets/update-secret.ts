import {
  type AccountSecret,
  readSecretDescription,
  readSecretEnd,
  readSecretScope,
  readSecretValue,
  requireSecretAccess,
} from '../../domain/account-secret/account-secret.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { requireDataKey } from '../keys/require-data-key.ts';
import { actorId, type Services } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { lockOfSecrets, sealValue } from './sealed-value.ts';

/** Undefined keeps; null clears. */
export interface UpdateSecret {
  readonly name: string;
  readonly scope: string;
  readonly value?: string | undefined;
  readonly description?: string | null | undefined;
  readonly expiresAt?: number | null | undefined;
}

/** Another value makes a new version, and destroys the one before. Throws NOT_FOUND, BAD_REQUEST, FORBIDDEN, VERSION_CONFLICT. */
export async function updateSecret(services: Services, actor: Actor, input: UpdateSecret): Promise<AccountSecret> {
  requireSecretAccess(actor, 'secret');
  const scope = readSecretScope(input.scope);
  const { projectId } = actor;
  const known = await services.store.read.accountSecrets.find(projectId, input.name);
  if (known === null) throw notFound('secret', input.name);
  const version = input.value === undefined ? known.currentVersion : known.currentVersion + 1;
  const named = { projectId, secretId: known.id, version };
  const sealed = input.value === undefined ? null : await sealValue(services, named, readSecretValue(input.value));
  return await writeAs(services, actor, async (tx) => {
    await tx.lock(lockOfSecrets(projectId), 'exclusive');
    if (sealed !== null) await requireDataKey(tx, projectId, sealed.keyGeneration);
    const before = await tx.accountSecrets.find(projectId, input.name);
    if (before === null) throw notFound('secret', input.name);
    if (before.id !== known.id || before.currentVersion !== known.currentVersion)
      throw new DomainError('VERSION_CONFLICT', 'Somebody else changed the secret at this moment. Send the request again.');
    const now = await tx.now();
    const by = actorId(actor);
    const secret: AccountSecret = {
      ...before,
      scope,
      currentVersion: version,
      description: input.description === undefined ? before.description : readSecretDescription(input.description),
      expiresAt: input.expiresAt === undefined ? before.expiresAt : readSecretEnd(input.expiresAt, now),
      updatedAt: now,
      updatedBy: by,
    };
    if (!(await tx.accountSecrets.update(secret, sealed === null ? null : { ...named, ...sealed, createdAt: now, createdBy: by })))
      throw notFound('secret', input.name);
    await record(services, tx, actor, {
      action: 'account-secret.update',
      entity: 'secret',
      entityId: secret.id,
      details: { name: secret.name, scope, expiresAt: secret.expiresAt, version },
    });
    return secret;
  });
}
