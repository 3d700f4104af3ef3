import type { AuditAction, AuditRow } from '../domain/audit.ts';
import type { Version } from '../domain/connection.ts';
import type { Finding } from './examine-store.ts';
import type { Services } from './services.ts';

const COMMITS: readonly AuditAction[] = ['connection.create', 'connection.update', 'connection.rollback'];
const PAGE = 1000;

/**
 * Each commit's audit row holds the MAC of the version that it made. Versions that were cut off at the end of a chain, and what the
 * MAC does not cover, show here. A resealed chain is followed from one to the next. Rows that are not signed by us count for nothing:
 * `audit verify` tells of them. `versions` are all that is stored of one connection.
 */
export async function compareWithAudit(
  services: Services,
  connectionId: string,
  versions: readonly Version[],
): Promise<readonly Finding[]> {
  const unaudited = new Map(versions.map((version) => [version.version, version]));
  const stored = new Set(unaudited.keys());
  const lost = new Set<number>();
  const { commits, resealed } = await readCommits(services, versions[0]?.projectId ?? '', connectionId);
  for (const row of commits) {
    const number = Number(row.details.version);
    const version = unaudited.get(number);
    if (version !== undefined && tellsOf(row, version, resealed)) unaudited.delete(number);
    else if (!stored.has(number)) lost.add(number);
  }
  return [
    ...[...lost].map((version) => ({ connectionId, version, problem: 'lost' as const })),
    ...[...unaudited.keys()].map((version) => ({ connectionId, version, problem: 'not-in-audit' as const })),
  ];
}

/** What the audit knows of connections of which nothing is stored at all. */
export async function* lostConnections({ store, auditChain }: Services): AsyncIterable<readonly Finding[]> {
  for (let after: string | null = null; ; ) {
    const page: readonly AuditRow[] = await store.read.audit.scan(after, PAGE);
    const commits = page.filter((row) => COMMITS.includes(row.action) && auditChain.sign(row).equals(row.rowHmac));
    const stored = await store.read.versions.storedOf(commits.map(({ entityId }) => entityId ?? ''));
    yield commits
      .filter(({ entityId }) => !stored.has(entityId ?? ''))
      .map(({ entityId, details }) => ({ connectionId: entityId ?? '', version: Number(details.version), problem: 'lost' as const }));
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

/** Of one connection; `resealed` is the MAC that a version was given when it was sealed with another data key, by the one it had before. */
async function readCommits({ store, auditChain }: Services, projectId: string, entityId: string) {
  const commits: AuditRow[] = [];
  const resealed = new Map<string, string>();
  for (let after: { readonly at: number; readonly id: string } | null = null; ; ) {
    const filter = { entityId, actions: [...COMMITS, 'connection.reseal' as const] };
    const page: readonly AuditRow[] = await store.read.audit.page(projectId, filter, { limit: PAGE, after });
    for (const row of page.filter((one) => auditChain.sign(one).equals(one.rowHmac))) {
      if (COMMITS.includes(row.action)) commits.push(row);
      else for (const [from, to] of movesOf(row)) resealed.set(from, to);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return { commits, resealed };
    after = last;
  }
}

/** Versions of which nothing was sealed with an older key keep their MAC when a change of their connection is sealed anew: they lead nowhere. */
function movesOf({ details }: AuditRow): readonly (readonly [string, string])[] {
  return ((details.rowMacs ?? []) as readonly (readonly [string, string])[]).filter(([from, to]) => from !== to);
}

function tellsOf({ at, action, actorTokenId, details }: AuditRow, version: Version, resealed: ReadonlyMap<string, string>): boolean {
  let rowMac = String(details.rowMac);
  for (let next = resealed.get(rowMac); next !== undefined; next = resealed.get(rowMac)) rowMac = next;
  return (
    rowMac === version.rowMac.toString('hex') &&
    details.changeId === version.changeId &&
    details.proven === version.proven &&
    (details.restoredFrom ?? null) === version.restoredFrom &&
    version.origin === (action === 'connection.rollback' ? 'roll-back' : 'change') &&
    (actorTokenId ?? 'local') === version.createdBy &&
    at === version.createdAt
  );
}
