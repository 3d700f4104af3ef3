import { requireStillCurrent } from '../../../domain/change/base-version.ts';
import { missingValidators, requireProof } from '../../../domain/change/proof/proof.ts';
import type { Connection, Version } from '../../../domain/connection/connection.ts';
import { DomainError } from '../../../domain/errors/errors.ts';
import type { Writers } from '../../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../../domain/token/actor.ts';
import { recordLosses } from '../../commits/record-commit.ts';
import { type Candidate, candidateOf } from '../../references/resolve-credentials.ts';
import { actorId, type Services, scopeOf } from '../../services.ts';
import { findProof } from '../../validations/proof/find-proof.ts';
import { obtainProof } from '../../validations/proof/obtain-proof.ts';
import { parityRuleOf, usedBefore } from '../../validations/proof/parity.ts';
import { subjectOfVersion } from '../../validations/run/subject.ts';
import { testConnection } from '../../validations/test-connection.ts';
import { loadConnection } from '../load-connection.ts';
import { alterConnection } from './alter-connection.ts';

export interface ToggleConnection {
  readonly connectionId: string;
  readonly active: boolean;
  readonly acceptsLosses?: boolean;
}

/**
 * Enabling a connection obtains the proof that its saved version did without while it was inactive, or afterwards where its policy
 * is ADVISORY. What it may do is compared with the version that was in use before it was disabled. Throws VALIDATION_FAILED.
 */
export async function toggleConnection(
  services: Services,
  actor: Actor,
  { connectionId, active, acceptsLosses = false }: ToggleConnection,
): Promise<Connection> {
  requirePermission(actor, 'commit');
  const { connection, current } = await loadConnection(services, actor, connectionId);
  if (connection.isActive === active) return connection;
  if (active) return await enable(services, actor, { connection, current }, acceptsLosses);
  return await alterConnection(
    services,
    actor,
    { connectionId, action: 'connection.disable', details: { version: current.version } },
    (tx, now) => tx.connections.setActive(scopeOf(actor), connectionId, false, { by: actorId(actor), now }),
  );
}

async function enable(
  services: Services,
  actor: Actor,
  { connection, current }: { readonly connection: Connection; readonly current: Version },
  acceptsLosses: boolean,
): Promise<Connection> {
  const { id: connectionId } = connection;
  const inUse = await usedBefore(services, actor, current);
  const ruleUnder = (policy: Connection) => parityRuleOf(services, actor, { connection: policy, inUse, next: current, acceptsLosses });
  if (connection.commitPolicy === 'VALIDATED')
    await obtainProof(
      services,
      actor,
      { candidate: await candidateOf(services, actor, current, false), parity: await ruleUnder(connection) },
      () => subjectOfVersion(services, actor, connectionId, inUse),
    );
  const candidate = await candidateOf(services, actor, current, true);
  const enabled = await alterConnection(
    services,
    actor,
    { connectionId, action: 'connection.enable', details: { version: current.version } },
    async (tx, now) => {
      const latest = await tx.connections.find(scopeOf(actor), connectionId);
      if (latest !== null) requireStillCurrent(latest, current);
      if (latest?.commitPolicy === 'VALIDATED') {
        const parity = await ruleUnder(latest);
        const proof = await findProof(services, actor, { candidate, parity }, tx);
        requireProof(proof);
        await recordLosses(services, tx, actor, { connectionId, changeId: current.changeId, parity, compared: proof.compared });
      }
      await bindFirst(tx, current, candidate);
      return await tx.connections.setActive(scopeOf(actor), connectionId, true, { by: actorId(actor), now });
    },
  );
  if (enabled.commitPolicy === 'ADVISORY' && missingValidators(await findProof(services, actor, { candidate, parity: null })).length > 0)
    services.later('validate-unproven', () => testConnection(services, actor, { connectionId, comparedWith: inUse }));
  return enabled;
}

/** A version that was saved while the connection was inactive is put into use: from now on its secret leads where it leads now. */
async function bindFirst(tx: Writers, current: Version, { boundTo }: Candidate): Promise<void> {
  if (current.boundTo !== null || boundTo === null) return;
  if (!(await tx.versions.bind(current.connectionId, current.version, boundTo)))
    throw new DomainError('VERSION_CONFLICT', 'The connection was changed while it was being enabled. Enable it again.');
}
