import { requireRestorable } from '../../domain/change/roll-back.ts';
import { changedFields } from '../../domain/connection/details/details.ts';
import { changedReference } from '../../domain/connection/reference/secret-reference.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { changedFacets } from '../../domain/version/facets.ts';
import { connectorOf } from '../connections/find-connector.ts';
import { loadConnection } from '../connections/load-connection.ts';
import { openDetails } from '../connections/sealed-details.ts';
import { type Services, scopeOf } from '../services.ts';
import { insertChange, type StagedChange } from './insert-change.ts';
import { newestVersion } from './newest-version.ts';
import { observeRefusal } from './observe-refusal.ts';

/**
 * Stages the content of a PREVIOUS version again, for an actor of whom the right to roll back was asked. Nothing is sealed anew: the
 * version's own sealed content is used.
 */
export async function stageRollBack(services: Services, actor: Actor, connectionId: string, version: number | null): Promise<StagedChange> {
  return await observeRefusal(services, 'roll-back', () => stageVersion(services, actor, connectionId, version));
}

async function stageVersion(services: Services, actor: Actor, connectionId: string, version: number | null): Promise<StagedChange> {
  const loaded = await loadConnection(services, actor, connectionId);
  const { versions } = services.store.read;
  const target =
    version === null
      ? await newestVersion(versions, scopeOf(actor), connectionId, ({ label }) => label === 'PREVIOUS')
      : await versions.find(scopeOf(actor), connectionId, version);
  if (target === null) throw notFound(version === null ? 'previous version' : 'version');
  requireRestorable(target);
  // An older version may be of another kind.
  const connector = connectorOf(services, target.kind);
  const before = loaded.current.kind === target.kind ? await openDetails(services, loaded.current) : {};
  const after = await openDetails(services, target);
  const content = target.contentId === null ? null : await services.store.read.contents.find(scopeOf(actor), target.contentId);
  if (content === null && target.contentId !== null)
    throw new DomainError('INTEGRITY', 'The sealed content of this version is missing.', { contentId: target.contentId });
  const { settings, candidateHash, kind, facets, reference } = target;
  return await insertChange(
    services,
    actor,
    { settings, content, candidateHash },
    {
      purpose: 'roll-back',
      connectionId,
      baseVersion: loaded.current.version,
      kind,
      facets,
      reference,
      changedFields: [
        ...changedReference(loaded.current.reference, reference),
        ...changedFields(connector, before, after),
        ...changedFacets(loaded.current.facets, facets),
      ],
      restoredFrom: target.version,
    },
  );
}
