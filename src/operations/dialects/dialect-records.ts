import type { DialectRecord, RecordFilter, RecordKind } from '../../domain/dialect/dialect-record.ts';
import { withoutAltered } from '../../domain/errors/altered-row.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission, requireWholeProject } from '../../domain/token/actor.ts';
import type { Permission } from '../../domain/token/roles.ts';
import { record } from '../audit/record.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import { actorId, type Services } from '../services.ts';
import { writeAs } from '../write-as.ts';

/** Records of a dialect, and what whoever writes them needs. */
export interface RecordRule extends RecordKind {
  /** In words, for refusals: `environment`. */
  readonly what: string;
  readonly right: Permission;
  /** What is said of a key that is taken, where it is no name. */
  readonly taken?: { readonly path: string; readonly next: string };
}

export type GivenRecord = Pick<DialectRecord, 'key' | 'parentId' | 'data'>;

/** Records of one kind in the order they were made, at most `limit`, without those that were altered. Throws FORBIDDEN. */
export async function listRecords(
  { store, observer }: Services,
  actor: Actor,
  kind: RecordKind,
  { limit, ...filter }: RecordFilter & { readonly limit: number },
): Promise<readonly DialectRecord[]> {
  requirePermission(actor, 'read');
  return withoutAltered(await store.read.dialectRecords.list(actor.projectId, kind, filter, limit), observer.leftOut);
}

/** Null where there is none. Throws FORBIDDEN. */
export async function findRecord({ store }: Services, actor: Actor, kind: RecordKind, key: string): Promise<DialectRecord | null> {
  requirePermission(actor, 'read');
  return await store.read.dialectRecords.find(actor.projectId, kind, key);
}

/** Throws FORBIDDEN, and NAME_TAKEN when the key is taken; a repeat of the request that took it is given what that made. */
export async function createRecord(services: Services, actor: Actor, rule: RecordRule, given: GivenRecord): Promise<DialectRecord> {
  requireWriter(actor, rule);
  return await writeAs(services, actor, async (tx) => {
    const made = await insertRecord(services, actor, tx, { rule, given });
    if (made !== null) return made;
    const first = await tx.dialectRecords.find(actor.projectId, rule, given.key);
    const { repeatsSince } = services;
    if (first !== null && repeatsSince !== null && first.createdAt >= repeatsSince && first.createdBy === actorId(actor)) return first;
    throw new DomainError('NAME_TAKEN', `There is such a ${rule.what} already.`, { path: 'key', ...rule.taken });
  });
}

/** The record with other data. Throws FORBIDDEN, NOT_FOUND. */
export async function updateRecord(
  services: Services,
  actor: Actor,
  rule: RecordRule,
  { key, data }: Pick<GivenRecord, 'key' | 'data'>,
): Promise<DialectRecord> {
  requireWriter(actor, rule);
  return await writeAs(services, actor, async (tx) => {
    const found = await tx.dialectRecords.find(actor.projectId, rule, key);
    const updated =
      found === null ? null : await tx.dialectRecords.update(actor.projectId, found.id, data, { by: actorId(actor), now: await tx.now() });
    if (updated === null) throw notFound(rule.what);
    await recordWrite(services, actor, tx, { action: 'dialect-record.update', written: updated });
    return updated;
  });
}

/** Throws FORBIDDEN, and NOT_FOUND where one of the keys is of no record: then none is removed. */
export async function deleteRecords(services: Services, actor: Actor, rule: RecordRule, keys: readonly string[]): Promise<void> {
  requireWriter(actor, rule);
  await writeAs(services, actor, async (tx) => {
    for (const key of new Set(keys)) {
      const found = await tx.dialectRecords.find(actor.projectId, rule, key);
      if (found !== null) await removeRecord(services, actor, tx, found);
      else if (!(await wasRemoved(services, actor, tx, { rule, key }))) throw notFound(rule.what);
    }
  });
}

/** Makes those that belong to a parent be exactly these: what stays keeps its time. Throws FORBIDDEN. */
export async function replaceRecords(
  services: Services,
  actor: Actor,
  rule: RecordRule,
  { parentId, items }: { readonly parentId: string; readonly items: readonly Pick<GivenRecord, 'key' | 'data'>[] },
): Promise<readonly DialectRecord[]> {
  requireWriter(actor, rule);
  return await writeAs(services, actor, async (tx) => {
    await tx.lock(parentId, 'exclusive');
    const before = await tx.dialectRecords.list(actor.projectId, rule, { parentId }, MOST_OF_PARENT);
    const kept = new Set(items.map(({ key }) => key));
    for (const one of before) if (!kept.has(one.key)) await removeRecord(services, actor, tx, one);
    for (const { key, data } of items) await insertRecord(services, actor, tx, { rule, given: { key, data, parentId } });
    return await tx.dialectRecords.list(actor.projectId, rule, { parentId }, MOST_OF_PARENT);
  });
}

/** Records that one parent has at most. */
export const MOST_OF_PARENT = 1000;

/** What is the whole project's is not for a token that is limited to some integrations. */
function requireWriter(actor: Actor, { right, what }: RecordRule): void {
  requirePermission(actor, right);
  requireWholeProject(actor, `A ${what}`);
}

async function insertRecord(
  services: Services,
  actor: Actor,
  tx: Writers,
  { rule: { dialect, entity }, given }: { readonly rule: RecordRule; readonly given: GivenRecord },
): Promise<DialectRecord | null> {
  const now = await tx.now();
  const by = actorId(actor);
  const times = { createdAt: now, createdBy: by, updatedAt: now, updatedBy: by };
  const made: DialectRecord = { id: services.newId(), projectId: actor.projectId, dialect, entity, ...times, ...given };
  if (!(await tx.dialectRecords.insert(made))) return null;
  await recordWrite(services, actor, tx, { action: 'dialect-record.create', written: made });
  return made;
}

async function removeRecord(services: Services, actor: Actor, tx: Writers, found: DialectRecord): Promise<void> {
  if (await tx.dialectRecords.remove(actor.projectId, found.id))
    await recordWrite(services, actor, tx, { action: 'dialect-record.delete', written: found });
}

interface Written {
  readonly action: 'dialect-record.create' | 'dialect-record.update' | 'dialect-record.delete';
  readonly written: DialectRecord;
}

async function recordWrite(services: Services, actor: Actor, tx: Writers, { action, written }: Written): Promise<void> {
  const { id, dialect, entity, key, parentId } = written;
  await record(services, tx, actor, { action, entity: 'dialect-record', entityId: id, details: { dialect, of: entity, key, parentId } });
}

/** Whether an earlier run of the same request has removed it. */
async function wasRemoved(
  services: Services,
  actor: Actor,
  tx: Writers,
  { rule, key }: { readonly rule: RecordRule; readonly key: string },
): Promise<boolean> {
  const isIt = (details: Readonly<Record<string, unknown>>) =>
    details.key === key && details.dialect === rule.dialect && details.of === rule.entity;
  return await endedByEarlierRun(services, tx, actor, { action: 'dialect-record.delete', isIt });
}
