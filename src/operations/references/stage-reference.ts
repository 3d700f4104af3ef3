import { requireExpected } from '../../domain/change/base-version.ts';
import { changedFields } from '../../domain/connection/details/details.ts';
import { changedReference, type SecretReference } from '../../domain/connection/reference/secret-reference.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { changedFacets, type Facets, withFacets } from '../../domain/version/facets.ts';
import { insertChange, type StagedChange } from '../changes/insert-change.ts';
import { observeRefusal } from '../changes/observe-refusal.ts';
import { loadConnection } from '../connections/load-connection.ts';
import { openDetails, type SealedDetails } from '../connections/sealed-details.ts';
import type { Services } from '../services.ts';
import { requireKnownSite } from '../sites/require-site.ts';
import { referenceHash } from './plain-settings.ts';
import { type GivenReference, type NewReference, readBeside, readNewReference, readReference } from './read-reference.ts';

/**
 * Stages a connection to be created whose credentials stay in an outside manager. Nothing is read or dialled. Throws BAD_REQUEST,
 * UNKNOWN_OPTION, and FORBIDDEN where the operator granted nothing of the kind.
 */
export async function stageReferenceCreation(services: Services, actor: Actor, input: NewReference): Promise<StagedChange> {
  return await observeRefusal(services, 'create', async () => {
    requirePermission(actor, 'create');
    requirePermission(actor, 'reference');
    await requireKnownSite(services, actor, input.siteId);
    const { connector, reference, beside } = await readNewReference(services, actor, input);
    const connectionId = services.newId();
    return await insertChange(
      services,
      actor,
      refer(services, { projectId: actor.projectId, connectionId, kind: connector.kind, settings: beside }, reference),
      {
        purpose: 'create',
        connectionId,
        baseVersion: null,
        kind: connector.kind,
        facets: input.facets ?? {},
        reference,
        changedFields: ['reference', ...changedFields(connector, {}, beside)],
        restoredFrom: null,
      },
    );
  });
}

export interface ReferenceUpdate {
  readonly connectionId: string;
  readonly reference: GivenReference;
  /** Keeps nothing of the reference in use or of the settings beside it. */
  readonly replace: boolean;
  /** What dialects keep with the version, laid over what they keep with the one before. */
  readonly facets?: Facets;
  /** Refuses with VERSION_CONFLICT where another version is CURRENT. */
  readonly expectedVersion?: number;
}

/** Stages another reference for a connection, or the first one for one whose credentials are stored here. Throws as for a new one. */
export async function stageReferenceUpdate(services: Services, actor: Actor, input: ReferenceUpdate): Promise<StagedChange> {
  return await observeRefusal(services, 'update', async () => {
    requirePermission(actor, 'stage');
    requirePermission(actor, 'reference');
    const { connection, connector, current } = await loadConnection(services, actor, input.connectionId);
    requireExpected(connection, input.expectedVersion);
    const facets = withFacets(current.facets, input.facets);
    const before = await openDetails(services, current);
    const isKept = current.reference !== null && !input.replace;
    const reference = await readReference(services, actor, input.reference, isKept ? current.reference : null);
    const beside = readBeside(connector, isKept ? before : {}, input.reference.beside);
    return await insertChange(
      services,
      actor,
      refer(services, { projectId: actor.projectId, connectionId: input.connectionId, kind: connector.kind, settings: beside }, reference),
      {
        purpose: 'update',
        connectionId: input.connectionId,
        baseVersion: current.version,
        kind: connector.kind,
        facets,
        reference,
        changedFields: [
          ...changedReference(current.reference, reference),
          ...changedFields(connector, before, beside),
          ...changedFacets(current.facets, facets),
        ],
        restoredFrom: null,
      },
    );
  });
}

function refer(
  services: Services,
  row: Parameters<typeof referenceHash>[1],
  reference: SecretReference,
): Pick<SealedDetails, 'settings' | 'candidateHash'> & { readonly content: null } {
  return { settings: row.settings, content: null, candidateHash: referenceHash(services, row, reference) };
}
