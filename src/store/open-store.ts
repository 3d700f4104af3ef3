import type { Clock } from '../domain/clock.ts';
import type { InstanceRow, Store } from '../domain/store.ts';
import type { UpgradeRecord } from '../domain/vault.ts';

/** A store that is open, and the instance it belongs to. */
export interface OpenedStore {
  readonly store: Store;
  readonly instance: InstanceRow;
}

export interface OpenStoreOptions {
  /** `system` uses the database's own clock on PostgreSQL; a test gives one that passes three hours at once. */
  readonly clock: Clock | 'system';
  /**
   * Called with the stored instance, and with the records of a rotation of the master key, before anything is written, migrations included: throws StartupError unless the master key
   * opens it. Called with null for a new store, it returns the instance to insert.
   */
  readonly verifyInstance: (stored: InstanceRow | null, upgrades: readonly UpgradeRecord[]) => InstanceRow;
}

/** Opens either engine. Throws StartupError with one line, and without having written, for a store that must not be used. */
export async function openStore(
  target: { readonly dataDir: string } | { readonly databaseUrl: string },
  options: OpenStoreOptions,
): Promise<OpenedStore> {
  if ('dataDir' in target) return await (await import('./open-sqlite.ts')).openSqliteStore(target.dataDir, options);
  return await (await import('./open-postgres.ts')).openPostgresStore(target.databaseUrl, options);
}
