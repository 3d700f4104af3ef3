import type { Version } from '../../domain/connection/connection.ts';
import { endpointParts } from '../../domain/connection/destination/destination.ts';
import { type Details, splitDetails } from '../../domain/connection/details/details.ts';
import type { SecretReference } from '../../domain/connection/reference/secret-reference.ts';
import { readSelfHosted, type SelfHosted } from '../../domain/connection/reference/self-hosted.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import { SecretError, secretRefusal } from '../../domain/errors/secret-error.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { assumableRoles } from '../aws/gateway-access.ts';
import { connectorOf } from '../connections/find-connector.ts';
import type { Services } from '../services.ts';
import { bindDestination, type Destined } from './bind-destination.ts';

/** What a reference stands in, stored or not. */
export type ReferringRow = Pick<Version, 'projectId' | 'connectionId' | 'kind' | 'settings' | 'candidateHash'>;

/** All that a driver is given. */
export interface Opened {
  readonly details: Details;
  /** What proof is bound to: of a reference, the value that it leads to now is part of it, so that proof ends when the secret changes. */
  readonly candidateHash: Buffer;
  /** Where a reference's secret leads, keyed; null for what is sealed here, which is bound to its destination by its seal. */
  readonly boundTo: Buffer | null;
  /** The secret was read earlier and kept: reading it again may give another. */
  readonly isKept: boolean;
}

export interface ResolveOptions {
  /** Reads the secret again, even if a value is cached. */
  readonly fresh?: boolean;
  /** False when the secret is only looked at: that does not bind it to a destination. */
  readonly binds?: boolean;
}

/**
 * Goes to the outside manager: never within a transaction. What is returned may be sent where it leads: a secret that leaves it to the
 * connection to say where is bound to its first destination before. Throws SecretError where the secret is not to be had.
 */
export async function resolveReference(
  services: Services,
  actor: Actor,
  row: ReferringRow & { readonly reference: SecretReference },
  { fresh = false, binds = true }: ResolveOptions = {},
): Promise<Opened> {
  const { destined, namesDestination, ...opened } = await readReferred(services, row, row.reference, fresh);
  if (!namesDestination) await bindDestination(services, actor, destined, { binds });
  return opened;
}

/** What a reference leads to, and how it comes by its destination. Nothing of it may be sent before that is bound. */
export async function readReferred(
  services: Services,
  row: ReferringRow,
  reference: SecretReference,
  fresh: boolean,
): Promise<Opened & Pick<SelfHosted, 'namesDestination'> & { readonly destined: Destined }> {
  const connector = connectorOf(services, row.kind);
  const prefixes = await rootsOf(services, row.projectId, reference, connector);
  const isByRole = services.secrets.providers[reference.provider].roleOf?.(reference.path) != null;
  const roles = isByRole ? await assumableRoles(services, row.projectId) : undefined;
  const { value, isKept } = await services.secrets.resolve(reference, prefixes, { fresh, roles });
  try {
    const { details, members, namesDestination } = readSelfHosted(connector, value, reference.key, row.settings);
    const parts = endpointParts(connector, splitDetails(connector, details).settings);
    const destination = services.fingerprint(parts);
    return {
      destined: { projectId: row.projectId, reference, connector, members, parts },
      namesDestination,
      details,
      candidateHash: services.vault.keyedHash('candidate', 'resolved', row.candidateHash, value),
      boundTo: services.vault.keyedHash('candidate', 'destination', row.projectId, row.connectionId, destination),
      isKept,
    };
  } finally {
    value.fill(0);
  }
}

/** What the project may name of a provider: its own, or what the operator granted it. */
export async function rootsOf(
  { store, secrets }: Services,
  projectId: string,
  { provider: name }: SecretReference,
  connector: Connector,
): Promise<readonly string[]> {
  const own = secrets.providers[name].ownRoots?.(projectId, connector);
  if (own !== undefined) return own;
  return (await store.read.providerGrants.of(projectId)).filter(({ provider }) => provider === name).map(({ prefix }) => prefix);
}

/** Follows it for whoever asked for the credentials. Throws SECRET_REENTRY_REQUIRED, FORBIDDEN, UNAVAILABLE. */
export async function resolveReferenceOrRefuse(
  services: Services,
  actor: Actor,
  row: ReferringRow & { readonly reference: SecretReference },
  options: { readonly fresh?: boolean },
): Promise<Opened> {
  try {
    return await resolveReference(services, actor, row, options);
  } catch (error) {
    throw error instanceof SecretError ? secretRefusal(error, row.reference) : error;
  }
}
