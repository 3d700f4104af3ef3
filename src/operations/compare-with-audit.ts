import type { AuditAction, AuditRow } from '../domain/audit.ts';
import type { Version } from '../domain/connection.ts';
import type { Finding } from './examine-store.ts';
import type { Services } from './services.ts';

const COMMITS: ReadonlySet<AuditAction> = new Set(['connection.create', 'connection.update', 'connection.rollback']);

/**
 * Each commit's audit row holds the MAC of the version that it made. Versions that were cut off at the end of a chain, and what the
 * MAC does not cover, show here. A resealed chain is followed from one to the next. Rows that are not signed by us count for nothing: `audit verify` tells of them.
 */
export async function compareWithAudit({ store, auditChain }: Services, stored: readonly Version[]): Promise<readonly Finding[]> {
  const unaudited = new Map(stored.map((version) => [`${version.connectionId}/${version.version}`, version]));
  const findings: Finding[] = [];
  const seen = new Set<string>();
  const commits: AuditRow[] = [];
  /** The MAC that a version was given when it was sealed with another data key, by the one it had before. */
  const resealed = new Map<string, string>();
  for (let after: string | null = null; ; ) {
    const page: readonly AuditRow[] = await store.read.audit.scan(after, 1000);
    for (const row of page) {
      if (!COMMITS.has(row.action) && row.action !== 'connection.reseal') continue;
      if (!auditChain.sign(row).equals(row.rowHmac)) continue;
      if (COMMITS.has(row.action)) commits.push(row);
      else for (const [from, to] of (row.details.rowMacs ?? []) as readonly (readonly [string, string])[]) resealed.set(from, to);
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  for (const row of commits) {
    const key = `${row.entityId}/${String(row.details.version)}`;
    const version = unaudited.get(key);
    if (version !== undefined && tellsOf(row, version, resealed)) {
      unaudited.delete(key);
      seen.add(key);
    } else if (version === undefined && !seen.has(key)) {
      findings.push({ connectionId: row.entityId ?? '', version: Number(row.details.version), problem: 'lost' });
    }
  }
  const missing = [...unaudited.values()].map(({ connectionId, version }) => ({ connectionId, version, problem: 'not-in-audit' as const }));
  return [...findings, ...missing];
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
