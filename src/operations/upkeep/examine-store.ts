import type { AccountSecretVersion } from '../../domain/account-secret/account-secret.ts';
import { type AuditRow, lostIds } from '../../domain/audit/audit.ts';
import type { Finding } from '../../domain/audit/finding.ts';
import type { Change } from '../../domain/change/change.ts';
import type { Version } from '../../domain/connection/connection.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import type { AlteredRow } from '../../domain/ports/upkeep-store.ts';
import { createPacer } from '../../domain/time/pacer.ts';
import { type Actor, requireOperator } from '../../domain/token/actor.ts';
import type { Restore } from '../../domain/version/version-gap.ts';
import { lostVersions } from '../audit/compare-with-audit.ts';
import { sealsInTurn } from '../audit/follow-seals.ts';
import { readRestores } from '../audit/read-restores.ts';
import type { Services } from '../services.ts';
import { addFindings, type Examined, MOST_FINDINGS, openingFailure } from './examination.ts';
import { examineSecrets } from './examine-secrets.ts';
import { examineVersions } from './examine-versions.ts';
import { type StalePlace, staleRows } from './stale-rows.ts';

const PAGE = 100;
/** A call with a cursor ends after this time and can be continued, milliseconds. */
const CALL_MS = 5000;

export interface Examination {
  readonly ok: boolean;
  readonly versions: number;
  readonly opened: number;
  /** A rotation of the master key that has begun and not finished. Usually null. */
  readonly rotation: { readonly fromKid: string; readonly toKid: string; readonly remaining: number } | null;
  /** Restores from a backup that were noticed. What came after the backup is lost; the stored rows are not at fault. */
  readonly restores: readonly Restore[];
  /** At most 100; `ok` is false for any. */
  readonly findings: readonly Finding[];
  /** The cursor to go on from. Null at the end. */
  readonly next: string | null;
}

/** The steps of an examination, in their order, and how far it has come in one. */
type Cursor =
  | { readonly schema: null }
  | { readonly versions: VersionPlace | null }
  | { readonly commits: CommitPlace | null }
  | { readonly changes: ChangePlace | null }
  | { readonly secrets: SecretPlace | null }
  | { readonly rows: RowPlace }
  | { readonly stale: StalePlace | null };
type VersionPlace = Pick<Version, 'connectionId' | 'version'>;
type CommitPlace = Pick<AuditRow, 'entityId' | 'at' | 'id'>;
type ChangePlace = Pick<Change, 'expiresAt' | 'id'>;
type SecretPlace = Pick<AccountSecretVersion, 'secretId' | 'version'>;
/** The number of the table, and the id of the row that was seen last; behind the last table comes the list of what gives rights. */
interface RowPlace {
  readonly table: number;
  readonly after: readonly unknown[] | null;
}

/**
 * Proves that every version, open change and account secret opens under its binding, that every connection's chain of versions is whole, and that it
 * is the one which the audit tells of: a chain that was cut at its end is whole in itself. Shows no secret. Holds a page of rows at a
 * time, and lets others in. With `after`, which is empty at first, for some seconds; `next` says where to go on. Without it, all at once.
 */
export async function examineStore(services: Services, actor: Actor, after: string | null = null): Promise<Examination> {
  requireOperator(actor);
  const restores = await readRestores(services, services.store.read);
  const examined: Examined = {
    services,
    restores,
    pacer: createPacer(),
    sealsOf: sealsInTurn(services, services.store.read),
    findings: [],
    counts: { versions: 0, opened: 0, findings: 0 },
  };
  const until = after === null ? Number.POSITIVE_INFINITY : performance.now() + CALL_MS;
  let cursor: Cursor | null = after === null || after === '' ? { schema: null } : readCursor(after);
  do {
    cursor = await examinePage(examined, cursor);
    await examined.pacer.pause();
  } while (cursor !== null && performance.now() < until);
  const { counts, findings } = examined;
  return {
    ok: counts.findings === 0,
    rotation: await unfinishedRotation(services),
    versions: counts.versions,
    opened: counts.opened,
    restores,
    findings,
    next: cursor === null ? null : JSON.stringify(cursor),
  };
}

function readCursor(text: string): Cursor {
  try {
    const cursor = JSON.parse(text) as Cursor;
    if (['schema', 'versions', 'commits', 'changes', 'secrets', 'rows', 'stale'].some((step) => Object.hasOwn(cursor, step))) return cursor;
  } catch {
    // The error below says what is wrong.
  }
  throw badRequest('after', 'Give what `next` said, or an empty text to begin.');
}

