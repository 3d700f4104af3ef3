import type { OpenedStore, OpenStoreOptions } from './opened-store.ts';

/** Opens either engine. Throws StartupError with one line, and without having written, for a store that must not be used. */
export async function openStore(
  target: { readonly dataDir: string } | { readonly databaseUrl: string },
  options: OpenStoreOptions,
): Promise<OpenedStore> {
  if ('dataDir' in target) return await (await import('./sqlite/open-sqlite.ts')).openSqliteStore(target.dataDir, options);
  return await (await import('./postgres/open-postgres.ts')).openPostgresStore(target.databaseUrl, options);
}
