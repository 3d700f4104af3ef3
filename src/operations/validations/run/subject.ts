import type { Change } from '../../../domain/change/change.ts';
import { requireOpen } from '../../../domain/change/open-change.ts';
import type { Version } from '../../../domain/connection/connection.ts';
import type { Details } from '../../../domain/connection/details/details.ts';
import type { SecretReference } from '../../../domain/connection/reference/secret-reference.ts';
import type { Connector } from '../../../domain/connector/connector.ts';
import type { Actor } from '../../../domain/token/actor.ts';
import { connectorOf } from '../../connections/find-connector.ts';
import { type LoadedConnection, loadConnection, requireReachableSite } from '../../connections/load-connection.ts';
import { candidateOf, resolveCredentials } from '../../references/resolve-credentials.ts';
import type { Opened } from '../../references/resolve-reference.ts';
import { type Services, scopeOf } from '../../services.ts';

/** What is validated: a change's candidate, a saved version, or details that are not stored (`identity` null: nothing is recorded as proof). */
export interface Subject {
  readonly connector: Connector;
  readonly connectionId: string;
  /** Throws SecretError where the secret that is referred to is not to be had. */
  open(options: { readonly fresh: boolean }): Promise<Opened>;
  readonly reference: SecretReference | null;
  /** The version in use, when it is of the same kind; for one that was put into use unproven, the one before. */
  readonly current: Version | null;
  readonly identity: { readonly changeId: string | null; readonly version: number | null; readonly candidateHash: Buffer } | null;
}

/** Of details that are stored nowhere: no proof is bound to them. */
export function unstored(details: Details): Pick<Subject, 'open' | 'reference' | 'identity'> {
  return { open: async () => ({ details, candidateHash: NONE, boundTo: null, isKept: false }), reference: null, identity: null };
}

const NONE = Buffer.alloc(0);

/** A change that is validated by itself, outside of a commit. */
export async function subjectOfChange(services: Services, actor: Actor, change: Change): Promise<Subject> {
  const inUse = change.purpose === 'create' ? null : await loadConnection(services, actor, change.connectionId);
  const { candidateHash } = await candidateOf(services, actor, change, false);
  return await subjectOfCandidate(services, actor, change, { inUse, candidateHash });
}

/** A change as a commit has looked it up: what it takes the place of, null for a new connection, and what its proof is bound to. */
export async function subjectOfCandidate(
  services: Services,
  actor: Actor,
  change: Change,
  { inUse, candidateHash }: { readonly inUse: Pick<LoadedConnection, 'connection' | 'current'> | null; readonly candidateHash: Buffer },
): Promise<Subject> {
  if (inUse !== null) await requireReachableSite(services, inUse.connection);
  return {
    connector: connectorOf(services, change.kind),
    connectionId: change.connectionId,
    open: (options) => openStaged(services, actor, change, options),
    reference: change.reference,
    current: inUse?.current.kind === change.kind ? inUse.current : null,
    identity: { changeId: change.id, version: null, candidateHash },
  };
}

/** What does not open since the change ended meanwhile was not altered: CHANGE_OUTDATED or CHANGE_EXPIRED then. */
async function openStaged(services: Services, actor: Actor, change: Change, options: { readonly fresh: boolean }): Promise<Opened> {
  try {
    return await resolveCredentials(services, actor, change, options);
  } catch (error) {
    const latest = await services.store.read.changes.findByKeyHash(scopeOf(actor), change.keyHash);
    if (latest !== null) requireOpen(latest, await services.store.now());
    throw error;
  }
}

/** The CURRENT version. Its permissions are compared with those of the version that it took the place of, where that is given. */
export async function subjectOfVersion(
  services: Services,
  actor: Actor,
  connectionId: string,
  before: Version | null = null,
): Promise<Subject> {
  const { connection, current, connector } = await loadConnection(services, actor, connectionId);
  await requireReachableSite(services, connection);
  return {
    connector,
    connectionId,
    open: (options) => resolveCredentials(services, actor, current, options),
    reference: current.reference,
    current: before !== null && before.kind === current.kind ? before : current,
    identity: {
      changeId: null,
      version: current.version,
      candidateHash: (await candidateOf(services, actor, current, false)).candidateHash,
    },
  };
}
