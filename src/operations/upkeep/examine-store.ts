import { type AuditRow, lostIds } from '../../domain/audit/audit.ts';
import type { Finding } from '../../domain/audit/finding.ts';
import type { Change } from '../../domain/change/change.ts';
import type { Connection, SealedContent, Version } from '../../domain/connection/connection.ts';
import { badRequest, DomainError } from '../../domain/errors/errors.ts';
import type { AlteredRow } from '../../domain/ports/upkeep-store.ts';
import { createPacer, type Pacer } from '../../domain/time/pacer.ts';
import { type Actor, requireOperator } from '../../domain/token/actor.ts';
import { configHash } from '../../domain/version/next-version.ts';
import { compareWithAudit, lostVersions } from '../audit/compare-with-audit.ts';
import { type Seals, sealsInTurn } from '../audit/follow-seals.ts';
import { gapBetween, type Restore, readRestores } from '../audit/read-restores.ts';
import { openDetails } from '../connections/load-connection.ts';
import type { Services } from '../services.ts';
import { type LeasePlace, revivedLeases } from './revived-leases.ts';

const PAGE = 100;
const MOST_FINDINGS = 100;
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
  | { readonly versions: VersionPlace | null }
  | { readonly commits: CommitPlace | null }
  | { readonly changes: ChangePlace | null }
  | { readonly rows: RowPlace }
  | { readonly leases: LeasePlace | null };
type VersionPlace = Pick<Version, 'connectionId' | 'version'>;
type CommitPlace = Pick<AuditRow, 'entityId' | 'at' | 'id'>;
type ChangePlace = Pick<Change, 'expiresAt' | 'id'>;
/** The number of the table, and the id of the row that was seen last; behind the last table comes the list of what gives rights. */
interface RowPlace {
  readonly table: number;
  readonly after: readonly unknown[] | null;
}

interface Examined {
  readonly services: Services;
  readonly pacer: Pacer;
  readonly restores: readonly Restore[];
  readonly sealsOf: (connectionId: string) => Promise<Seals>;
  readonly findings: Finding[];
  readonly counts: { versions: number; opened: number; findings: number };
}

/**
 * Proves that every version and open change opens under its binding, that every connection's chain of versions is whole, and that it
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
  let cursor: Cursor | null = after === null || after === '' ? { versions: null } : readCursor(after);
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
    if (['versions', 'commits', 'changes', 'rows', 'leases'].some((step) => Object.hasOwn(cursor, step))) return cursor;
  } catch {
    // The error below says what is wrong.
  }
  throw badRequest('after', 'Give what `next` said, or an empty text to begin.');
}

/** Examines one page and says which comes next; null at the end. */
async function examinePage(examined: Examined, cursor: Cursor): Promise<Cursor | null> {
  const { read } = examined.services.store;
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
    add(examined, await lostVersions(examined.services, rows, examined.pacer));
    const last = rows.at(-1);
    return last === undefined ? { changes: null } : { commits: { entityId: last.entityId, at: last.at, id: last.id } };
  }
  if ('rows' in cursor) return await examineRows(examined, cursor.rows);
  if ('leases' in cursor) {
    const { found, next } = await revivedLeases(examined.services, cursor.leases, examined.pacer, PAGE);
    add(examined, found.map(asFinding));
    return next === null ? null : { leases: next };
  }
  const rows = await read.changes.scanOpen(cursor.changes, PAGE);
  await examineChanges(examined, rows);
  const last = rows.at(-1);
  return last === undefined ? { rows: { table: 0, after: null } } : { changes: { expiresAt: last.expiresAt, id: last.id } };
}

/** Every row that is signed, of every table, however it was altered. */
async function examineRows(examined: Examined, { table, after }: RowPlace): Promise<Cursor | null> {
  const { integrity } = examined.services.store.read;
  const name = (await integrity.tables())[table];
  if (name === undefined) {
    const [last = null] = after ?? [];
    const { found, next } = await integrity.lost(last === null ? null : String(last), PAGE);
    add(examined, found.map(asFinding));
    if (next !== null) return { rows: { table, after: [next] } };
    add(examined, (await lostAudit(examined)).map(asFinding));
    return { leases: null };
  }
  const { found, next } = await integrity.scan(name, after, PAGE);
  add(examined, found.map(asFinding));
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

function add({ findings, counts }: Examined, found: readonly Finding[]): void {
  counts.findings += found.length;
  findings.push(...found.slice(0, MOST_FINDINGS - findings.length));
}

async function examineVersions(examined: Examined, rows: readonly Version[], behind: Version | null): Promise<void> {
  const { services, pacer, counts } = examined;
  let before: Version | null = null;
  for (const [index, version] of rows.entries()) {
    const { connectionId } = version;
    before = index === 0 ? await services.store.read.versions.before(connectionId, version.version) : before;
    if (before?.connectionId !== connectionId) before = null;
    const isNewest = (rows[index + 1] ?? behind)?.connectionId !== connectionId;
    const problems = await problemsOf(examined, version, before, isNewest);
    add(
      examined,
      problems.map((problem) => ({ connectionId, version: version.version, problem })),
    );
    counts.versions += 1;
    if (version.destroyedAt === null && !problems.some((problem) => problem === 'does-not-open' || problem === 'connector-missing'))
      counts.opened += 1;
    before = version;
    await pacer.pause();
  }
  for (const versions of byConnection(rows)) add(examined, await compareWithAudit(services, versions, examined));
}

function byConnection(rows: readonly Version[]): readonly [Version, ...Version[]][] {
  const groups: [Version, ...Version[]][] = [];
  for (const version of rows) {
    const group = groups.at(-1);
    if (group?.[0].connectionId === version.connectionId) group.push(version);
    else groups.push([version]);
  }
  return groups;
}

async function unfinishedRotation({ store }: Services): Promise<Examination['rotation']> {
  const { forward, back } = await store.read.keys.upgrade();
  if (forward === null || back === null) return null;
  return { fromKid: forward.kid, toKid: back.kid, remaining: await store.read.keys.countOutside(back.kid) };
}

/** A row that was altered in any way is named, and the others are still examined. */
async function problemsOf(...asked: Parameters<typeof problemsIn>): Promise<readonly Finding['problem'][]> {
  try {
    return await problemsIn(...asked);
  } catch (error) {
    if (isOfRow(error)) return ['config-altered'];
    throw error;
  }
}

/** Reading fails like this if a row has values of wrong types, or if a related row was altered. */
function isOfRow(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DomainError && error.code === 'INTEGRITY');
}

