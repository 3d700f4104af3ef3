import { requireExpected } from '../../domain/change/base-version.ts';
import { heldBackRefusal, inUse } from '../../domain/change/in-flight.ts';
import { notFound } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { observeRefusal } from '../changes/observe-refusal.ts';
import { isUnchanged, type StageUpdate, stageUpdate } from '../changes/stage-update.ts';
import { type NameInDialect, renameWithin, requireFreeName } from '../connections/alter/rename-named.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { readOptions } from './commit-options.ts';
import { settleChange } from './settle-change.ts';

export interface UpdateUnlessHeld extends StageUpdate {
  /** Another name, taken in the same transaction. */
  readonly rename?: NameInDialect;
}

/**
 * Stage, commit and rename in one call, for protocols in which a running job always keeps an update back, whatever the connection's policy
 * says: leases are looked for in the transaction that writes, so that a job which takes one at the same moment is either seen, or gets
 * what was written. Where no value differs and no secret is given there is no new version; when it was last changed is told all the same.
 * Throws CONNECTION_IN_USE, NAME_TAKEN, VERSION_CONFLICT, and what staging and committing throw.
 */
export async function updateUnlessHeld(services: Services, actor: Actor, input: UpdateUnlessHeld): Promise<void> {
  requirePermission(actor, 'commit');
  const { connectionId, rename } = input;
  const isSame = await isUnchanged(services, actor, input);
  if (rename !== undefined) await requireFreeName(services, actor, rename, connectionId);
  const beside = async (tx: Writers) => {
    if (rename !== undefined) await renameWithin(services, actor, tx, { connectionId, ...rename });
  };
  if (isSame) return await saveAsItIs(services, actor, input, beside);
  const { change } = await stageUpdate(services, actor, input);
  await observeRefusal(services, change.purpose, () =>
    settleChange(
      services,
      actor,
      { change, options: readOptions(actor, { connectionId }), leaseRule: 'always-hold-back', beside },
      async (_tx, held) => {
        throw heldBackRefusal(held);
      },
    ),
  );
}

async function saveAsItIs(
  services: Services,
  actor: Actor,
  { connectionId, expectedVersion }: UpdateUnlessHeld,
  beside: (tx: Writers) => Promise<void>,
): Promise<void> {
  await writeAs(services, actor, async (tx) => {
    await tx.lock(connectionId, 'exclusive');
    const connection = await tx.connections.find(scopeOf(actor), connectionId);
    if (connection === null) throw notFound('connection', connectionId);
    requireExpected(connection, expectedVersion);
    const now = await tx.now();
    const leases = await tx.leases.liveOf(connectionId, now);
    if (leases.length > 0) throw inUse('Running jobs hold this connection.', leases, now);
    await tx.connections.touch(scopeOf(actor), connectionId, { by: actorId(actor), now });
    const revision = (await tx.connections.find(scopeOf(actor), connectionId))?.updatedAt;
    await record(services, tx, actor, { action: 'connection.touch', entity: 'connection', entityId: connectionId, details: { revision } });
    await beside(tx);
  });
}