/** Examines one page and says which comes next; null at the end. */
async function examinePage(examined: Examined, cursor: Cursor): Promise<Cursor | null> {
  const { read } = examined.services.store;
  if ('schema' in cursor) {
    // Of a store that changed since its start: a trigger may have hidden what the steps behind this one look for.
    const difference = await examined.services.store.schemaDifference();
    if (difference !== null)
      addFindings(examined, [asFinding({ table: difference.table, rowId: difference.item, problem: 'schema-altered' })]);
    return { versions: null };
  }
  if ('versions' in cursor) {
    // One more tells whether the last of the page is the newest of its connection.
    const rows = await read.versions.scan(cursor.versions, PAGE + 1);
    await examineVersions(examined, rows.slice(0, PAGE), rows[PAGE] ?? null);
    const last = rows[PAGE - 1];
    return rows.length <= PAGE || last === undefined
      ? { commits: null }
      : { versions: { connectionId: last.connectionId, version: last.version } };
  }
  if ('commits' in cursor) {
    const rows = await read.audit.scanCommits(cursor.commits, PAGE);
    addFindings(examined, await lostVersions(examined.services, rows, examined.pacer));
    const last = rows.at(-1);
    return last === undefined ? { changes: null } : { commits: { entityId: last.entityId, at: last.at, id: last.id } };
  }
  if ('rows' in cursor) return await examineRows(examined, cursor.rows);
  if ('stale' in cursor) {
    const { found, next } = await staleRows(examined.services, cursor.stale, examined.pacer, PAGE);
    addFindings(examined, found.map(asFinding));
    return next === null ? null : { stale: next };
  }
  if ('secrets' in cursor) {
    const found = await read.accountSecrets.scan(cursor.secrets, PAGE);
    await examineSecrets(examined, found);
    const end = found.at(-1);
    return end === undefined ? { rows: { table: 0, after: null } } : { secrets: { secretId: end.secretId, version: end.version } };
  }
  const rows = await read.changes.scanOpen(cursor.changes, PAGE);
  await examineChanges(examined, rows);
  const last = rows.at(-1);
  return last === undefined ? { secrets: null } : { changes: { expiresAt: last.expiresAt, id: last.id } };
}

/** Every row that is signed, of every table, however it was altered. */
async function examineRows(examined: Examined, { table, after }: RowPlace): Promise<Cursor | null> {
  const { integrity } = examined.services.store.read;
  const name = (await integrity.tables())[table];
  if (name === undefined) {
    const [last = null] = after ?? [];
    const { found, next } = await integrity.lost(last === null ? null : String(last), PAGE);
    addFindings(examined, found.map(asFinding));
    if (next !== null) return { rows: { table, after: [next] } };
    addFindings(examined, (await lostAudit(examined)).map(asFinding));
    return { stale: null };
  }
  const { found, next } = await integrity.scan(name, after, PAGE);
  addFindings(examined, found.map(asFinding));
  return { rows: next === null ? { table: table + 1, after: null } : { table, after: next } };
}

function asFinding(row: AlteredRow): Finding {
  return { connectionId: '', version: 0, ...row };
}

/** Audit rows that were gone before they were sealed, as the audit tells itself. */
async function lostAudit({ services: { store, auditChain } }: Examined): Promise<readonly AlteredRow[]> {
  const told = (await store.read.audit.losses(MOST_FINDINGS)).filter((row) => auditChain.sign(row).equals(row.rowHmac));
  return told.flatMap(lostIds).map((rowId) => ({ table: 'audit', rowId, problem: 'row-lost' }));
}

async function unfinishedRotation({ store }: Services): Promise<Examination['rotation']> {
  const { forward, back } = await store.read.keys.upgrade();
  if (forward === null || back === null) return null;
  return { fromKid: forward.kid, toKid: back.kid, remaining: await store.read.keys.countOutside(back.kid) };
}

async function examineChanges(examined: Examined, rows: readonly Change[]): Promise<void> {
  for (const change of rows) {
    if ((await openingFailure(examined.services, change)) === 'does-not-open')
      addFindings(examined, [{ connectionId: change.connectionId, version: change.baseVersion ?? 0, problem: 'change-does-not-open' }]);
    await examined.pacer.pause();
  }
}
