import type { AuditAction, AuditRow } from '../domain/audit.ts';
import type { Version } from '../domain/connection.ts';
import type { Finding } from './examine-store.ts';
import type { Services } from './services.ts';

const COMMITS: ReadonlySet<AuditAction> = new Set(['connection.create', 'connection.update', 'connection.rollback']);

/**
 * Each commit's audit row holds the MAC of the version that it made. Versions that were cut off at the end of a chain, and what the
 * MAC does not cover, show here. Rows that are not signed by us count for nothing: `audit verify` tells of them.
 */
export async function compareWithAudit({ store, auditChain }: Services, stored: readonly Version[]): Promise<readonly Finding[]> {
  const unaudited = new Map(stored.map((version) => [`${version.connectionId}/${version.version}`, version]));
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (let after: string | null = null; ; ) {
    const page: readonly AuditRow[] = await store.read.audit.scan(after, 1000);
    for (const row of page) {
      if (!COMMITS.has(row.action) || !auditChain.sign(row).equals(row.rowHmac)) continue;
      const key = `${row.entityId}/${String(row.details.version)}`;
      const version = unaudited.get(key);
      if (version !== undefined && tellsOf(row, version)) {
        unaudited.delete(key);
        seen.add(key);
      } else if (version === undefined && !seen.has(key)) {
        findings.push({ connectionId: row.entityId ?? '', version: Number(row.details.version), problem: 'lost' });
      }
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  const missing = [...unaudited.values()].map(({ connectionId, version }) => ({ connectionId, version, problem: 'not-in-audit' as const }));
  return [...findings, ...missing];
}

function tellsOf({ at, action, actorTokenId, details }: AuditRow, version: Version): boolean {
  return (
    details.rowMac === version.rowMac.toString('hex') &&
    details.changeId === version.changeId &&
    details.proven === version.proven &&
    (details.restoredFrom ?? null) === version.restoredFrom &&
    version.origin === (action === 'connection.rollback' ? 'roll-back' : 'change') &&
    (actorTokenId ?? 'local') === version.createdBy &&
    at === version.createdAt
  );
}