async function problemsIn(
  examined: Examined,
  version: Version,
  before: Version | null,
  isNewest: boolean,
): Promise<readonly Finding['problem'][]> {
  const { services, restores } = examined;
  const problems: Finding['problem'][] = [];
  const next = (before?.version ?? 0) + 1;
  // A connection's first version after a restore leaves numbers out.
  const gap = before === null ? 0 : gapBetween(restores, before.createdAt, version.createdAt);
  if (version.version !== next && version.version !== next + gap) problems.push('gap');
  if (!configHash(version).equals(version.configHash)) problems.push('config-altered');
  if (!(await isLinked(examined, version, before))) problems.push('mac-broken');
  const { contentId, cipherHash } = version;
  let content: SealedContent | null = null;
  try {
    content = contentId === null ? null : await services.store.read.contents.find({ projectId: version.projectId }, contentId);
  } catch (error) {
    if (!isOfRow(error)) throw error;
    problems.push('content-altered');
  }
  // What versions share is sealed anew with the first of them: until the others are signed anew, they tell of what it was before.
  const isAhead = content !== null && content.keyGeneration > version.keyGeneration;
  if (
    content !== null &&
    (cipherHash === null || !(isAhead || content.cipherHash.equals(cipherHash)) || content.connectionId !== version.connectionId)
  )
    problems.push('content-altered');
  const isDestroyed = version.destroyedAt !== null;
  if (isDestroyed && (version.label !== 'RETIRED' || content?.blob !== null)) problems.push('state-altered');
  else if (await isStateAltered(services, version, isNewest)) problems.push('state-altered');
  const failure = isDestroyed ? null : await whyShut(services, version);
  if (failure !== null) problems.push(failure);
  return problems;
}

/** By the MAC of the version before, or by one that the signed audit says it had before it was sealed anew. */
async function isLinked({ services, sealsOf }: Examined, version: Version, before: Version | null): Promise<boolean> {
  try {
    const keys = await services.vault.forProject(version.projectId, version.keyGeneration);
    const fits = (previousMac: Buffer) => keys.versionMac({ ...version, previousMac }, version.keyGeneration).equals(version.rowMac);
    if (fits(before?.rowMac ?? Buffer.alloc(0))) return true;
    if (before === null) return false;
    const seals = await sealsOf(version.connectionId);
    return (await seals.former(before.version, before.rowMac.toString('hex'))).some((mac) => fits(Buffer.from(mac, 'hex')));
  } catch (error) {
    // The row names a generation of the key that was never made.
    if (error instanceof DomainError && error.code === 'INTEGRITY') return false;
    throw error;
  }
}

async function whyShut(services: Services, row: Parameters<typeof openDetails>[1]): Promise<'does-not-open' | 'connector-missing' | null> {
  try {
    await openDetails(services, row);
    return null;
  } catch (error) {
    if (isOfRow(error)) return 'does-not-open';
    if (!(error instanceof DomainError) || error.code !== 'UNAVAILABLE') throw error;
    return 'connector-missing';
  }
}

/** The newest version of a connection is its CURRENT one, and no other; a removed connection has none. A reference in use is bound to where it leads. */
async function isStateAltered({ store }: Services, version: Version, isNewest: boolean): Promise<boolean> {
  const { connectionId, projectId, label, reference, boundTo } = version;
  let connection: Connection | null = null;
  try {
    connection = isNewest ? await store.read.connections.find({ projectId, integrationIds: null }, connectionId) : null;
  } catch (error) {
    if (!isOfRow(error)) throw error;
    // The altered row itself is named elsewhere; nothing follows from it for its versions.
    return false;
  }
  if (label !== 'CURRENT' || connection === null) return (label === 'CURRENT') !== (connection !== null);
  return connection.currentVersion !== version.version || (connection.isActive && reference !== null && boundTo === null);
}

async function examineChanges(examined: Examined, rows: readonly Change[]): Promise<void> {
  for (const change of rows) {
    if ((await whyShut(examined.services, change)) === 'does-not-open')
      add(examined, [{ connectionId: change.connectionId, version: change.baseVersion ?? 0, problem: 'change-does-not-open' }]);
    await examined.pacer.pause();
  }
}
