import type { ConnectionFilter } from '../../domain/connection/connection-store.ts';
import { nameKey } from '../../domain/connection/names.ts';
import { shownByName, shownName } from '../../domain/dialect/shown-names.ts';
import { faultOf } from '../../domain/errors/altered-row.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import { requireMayHold, requireReadOrHold } from '../../domain/lease/held-job.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { type Services, scopeOf } from '../services.ts';
import type { DescribedConnection } from './describe-connection.ts';

/** Connections that are listed at once, at most: their settings and facets are all read. */
const MOST_DESCRIBED = 10_000;
const PAGE = 1000;

/**
 * All connections of these kinds that the actor may see, in the order they were made, each with its CURRENT version and its integration, by
 * three statements for each thousand. One that was altered is left out, and logged. Throws FORBIDDEN, and LIMIT_EXCEEDED for more than are
 * read at once.
 */
export async function listDescribed(services: Services, actor: Actor, filter: ConnectionFilter): Promise<readonly DescribedConnection[]> {
  requirePermission(actor, 'read');
  return await describedOf(services, actor, filter, services.observer.leftOut);
}

/** The same in a protocol in which whoever may hold connections for a job may read them, too. */
export async function listToHolder(services: Services, actor: Actor, filter: ConnectionFilter): Promise<readonly DescribedConnection[]> {
  requireReadOrHold(actor);
  return await describedOf(services, actor, filter, services.observer.leftOut);
}

/** All of them for whoever goes by it that one is not there. Throws FORBIDDEN, INTEGRITY, LIMIT_EXCEEDED. */
export async function allDescribed(services: Services, actor: Actor, filter: ConnectionFilter): Promise<readonly DescribedConnection[]> {
  requirePermission(actor, 'read');
  return await describedOf(services, actor, filter, refuse);
}

type Tell = (fault: DomainError) => void;

const refuse: Tell = (fault) => {
  throw fault;
};

async function describedOf(
  services: Services,
  actor: Actor,
  filter: ConnectionFilter,
  tell: Tell,
): Promise<readonly DescribedConnection[]> {
  const described: DescribedConnection[] = [];
  for (let after: { readonly at: number; readonly id: string } | null = null; ; ) {
    const page = await services.store.read.connections.page(scopeOf(actor), filter, { limit: PAGE, after });
    described.push(...(await describeAll(services, actor, page, tell)));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return described.reverse();
    if (described.length >= MOST_DESCRIBED)
      throw new DomainError('LIMIT_EXCEEDED', `More than ${MOST_DESCRIBED} connections are not listed at once.`, { limit: MOST_DESCRIBED });
    after = { at: last.createdAt, id: last.id };
  }
}

async function describeAll(
  { store }: Services,
  actor: Actor,
  connections: readonly DescribedConnection['connection'][],
  tell: Tell,
): Promise<readonly DescribedConnection[]> {
  const scope = scopeOf(actor);
  const [versions, integrations] = await Promise.all([
    store.read.versions.currentOf(
      scope,
      connections.map(({ id }) => id),
    ),
    store.read.integrations.findMany(
      scope,
      connections.map(({ integrationId }) => integrationId),
    ),
  ]);
  const currentBy = new Map(versions.map((version) => [version.connectionId, version]));
  const integrationBy = new Map(integrations.map((integration) => [integration.id, integration]));
  return connections.flatMap((connection) => {
    const current = currentBy.get(connection.id);
    const integration = integrationBy.get(connection.integrationId);
    const fault = faultOf(connection) ?? faultOf(current) ?? faultOf(integration);
    if (fault !== null) tell(fault);
    // One that was removed in between is not there any more.
    return fault !== null || current === undefined || integration === undefined ? [] : [{ connection, current, integration }];
  });
}

/**
 * The connection that a name stands for among those of these kinds, in a dialect that addresses connections by name; null where it is of
 * none, or of several that are not the dialect's own. Throws FORBIDDEN.
 */
export async function findByName(services: Services, actor: Actor, named: NamedConnection): Promise<DescribedConnection | null> {
  requirePermission(actor, 'read');
  return await findShown(services, actor, named);
}

export interface NamedConnection {
  readonly name: string;
  readonly namespace: string;
  readonly kinds: readonly string[];
}

/** The same for whoever may hold connections for a job, which need not be allowed to read all about them. Throws FORBIDDEN. */
export async function findToHold(services: Services, actor: Actor, named: NamedConnection): Promise<DescribedConnection | null> {
  requireMayHold(actor);
  return await findShown(services, actor, named);
}

async function findShown(
  services: Services,
  actor: Actor,
  { name, namespace, kinds }: NamedConnection,
): Promise<DescribedConnection | null> {
  const key = nameKey(name);
  const named = await describedOf(services, actor, { kinds, name: key }, refuse);
  return shownByName(named, namespace).find((row) => shownName(row) === key) ?? null;
}
