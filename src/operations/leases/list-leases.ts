import type { Lease } from '../../domain/lease/lease.ts';
import { isLive } from '../../domain/lease/lease-term.ts';
import type { PageRequest } from '../../domain/ports/page.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { requireConnection } from '../connections/load-connection.ts';
import { type Services, scopeOf } from '../services.ts';

export interface ListLeases {
  readonly connectionId?: string;
  /** Only those that are live now. */
  readonly live: boolean;
}

/** A page of the leases on connections that the actor may see, newest first. Throws FORBIDDEN. */
export async function listLeases(
  { store }: Services,
  actor: Actor,
  { connectionId, live }: ListLeases,
  page: PageRequest,
): Promise<readonly Lease[]> {
  requirePermission(actor, 'read');
  const filter = { ...(connectionId === undefined ? {} : { connectionId }), ...(live ? { liveAt: await store.now() } : {}) };
  return await store.read.leases.page(scopeOf(actor), filter, page);
}

/** The live leases on one connection, newest first, at most 100. Throws FORBIDDEN, NOT_FOUND. */
export async function listLiveOf(services: Services, actor: Actor, connectionId: string): Promise<readonly Lease[]> {
  requirePermission(actor, 'read');
  await requireConnection(services, actor, connectionId);
  return await listLeases(services, actor, { connectionId, live: true }, { limit: MOST_OF_ONE, after: null });
}

const MOST_OF_ONE = 100;

/** Whether the lease is live by the store's clock. */
export async function isLeaseLive({ store }: Services, lease: Lease): Promise<boolean> {
  return isLive(lease, await store.now());
}
