import { readName } from '../../domain/connection/names.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { NewSystem } from '../../domain/streaming/new-cluster.ts';
import type { StreamingSystem } from '../../domain/streaming/streaming-system.ts';
import { type Actor, requirePermission, requireWholeProject } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { actorId, type Services } from '../services.ts';
import { chooseSite } from '../sites/choose-site.ts';
import { writeAs } from '../write-as.ts';

/** An empty system, on the site that was named or the project's only one. Throws FORBIDDEN, NAME_TAKEN, NOT_FOUND, BAD_REQUEST. */
export async function addStreamingSystem(
  services: Services,
  actor: Actor,
  input: NewSystem & { readonly siteId: string | null },
): Promise<StreamingSystem> {
  requirePermission(actor, 'create');
  return await writeAs(services, actor, (tx) => createSystem(services, actor, tx, { ...input, namePath: 'streamingSystemName' }));
}

/** The rest of it, inside a transaction. `namePath` is the argument that the name came in. */
export async function createSystem(
  services: Services,
  actor: Actor,
  tx: Writers,
  { name, type, siteId, namePath }: NewSystem & { readonly siteId: string | null; readonly namePath: string },
): Promise<StreamingSystem> {
  requireWholeProject(actor, 'A streaming system');
  const now = await tx.now();
  const system: StreamingSystem = {
    id: services.newId(),
    projectId: actor.projectId,
    siteId: (await chooseSite(tx, actor, siteId)).id,
    name: readName(name, namePath),
    type,
    createdAt: now,
    createdBy: actorId(actor),
    updatedAt: now,
    updatedBy: actorId(actor),
  };
  if (!(await tx.streamingSystems.insert(system)))
    throw new DomainError('NAME_TAKEN', 'A streaming system of that name exists already.', { path: namePath });
  await record(services, tx, actor, {
    action: 'streaming-system.create',
    entity: 'streaming-system',
    entityId: system.id,
    details: { type },
  });
  return system;
}
