import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { type StageCreation, stageCreation } from '../changes/stage-creation.ts';
import type { CommitOutcome } from '../commits/commit-locked.ts';
import type { Services } from '../services.ts';
import { type AddConnection, addConnection } from './add-connection.ts';

type Added = Omit<AddConnection, 'key' | 'kind'>;

/** Stages and adds a connection in one call, under the same rules. A refused addition leaves the staged change to expire. */
export async function createConnection(services: Services, actor: Actor, input: StageCreation & Added): Promise<CommitOutcome> {
  requirePermission(actor, 'create');
  const { key } = await stageCreation(services, actor, input);
  return await addConnection(services, actor, { ...input, key });
}
