import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';

/** Both src/store and dist/store lie two folders below the package. */
export function migrationsFolder(engine: 'sqlite' | 'postgres'): string {
  return fileURLToPath(new URL(`../../migrations/${engine}`, import.meta.url));
}

/** The table that lists the migrations of a store. It is Drizzle's, so that Drizzle's tools can read it. */
export const MIGRATIONS_TABLE = 'changeover_migrations';

export interface Migration {
  /** Its time stamp, which orders migrations. */
  readonly at: number;
  readonly hash: string;
  readonly statements: readonly string[];
}

/** All migrations of this release that a store migrated up to `from` lacks, in order. */
export function migrationsAfter(engine: 'sqlite' | 'postgres', from: number): readonly Migration[] {
  return readMigrationFiles({ migrationsFolder: migrationsFolder(engine) })
    .map(({ folderMillis, hash, sql }) => ({ at: folderMillis, hash, statements: sql }))
    .filter(({ at }) => at > from)
    .sort((a, b) => a.at - b.at);
}

/** The time stamp of the newest migration that this release knows. A store that has a newer one was written by a newer release. */
export function newestMigration(engine: 'sqlite' | 'postgres'): number {
  return migrationsAfter(engine, 0).at(-1)?.at ?? 0;
}

/** The line with which a start ends when the store is newer than this release. */
export function newerSchema(what: string): string {
  return `${what} was written by a newer release of Changeover. Start that release, or restore the backup made before the upgrade; nothing was written.`;
}
