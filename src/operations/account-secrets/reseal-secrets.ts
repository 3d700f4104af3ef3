import type { AccountSecretVersion } from '../../domain/account-secret/account-secret.ts';
import type { ProjectVault } from '../../domain/ports/vault.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { requireDataKey } from '../keys/require-data-key.ts';
import type { Services } from '../services.ts';
import { lockOfSecrets, openValue, sealValue } from './sealed-value.ts';

/** Most values of one transaction. */
const BATCH = 50;

/** Seals with the newest data key what older ones have sealed of the project's secrets. False when time was over first. */
export async function resealSecrets(
  services: Services,
  actor: Actor,
  { keys, until }: { readonly keys: ProjectVault; readonly until: number },
): Promise<boolean> {
  const older = keys.generations.filter((generation) => generation < keys.keyGeneration);
  const { projectId } = actor;
  for (;;) {
    const versions = await services.store.read.accountSecrets.ofGenerations(projectId, older, BATCH);
    if (versions.length === 0) return true;
    if (performance.now() >= until) return false;
    const sealed = await Promise.all(versions.map(async (version) => ({ version, anew: await resealed(services, version) })));
    await services.store.write(async (tx) => {
      await tx.lock(lockOfSecrets(projectId), 'exclusive');
      await requireDataKey(tx, projectId, keys.keyGeneration);
      let count = 0;
      for (const { version, anew } of sealed) if (await tx.accountSecrets.reseal(version, anew)) count += 1;
      await record(services, tx, actor, {
        action: 'account-secret.reseal',
        entity: 'project',
        entityId: projectId,
        details: { keyGeneration: keys.keyGeneration, count },
      });
    });
  }
}

async function resealed(services: Services, version: AccountSecretVersion): ReturnType<typeof sealValue> {
  return await sealValue(services, version, await openValue(services, version));
}
