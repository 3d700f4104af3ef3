import { changedFields, type Details } from '../../domain/connection/details/details.ts';
import { mergeDetails } from '../../domain/connection/details/merge-details.ts';
import { parseDetails } from '../../domain/connection/details/parse-details.ts';
import { readWireDetails } from '../../domain/connection/details/wire-details.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Facets } from '../../domain/version/facets.ts';
import { requireOwnExternalId } from '../aws/gateway-access.ts';
import { findConnector } from '../connections/find-connector.ts';
import { sealDetails } from '../connections/sealed-details.ts';
import type { Services } from '../services.ts';
import { requireKnownSite } from '../sites/require-site.ts';
import { insertChange, type StagedChange } from './insert-change.ts';
import { observeRefusal } from './observe-refusal.ts';

export interface StageCreation {
  readonly kind: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly path?: string;
  /** What a dialect keeps with the version. */
  readonly facets?: Facets;
  /** Where it will be dialled from; it has to be there, if one is named. */
  readonly siteId?: string | null;
}

/** Stages the details of a connection to be created; its id is minted here. Dials nothing. */
export async function stageCreation(services: Services, actor: Actor, input: StageCreation): Promise<StagedChange> {
  return await observeRefusal(services, 'create', () => stageNew(services, actor, input));
}

async function stageNew(services: Services, actor: Actor, input: StageCreation): Promise<StagedChange> {
  requirePermission(actor, 'create');
  await requireKnownSite(services, actor, input.siteId);
  const { connector, details } = readNewDetails(services, input);
  requireOwnExternalId(services, actor.projectId, connector, details);
  const connectionId = services.newId();
  const sealed = await sealDetails(services, connector, { projectId: actor.projectId, connectionId }, details);
  return await insertChange(services, actor, sealed, {
    purpose: 'create',
    connectionId,
    baseVersion: null,
    kind: connector.kind,
    facets: input.facets ?? {},
    reference: null,
    changedFields: changedFields(connector, {}, details),
    restoredFrom: null,
  });
}

/** The connector and parsed details of a connection that is not stored. Throws BAD_REQUEST, UNKNOWN_OPTION. */
export function readNewDetails(services: Services, input: StageCreation): { readonly connector: Connector; readonly details: Details } {
  const connector = findConnector(services, input.kind, input.details, input.path ?? 'connectionDetails');
  const { [connector.family?.discriminator ?? '']: _member, ...wire } = input.details;
  const read = readWireDetails(connector, wire, input.path ?? 'connectionDetails', { sharedInput: true });
  return { connector, details: parseDetails(connector, mergeDetails(connector, {}, read)) };
}
