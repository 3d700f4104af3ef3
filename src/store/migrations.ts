import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Both src/store and dist/store lie two folders below the package. */
export function migrationsFolder(engine: 'sqlite' | 'postgres'): string {
  return fileURLToPath(new URL(`../../migrations/${engine}`, import.meta.url));
}

export const MIGRATIONS_TABLE = 'changeover_migrations';

/** The time stamp of the newest migration that this release knows. A store that has a newer one was written by a newer release. */
export function newestMigration(engine: 'sqlite' | 'postgres'): number {
  const journal = JSON.parse(readFileSync(`${migrationsFolder(engine)}/meta/_journal.json`, 'utf8')) as { readonly entries: readonly { readonly when: number }[] };
  return Math.max(...journal.entries.map(({ when }) => when));
}

/** The line to end with, when a store is newer than this release. */
export function newerSchema(what: string): string {
  return `${what} was written by a newer release of Changeover. Start that release, or restore the backup made before the upgrade; nothing was written.`;
}
