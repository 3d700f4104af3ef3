import type { Change } from '../../domain/change/change.ts';
import { isRollBackRepeat, isWaitingRollBack, type RollBackRequest, requireStillCurrent } from '../../domain/change/roll-back.ts';
import type { Version } from '../../domain/connection/connection.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { observeRefusal } from '../changes/observe-refusal.ts';
import { stageRollBack } from '../changes/stage-roll-back.ts';
import { loadConnection } from '../connections/load-connection.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { commitOrWait } from './commit-change.ts';
import type { WaitingCommit } from './commit-options.ts';
import { requireCommitOptions } from './commit-options.ts';

export interface RollBack extends Omit<WaitingCommit, 'key'> {
  readonly version?: number | null;
  /** The version that the caller wants to leave. If another one is CURRENT, the roll-back is refused. */
  readonly expectedVersion?: number | null;
}

/** `repeated`: an earlier request made this roll-back, or it waits already; nothing was changed. */
export interface RolledBack {
  readonly change: Change;
  readonly repeated: boolean;
}

/**
 * Makes the content of a PREVIOUS version CURRENT again, as a new version and under the same rules as any commit, waiting included. The
 * newest PREVIOUS one unless another is named. A request that is sent again answers with the first outcome; a second roll-back that names no version is VERSION_CONFLICT.
 */
export async function rollBack(services: Services, actor: Actor, input: RollBack): Promise<RolledBack> {
  requirePermission(actor, 'rollback');
  const { version = null, expectedVersion = null, ...commit } = input;
  // A roll-back that would be refused in any case stages nothing.
  requireCommitOptions(services, actor, commit);
  const { current, made } = await observeRefusal(services, 'roll-back', () =>
    findMade(services, actor, input.connectionId, { version, expectedVersion }),
  );
  if (made !== null) return { change: made, repeated: !isOwnRun(services, made) };
  const { change, key } = await stageRollBack(services, actor, input.connectionId, version);
  requireStillCurrent(change, current);
  return { change: await commitOrWait(services, actor, { ...commit, key }), repeated: false };
}

/** The roll-back that the request asks for, where it is CURRENT or waits for running jobs already. */
async function findMade(
  services: Services,
  actor: Actor,
  connectionId: string,
  asked: Pick<RollBackRequest, 'version' | 'expectedVersion'>,
): Promise<{ readonly current: Version; readonly made: Change | null }> {
  const { changes } = services.store.read;
  const { current } = await loadConnection(services, actor, connectionId);
  const [now, by] = [await services.store.now(), actorId(actor)];
  const made = current.origin === 'roll-back' ? await changes.find(scopeOf(actor), current.changeId) : null;
  if (isRollBackRepeat(current, made, { ...asked, by, now })) return { current, made };
  const waiting = await changes.waitingFor(connectionId, now);
  return { current, made: isWaitingRollBack(waiting, { ...asked, by }) ? waiting : null };
}

/** A run of one request under an idempotency id answers as its first run did, and mints the same key for its change. */
function isOwnRun({ repeatsSince, tokens, vault }: Services, change: Change): boolean {
  return repeatsSince !== null && vault.keyedHash('token', tokens.create('tmp')).equals(change.keyHash);
}
