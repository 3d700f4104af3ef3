import {
  type AccountSecret,
  MOST_ACCOUNT_SECRETS,
  readSecretDescription,
  readSecretEnd,
  readSecretScope,
  readSecretValue,
  requireSecretAccess,
  requireSecretName,
} from '../../domain/account-secret/account-secret.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import { requireDataKey } from '../keys/require-data-key.ts';
import { actorId, type Services } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { lockOfSecrets, sealValue } from './sealed-value.ts';

export interface CreateSecret {
  readonly name: string;
  readonly scope: string;
  readonly value: string;
  readonly description: string | null;
  /** Epoch milliseconds; null for a secret that does not end. */
  readonly expiresAt: number | null;
}

/** Keeps a value of the project under a name. Throws NAME_TAKEN, BAD_REQUEST, FORBIDDEN, LIMIT_EXCEEDED. */
export async function createSecret(services: Services, actor: Actor, input: CreateSecret): Promise<AccountSecret> {
  requireSecretAccess(actor, 'secret');
  requireSecretName(input.name);
  const scope = readSecretScope(input.scope);
  const description = readSecretDescription(input.description);
  const { projectId } = actor;
  const named = { projectId, secretId: services.newId(), version: 1 };
  const sealed = await sealValue(services, named, readSecretValue(input.value));
  return await writeAs(services, actor, async (tx) => {
    await tx.lock(lockOfSecrets(projectId), 'exclusive');
    await requireDataKey(tx, projectId, sealed.keyGeneration);
    const now = await tx.now();
    const by = actorId(actor);
    const known = await tx.accountSecrets.find(projectId, input.name);
    if (known !== null) {
      // A repeat finds what its first run made.
      if (await endedByEarlierRun(services, tx, actor, { action: 'account-secret.create', entityId: known.id })) return known;
      throw new DomainError('NAME_TAKEN', 'A secret of that name exists already. updateAccountSecret gives it another value.', {
        path: 'name',
      });
    }
    if ((await tx.accountSecrets.all(projectId, MOST_ACCOUNT_SECRETS)).length >= MOST_ACCOUNT_SECRETS)
      throw new DomainError('LIMIT_EXCEEDED', `A project has at most ${MOST_ACCOUNT_SECRETS} secrets.`);
    const expiresAt = readSecretEnd(input.expiresAt, now);
    const made = { createdAt: now, createdBy: by };
    const secret: AccountSecret = {
      id: named.secretId,
      projectId,
      name: input.name,
      scope,
      description,
      currentVersion: 1,
      expiresAt,
      ...made,
      updatedAt: now,
      updatedBy: by,
      deletedAt: null,
    };
    await tx.accountSecrets.insert(secret, { ...named, ...sealed, ...made });
    await record(services, tx, actor, {
      action: 'account-secret.create',
      entity: 'secret',
      entityId: secret.id,
      details: { name: secret.name, scope, expiresAt },
    });
    return secret;
  });
}
