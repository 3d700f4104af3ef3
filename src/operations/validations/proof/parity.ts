import type { Change } from '../../../domain/change/change.ts';
import { PARITY, type ParityRule, parityRule } from '../../../domain/change/proof/parity.ts';
import type { Connection, Version } from '../../../domain/connection/connection.ts';
import type { Readers } from '../../../domain/ports/store.ts';
import type { Actor } from '../../../domain/token/actor.ts';
import { newestVersion } from '../../changes/newest-version.ts';
import { connectorOf } from '../../connections/find-connector.ts';
import { type Services, scopeOf } from '../../services.ts';

/** What the permissions of a change, or of a version that is enabled, mean for putting it in the place of `inUse`. */
export async function parityRuleOf(
  services: Services,
  actor: Actor,
  input: {
    readonly connection: Pick<Connection, 'id' | 'parity'>;
    readonly inUse: Version | null;
    readonly next: Pick<Change, 'kind' | 'restoredFrom'>;
    readonly acceptsLosses: boolean;
  },
  from: Readers = services.store.read,
): Promise<ParityRule | null> {
  const { connection, inUse, next, acceptsLosses } = input;
  if (!connectorOf(services, next.kind).validators.some(({ name }) => name === PARITY)) return null;
  const restored = next.restoredFrom === null ? null : await from.versions.find(scopeOf(actor), connection.id, next.restoredFrom);
  return parityRule({ policy: connection.parity, acceptsLosses, inUse, kind: next.kind, restored });
}

/**
 * The version that was in use before a connection was disabled, when the current one was saved meanwhile without proof: the newest
 * that had been proven.
 */
export async function usedBefore(services: Services, actor: Actor, current: Version): Promise<Version | null> {
  if (current.proven) return null;
  return await newestVersion(
    services.store.read.versions,
    scopeOf(actor),
    current.connectionId,
    ({ version, proven }) => proven && version < current.version,
  );
}
