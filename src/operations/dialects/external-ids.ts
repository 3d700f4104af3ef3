import type { ExternalIdKind } from '../../domain/dialect/external-id.ts';
import { faultOf } from '../../domain/errors/altered-row.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Services } from '../services.ts';

/** Ids in another product's form, and how a new one is made. */
export interface ExternalIdForm extends ExternalIdKind {
  /** `number` counts those of the project from 1; `seed` is a new UUIDv7 without its dashes, for forms in which nobody counts. */
  readonly make: (from: { readonly number: number; readonly seed: string }) => string;
}

/**
 * The ids of things of a project that their caller has read before, by our ids. A thing gets its id when it is first shown in that form,
 * and keeps it: of two callers that ask at the same moment both are told the same. One whose stored id was altered has none among several,
 * and is INTEGRITY where it is asked for alone.
 */
export async function externalIdsOf(
  services: Services,
  { projectId }: { readonly projectId: string },
  form: ExternalIdForm,
  entityIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { store, observer } = services;
  const known = new Map<string, string>();
  const altered = new Set<string>();
  for (const row of await store.read.externalIds.ofEntities(form, entityIds)) {
    const fault = faultOf(row);
    if (fault === null) known.set(row.entityId, row.value);
    else if (entityIds.length === 1) throw fault;
    else {
      altered.add(row.entityId);
      observer.leftOut(fault);
    }
  }
  const missing = [...new Set(entityIds)].filter((id) => !known.has(id) && !altered.has(id));
  if (missing.length === 0) return known;
  const { dialect, entity, make } = form;
  const made = await store.write(async (tx) => {
    await tx.lock(`external-ids/${projectId}/${dialect}/${entity}`, 'exclusive');
    let number = await tx.externalIds.count(form, projectId);
    const given = new Set((await tx.externalIds.ofEntities(form, missing)).map(({ entityId }) => entityId));
    for (const entityId of missing) {
      if (given.has(entityId)) continue;
      number += 1;
      const value = make({ number, seed: services.newId().replaceAll('-', '') });
      await tx.externalIds.insert({ dialect, entity, entityId, projectId, value });
    }
    return await tx.externalIds.ofEntities(form, missing);
  });
  for (const { entityId, value } of made) known.set(entityId, value);
  const unnamed = missing.find((id) => !known.has(id));
  if (unnamed !== undefined) throw new DomainError('INTEGRITY', 'A thing has no id in the form that was asked for.', { rowId: unnamed });
  return known;
}

/** Our id of the thing that has this one in the actor's project; null where none has. Who may see it is for the caller to ask. */
export async function entityOfExternalId(
  { store }: Services,
  { projectId }: { readonly projectId: string },
  kind: ExternalIdKind,
  value: string,
): Promise<string | null> {
  return (await store.read.externalIds.findByValue(kind, value, projectId))?.entityId ?? null;
}

/** The same in whichever project it is: for ids of projects themselves. */
export async function projectOfExternalId({ store }: Services, kind: ExternalIdKind, value: string): Promise<string | null> {
  return (await store.read.externalIds.findByValue(kind, value, null))?.projectId ?? null;
}
