import type { Edit } from '../ports/edit.ts';
import type { PageRequest } from '../ports/page.ts';
import type { Connection, Integration, Scope, Version } from './connection.ts';
import type { ConnectionPolicy } from './policy.ts';

export interface ConnectionFilter {
  readonly kinds?: readonly string[];
  readonly integrationId?: string;
  readonly active?: boolean;
  /** The name that is shown, trimmed and NFC: its own, or else its integration's. */
  readonly name?: string;
  readonly ids?: readonly string[];
}

/** One row of the listing that the lead API's getPlatformServices is made of: a connection, its integration and the kind of its CURRENT version. */
export interface ListedConnection {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: number;
  readonly integrationId: string;
  readonly integrationName: string;
  readonly integrationCategory: Integration['category'];
  readonly siteId: string;
  readonly kind: string;
  /** Of the same version, parsed when it is called; absent where the listing was read without them. Throws INTEGRITY where they were altered. */
  readonly settings?: () => Version['settings'];
}

/** Which rows are listed with their settings: those whose settings are short, or the others; `unread` lists all rows without them. */
export type ListedSettings = 'unread' | 'short' | 'long';

/** Both as of one moment; `current` is null only in a store that was altered. */
export interface ConnectionWithCurrent {
  readonly connection: Connection;
  readonly current: Version | null;
}

export interface ConnectionReaders {
  find(scope: Scope, id: string): Promise<Connection | null>;
  findWithCurrent(scope: Scope, id: string): Promise<ConnectionWithCurrent | null>;
  /** In no particular order; ids that are not in scope are left out. */
  findMany(scope: Scope, ids: readonly string[]): Promise<readonly Connection[]>;
  /** In the order they were made, at most `limit`; callers ask for one more than they can take, to see whether there are too many. */
  ofIntegrations(scope: Scope, integrationIds: readonly string[], limit: number): Promise<readonly Connection[]>;
  /** Newest first, by (createdAt, id). */
  page(scope: Scope, filter: ConnectionFilter, page: PageRequest): Promise<readonly Connection[]>;
  /**
   * A page of rows, in the order they were made. Prepared once. Settings are the longest column of a row and most listings show none, so
   * they are read for whoever asks for them: of the rows alone whose settings are short, or of the others.
   */
  listing(scope: Scope, page: PageRequest, settings?: ListedSettings): Promise<readonly ListedConnection[]>;
}

export interface ConnectionWriters extends ConnectionReaders {
  /** Throws NOT_FOUND when the integration is gone: of racing callers that add a connection and remove its integration one fails. */
  insert(connection: Connection): Promise<void>;
  /** Moves the current version from one to the next, only if it still is `from`. Of two racing callers one gets true. */
  advance(scope: Scope, id: string, versions: { readonly from: number; readonly to: number }, edit: Edit): Promise<boolean>;
  rename(scope: Scope, id: string, name: string, edit: Edit): Promise<boolean>;
  /** Changes nothing but when it was changed, and by whom. */
  touch(scope: Scope, id: string, edit: Edit): Promise<boolean>;
  setActive(scope: Scope, id: string, active: boolean, edit: Edit): Promise<boolean>;
  setDeletionProtection(scope: Scope, id: string, on: boolean, edit: Edit): Promise<boolean>;
  setPolicy(scope: Scope, id: string, policy: ConnectionPolicy, edit: Edit): Promise<boolean>;
  /** False when it is gone or protected against deletion. */
  remove(scope: Scope, id: string, by: string | null, now: number): Promise<boolean>;
}
