import type { Clock } from '../domain/ports/clock.ts';
import type { InstanceRow } from '../domain/ports/instance-store.ts';
import type { Store } from '../domain/ports/store.ts';
import type { UpgradeRecord } from '../domain/ports/vault.ts';

/** A store that is open, and the instance it belongs to. */
export interface OpenedStore {
  readonly store: Store;
  readonly instance: InstanceRow;
}

export interface OpenStoreOptions {
  /** `system` uses the database's own clock on PostgreSQL; a test gives a clock that can pass three hours at once. */
  readonly clock: Clock | 'system';
  /**
   * Called with the stored instance, and with the records of a rotation of the master key, before anything is written, migrations included: throws StartupError unless the master key
   * opens it. Called with null for a new store, it returns the instance to insert.
   */
  readonly verifyInstance: (stored: InstanceRow | null, upgrades: readonly UpgradeRecord[]) => InstanceRow;
}
