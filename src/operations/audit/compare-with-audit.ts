import type { AuditRow } from '../../domain/audit/audit.ts';
import type { AuditAction } from '../../domain/audit/audit-actions.ts';
import type { Finding } from '../../domain/audit/finding.ts';
import type { Version } from '../../domain/connection/connection.ts';
import type { Pacer } from '../../domain/time/pacer.ts';
import type { Services } from '../services.ts';
import type { Seals } from './follow-seals.ts';

const COMMITS: readonly AuditAction[] = ['connection.create', 'connection.update', 'connection.rollback'];
const PAGE = 200;

/**
 * Each commit's audit row holds the MAC of the version that it made, and its time. What the MAC does not cover shows here. A chain that
 * was sealed anew is followed from one MAC to the next. Rows that are not signed by us count for nothing: `audit verify` tells of
 * them. `versions` are some of one connection, in their order.
 */
export async function compareWithAudit(
  services: Services,
  versions: readonly [Version, ...Version[]],
  { pacer, sealsOf }: { readonly pacer: Pacer; readonly sealsOf: (connectionId: string) => Promise<Seals> },
): Promise<readonly Finding[]> {
  const [{ connectionId }] = versions;
  const unaudited = new Map(versions.map((version) => [version.version, version]));
  const times = versions.map(({ createdAt }) => createdAt);
  const window = { from: Math.min(...times), to: Math.max(...times) };
  for (let page: readonly AuditRow[] | null = null; unaudited.size > 0 && (page === null || page.length === PAGE); ) {
    page = await services.store.read.audit.commitsOf(connectionId, window, page?.at(-1) ?? null, PAGE);
    for (const row of page) {
      const version = unaudited.get(Number(row.details.version));
      if (version === undefined || !COMMITS.includes(row.action) || !isOurs(services, row) || !tellsOf(row, version)) continue;
      const [stored, first] = [version.rowMac.toString('hex'), String(row.details.rowMac)];
      const current = stored === first ? first : await (await sealsOf(connectionId)).now(version.version, first);
      if (stored === current) unaudited.delete(version.version);
      await pacer.pause();
    }
  }
  return [...unaudited.keys()].map((version) => ({ connectionId, version, problem: 'not-in-audit' as const }));
}

/** Of these rows, the commits of versions that are not stored: cut off at the end of a chain, or with all of their connection. */
export async function lostVersions(services: Services, page: readonly AuditRow[], pacer: Pacer): Promise<readonly Finding[]> {
  const commits: { readonly connectionId: string; readonly version: number }[] = [];
  for (const row of page) {
    if (COMMITS.includes(row.action) && isOurs(services, row))
      commits.push({ connectionId: row.entityId ?? '', version: Number(row.details.version) });
    await pacer.pause();
  }
  if (commits.length === 0) return [];
  const stored = await services.store.read.versions.storedOf(commits);
  return commits
    .filter(({ connectionId, version }) => !stored.has(`${connectionId}/${version}`))
    .map((commit) => ({ ...commit, problem: 'lost' as const }));
}

function isOurs({ auditChain }: Services, row: AuditRow): boolean {
  return auditChain.sign(row).equals(row.rowHmac);
}

function tellsOf({ at, action, actorTokenId, details }: AuditRow, version: Version): boolean {
  return (
    details.changeId === version.changeId &&
    details.proven === version.proven &&
    (details.restoredFrom ?? null) === version.restoredFrom &&
    version.origin === (action === 'connection.rollback' ? 'roll-back' : 'change') &&
    (actorTokenId ?? 'local') === version.createdBy &&
    at === version.createdAt
  );
}
