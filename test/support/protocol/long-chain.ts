import type { Version } from '../../../src/domain/connection/connection.ts';
import { nextVersion } from '../../../src/domain/version/next-version.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { record } from '../../../src/operations/audit/record.ts';
import type { TestGateway } from '../gateway/gateway.ts';

/** Commits the first version of a connection again until it has this many, each as a roll-back that shares its sealed content. */
export async function growChain(
  { app: { services, projectId } }: TestGateway,
  connectionId: string,
  count: number,
  clock: { advance(ms: number): void },
): Promise<void> {
  const actor = localActor(projectId, 'test', { id: 'grow', ip: null, client: {} });
  const keys = await services.vault.forProject(projectId);
  const scope = { projectId, integrationIds: null };
  for (let done = 1; done < count; ) {
    clock.advance(1);
    done = await services.store.write(async (tx) => {
      const first = await tx.versions.find(scope, connectionId, 1);
      let previous: Version | null = await tx.versions.find(scope, connectionId, done);
      const now = await tx.now();
      for (let added = 0; added < 100 && previous !== null && first !== null && previous.version < count; added += 1) {
        const version = {
          ...nextVersion(keys, changeOf(first, services.newId()), previous, { by: 'local', now, proven: true, boundTo: null, gap: 0 }),
          createdAt: now,
        };
        await tx.versions.demote(connectionId, previous.version, now + 3_600_000);
        await tx.versions.append(version);
        await tx.connections.advance(scope, connectionId, { from: previous.version, to: version.version }, { by: 'local', now });
        await record(services, tx, actor, {
          action: 'connection.rollback',
          entity: 'connection',
          entityId: connectionId,
          details: {
            changeId: version.changeId,
            version: version.version,
            restoredFrom: 1,
            proven: true,
            rowMac: version.rowMac.toString('hex'),
          },
        });
        previous = version;
      }
      return previous?.version ?? count;
    });
  }
}

/** As it would have been staged to restore that version. */
function changeOf(version: Version, id: string): Parameters<typeof nextVersion>[1] {
  return {
    ...version,
    id,
    purpose: 'roll-back',
    baseVersion: null,
    changedFields: [],
    restoredFrom: 1,
    acceptsLosses: false,
    keyHash: Buffer.alloc(0),
    state: 'OPEN',
    expiresAt: 0,
    committedAt: null,
    committedBy: null,
    committedVersion: null,
    waitUntil: null,
    failure: null,
  };
}
