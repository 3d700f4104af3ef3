import type { Change } from '../../domain/change/change.ts';
import { isRepeat, noSuchKey, requireOpen } from '../../domain/change/open-change.ts';
import { missingProof, proofRule, requireProof } from '../../domain/change/proof/proof.ts';
import { boundAs } from '../../domain/connection/destination/destination-binding.ts';
import { type GivenJobs, readJobs } from '../../domain/connection/job-settings.ts';
import { newConnection } from '../../domain/connection/new-connection.ts';
import { type ConnectionPolicy, DEFAULT_POLICY, withPolicy } from '../../domain/connection/policy.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { requireReachable } from '../../domain/site/site-choice.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { nextVersion } from '../../domain/version/next-version.ts';
import { record } from '../audit/record.ts';
import { findChange } from '../changes/find-change.ts';
import { observeRefusal } from '../changes/observe-refusal.ts';
import { type CommitOutcome, closeChange } from '../commits/commit-locked.ts';
import { chooseIntegration } from '../integrations/choose-integration.ts';
import { integrationOf } from '../integrations/create-integration.ts';
import type { AskedIntegration, PlannedConnection } from '../integrations/integration-choice.ts';
import { requireDataKey } from '../keys/require-data-key.ts';
import { candidateOf } from '../references/resolve-credentials.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { chooseSite } from '../sites/choose-site.ts';
import { findProof } from '../validations/proof/find-proof.ts';
import { obtainProof } from '../validations/proof/obtain-proof.ts';
import { subjectOfCandidate } from '../validations/run/subject.ts';
import { testConnection } from '../validations/test-connection.ts';
import { writeAs } from '../write-as.ts';
import { connectorOf, servesKind } from './find-connector.ts';
import { openDetails } from './sealed-details.ts';

export interface AddConnection extends GivenJobs {
  readonly key: string;
  /** Any spelling of the kind, or of its family's; must fit the staged change. */
  readonly kind: string;
  readonly integration: AskedIntegration;
  readonly name?: string | null;
  readonly siteId?: string | null;
  readonly isActive?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly policy?: Partial<ConnectionPolicy>;
  /** What is written in the same transaction, once the connection is there; not for a repeat. */
  readonly beside?: (tx: Writers) => Promise<void>;
}

/**
 * Creates the connection that a temporary key was staged for, with its first version, in an integration that exists or a new
 * one. An inactive one needs no proof until it is enabled. Throws NOT_FOUND, NAME_TAKEN, VALIDATION_FAILED and what commit throws.
 */
export async function addConnection(services: Services, actor: Actor, input: AddConnection): Promise<CommitOutcome> {
  requirePermission(actor, 'create');
  const change = await findChange(services, actor, input.key, { purposes: ['create'] });
  return await observeRefusal(services, change.purpose, () => addFound(services, actor, change, input));
}

async function addFound(services: Services, actor: Actor, change: Change, input: AddConnection): Promise<CommitOutcome> {
  const connector = connectorOf(services, change.kind);
  if (!servesKind(services, connector, input.kind))
    throw badRequest('connectionType', `The temporary key was made for kind "${connector.kind}".`, { kind: connector.kind });
  if (isRepeat(change, actorId(actor))) return firstOutcome(change);
  requireOpen(change, await services.store.now());
  const isActive = input.isActive ?? true;
  const jobs = readJobs(connector, input);
  const policy = withPolicy(DEFAULT_POLICY, input.policy ?? {});
  const rule = proofRule(actor, { isActive, ...policy }, false);
  const planned: PlannedConnection = { connector, settings: change.settings, siteId: input.siteId ?? null };
  const { siteId } = await chooseIntegration(services.store.read, actor, input.integration, planned);
  // What is put into use is proven from where it will be dialled.
  if (isActive) requireReachable(await chooseSite(services.store.read, actor, siteId));
  if (rule === 'required') {
    const candidate = await candidateOf(services, actor, change, false);
    await obtainProof(services, actor, { candidate, parity: null }, () =>
      subjectOfCandidate(services, actor, change, { ...candidate, inUse: null }),
    );
  }
  const keys = await services.vault.forProject(actor.projectId);
  const candidate = await candidateOf(services, actor, change, isActive);
  const { outcome, unproven, isNew } = await writeAs(services, actor, async (tx) => {
    await tx.lock(change.connectionId, 'exclusive');
    const latest = await tx.changes.findByKeyHash(scopeOf(actor), change.keyHash);
    if (latest === null) throw noSuchKey(true);
    if (isRepeat(latest, actorId(actor))) return { outcome: firstOutcome(latest), unproven: false, isNew: false };
    const now = await tx.now();
    requireOpen(latest, now);
    const proof = await findProof(services, actor, { candidate, parity: null }, tx);
    if (rule === 'required') requireProof(proof);
    const proven = missingProof(proof).length === 0;
    // Content that does not open is not made CURRENT, whether it was proven before or not (N7).
    await openDetails(services, latest, tx);
    const integration = await integrationOf(services, actor, tx, await chooseIntegration(tx, actor, input.integration, planned));
    await tx.connections.insert(
      newConnection({ ...input, ...jobs, isActive, policy }, { id: latest.connectionId, integration, by: actorId(actor), now }),
    );
    await requireDataKey(tx, actor.projectId, keys.keyGeneration);
    const boundTo = boundAs(latest, candidate, isActive || proven);
    const version = nextVersion(keys, latest, null, { by: actorId(actor), now, proven, boundTo, gap: 0 });
    await tx.versions.append(version);
    await closeChange(tx, actor, change, { version: 1, now });
    await record(services, tx, actor, {
      action: 'connection.create',
      entity: 'connection',
      entityId: change.connectionId,
      details: {
        changeId: change.id,
        kind: connector.kind,
        version: 1,
        integrationId: integration.id,
        proven,
        isActive,
        rowMac: version.rowMac.toString('hex'),
      },
    });
    await input.beside?.(tx);
    return { outcome: firstOutcome({ ...latest, committedAt: now }), unproven: !proven && rule === 'afterwards', isNew: true };
  });
  if (isNew) services.observer.changed(change.purpose, 'committed');
  if (unproven) services.later('validate-unproven', () => testConnection(services, actor, { connectionId: outcome.connectionId }));
  return outcome;
}

function firstOutcome({ id, connectionId, committedAt }: Change): CommitOutcome {
  return { changeId: id, connectionId, version: 1, committedAt: committedAt ?? 0 };
}
