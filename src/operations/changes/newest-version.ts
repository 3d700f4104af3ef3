import type { Scope, Version } from '../../domain/connection/connection.ts';
import type { VersionReaders } from '../../domain/version/version-store.ts';

const PAGE = 100;

/** The newest version of a connection that is wanted, however many it has. */
export async function newestVersion(
  versions: VersionReaders,
  scope: Scope,
  connectionId: string,
  isWanted: (version: Version) => boolean,
): Promise<Version | null> {
  for (let before: number | null = null; ; ) {
    const page: readonly Version[] = await versions.list(scope, connectionId, { limit: PAGE, before });
    const found = page.find(isWanted);
    if (found !== undefined) return found;
    if (page.length < PAGE) return null;
    before = page.at(-1)?.version ?? null;
  }
}
