import { nameTaken, readName, takenAt } from '../../domain/connection/names.ts';
import { notFound } from '../../domain/errors/errors.ts';
import type { StreamingSystem } from '../../domain/streaming/streaming-system.ts';
import { type Actor, requirePermission, requireWholeProject } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { actorId, type Services } from '../services.ts';
import { writeAs } from '../write-as.ts';

/** Throws FORBIDDEN, NOT_FOUND, NAME_TAKEN, BAD_REQUEST. */
export async function renameStreamingSystem(services: Services, actor: Actor, id: string, given: string): Promise<StreamingSystem> {
  requirePermission(actor, 'commit');
  requireWholeProject(actor, 'A streaming system');
  const name = readName(given, 'newName');
  const work = writeAs(services, actor, async (tx) => {
    const outcome = await tx.streamingSystems.rename(actor.projectId, id, name, { by: actorId(actor), now: await tx.now() });
    if (outcome === 'taken') throw nameTaken('A streaming system', 'newName');
    const renamed = outcome === 'gone' ? null : await tx.streamingSystems.find(actor.projectId, id);
    if (renamed === null) throw notFound('streaming system', id);
    await record(services, tx, actor, { action: 'streaming-system.rename', entity: 'streaming-system', entityId: id, details: {} });
    return renamed;
  });
  return await work.catch(takenAt('newName'));
}
