import { type AccountAuditFilter, isWanted, mayFind } from '../../domain/audit/account-audit.ts';
import type { AuditRow } from '../../domain/audit/audit.ts';
import type { Actor } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';
import { requireAuditor } from './list-audit-log.ts';

type Place = Pick<AuditRow, 'at' | 'id'>;

export interface AccountAuditPage {
  readonly from: number;
  readonly to: number | null;
  readonly limit: number;
  /** `older` goes on behind the place from the newest row on, `newer` before it from the oldest on. */
  readonly direction: 'older' | 'newer';
  readonly place: Place | null;
}

export interface FoundAudit {
  /** Newest first. */
  readonly rows: readonly AuditRow[];
  /** Where the next page in the same direction goes on; null when no row is left there. */
  readonly next: Place | null;
}

const SCAN = 200;
/** Rows that one call looks through: few may be wanted among many, and the caller then goes on from `next`. */
const MOST_SCANS = 20;

/** The project's audit in the lead API's order and with its filters. Throws FORBIDDEN. */
export async function listAccountAudit(
  { store }: Services,
  actor: Actor,
  filter: AccountAuditFilter,
  { from, to, limit, direction, place }: AccountAuditPage,
): Promise<FoundAudit> {
  requireAuditor(actor);
  if (!mayFind(filter)) return { rows: [], next: null };
  const { audit } = store.read;
  const range = { from, ...(to === null ? {} : { to }) };
  const rows: AuditRow[] = [];
  let after = place;
  for (let scans = 0; scans < MOST_SCANS; scans += 1) {
    const page = await (direction === 'older' ? audit.page : audit.pageFromOldest)(actor.projectId, range, { limit: SCAN, after });
    for (const row of page) {
      // One more that is wanted tells that there is a next page, which begins behind the last one given.
      if (isWanted(row, filter)) {
        if (rows.length === limit) return found(rows, rows.at(-1) ?? null, direction);
        rows.push(row);
      }
      after = { at: row.at, id: row.id };
    }
    if (page.length < SCAN) return found(rows, null, direction);
  }
  return found(rows, after, direction);
}

function found(rows: readonly AuditRow[], next: Place | null, direction: AccountAuditPage['direction']): FoundAudit {
  return { rows: direction === 'older' ? rows : rows.toReversed(), next: next === null ? null : { at: next.at, id: next.id } };
}
