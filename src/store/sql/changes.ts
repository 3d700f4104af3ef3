import { and, asc, desc, eq, inArray, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Change } from '../../domain/change.ts';
import type { Scope } from '../../domain/connection.ts';
import type { ChangeReaders, ChangeWriters, ValidationReaders, ValidationRecord, ValidationWriters } from '../../domain/store.ts';
import type { Database } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { atMost } from './at-most.ts';
import { behind } from './keyset.ts';
import { first, trusted } from './trusted.ts';

export function changeReaders(db: Database, tables: Tables): ChangeReaders {
  const { changes, connections } = tables;
  const within = (scope: Scope): SQL | undefined =>
    and(
      eq(changes.projectId, scope.projectId),
      scope.integrationIds === null
        ? undefined
        : inArray(
            changes.connectionId,
            db
              .select({ id: connections.id })
              .from(connections)
              .where(inArray(connections.integrationId, [...scope.integrationIds])),
          ),
    );
  return {
    find: async (scope, id) =>
      first<Change>(
        await db
          .select()
          .from(changes)
          .where(and(within(scope), eq(changes.id, id))),
      ),
    findByKeyHash: async (scope, keyHash) =>
      first<Change>(
        await db
          .select()
          .from(changes)
          // A change that makes a connection belongs to no integration yet: its key is what opens it.
          .where(and(eq(changes.projectId, scope.projectId), eq(changes.keyHash, keyHash), or(isNull(changes.baseVersion), within(scope)))),
      ),
    page: async (scope, filter, { limit, after }) =>
      trusted<Change>(
        await db
          .select()
          .from(changes)
          .where(
            and(
              within(scope),
              filter.connectionId === undefined ? undefined : eq(changes.connectionId, filter.connectionId),
              filter.state === undefined ? undefined : eq(changes.state, filter.state),
              behind(changes.createdAt, changes.id, after),
            ),
          )
          .orderBy(desc(changes.createdAt), desc(changes.id))
          .limit(atMost(limit)),
      ),
    expired: async (before, limit) =>
      trusted<Change>(
        await db
          .select()
          .from(changes)
          .where(and(isOpen(tables), lte(changes.expiresAt, before)))
          .orderBy(asc(changes.expiresAt), asc(changes.id))
          .limit(atMost(limit)),
      ),
  };
}

/** In words, not as parameters: the index of open changes is used only where the statement itself says so. */
export function isOpen({ changes }: Tables): SQL {
  return sql`${changes.state} in ('OPEN', 'PENDING')`;
}

export function changeWriters(db: Database, tables: Tables): ChangeWriters {
  const { changes } = tables;
  const end = async (id: string, set: Partial<typeof changes.$inferInsert>) =>
    (
      await db
        .update(changes)
        .set(set)
        .where(and(eq(changes.id, id), isOpen(tables)))
        .returning({ id: changes.id })
    ).length > 0;
  return {
    ...changeReaders(db, tables),
    insert: async (change) => void (await db.insert(changes).values(change)),
    commit: (id, version, by, now) => end(id, { state: 'COMMITTED', committedVersion: version, committedBy: by, committedAt: now }),
    discard: (id) => end(id, { state: 'DISCARDED' }),
  };
}

export function validationReaders(db: Database, { validations }: Tables): ValidationReaders {
  return {
    async passed(projectId, candidateHash, since) {
      const rows = await latestRuns(db, validations, projectId, candidateHash);
      return rows
        .filter(({ status, finishedAt }) => finishedAt >= since && (status === 'passed' || status === 'warning'))
        .map(({ validator }) => validator);
    },
    latest: (projectId, candidateHash) => latestRuns(db, validations, projectId, candidateHash),
  };
}

/** The newest run of each validator: a later failure takes an earlier proof away. */
async function latestRuns(
  db: Database,
  validations: Tables['validations'],
  projectId: string,
  candidateHash: Buffer,
): Promise<readonly ValidationRecord[]> {
  const rows = trusted<ValidationRecord>(
    await db
      .select()
      .from(validations)
      .where(and(eq(validations.candidateHash, candidateHash), eq(validations.projectId, projectId)))
      .orderBy(desc(validations.finishedAt), desc(validations.id))
      .limit(atMost(200)),
  );
  return [...new Map([...rows].reverse().map((row) => [row.validator, row])).values()];
}

export function validationWriters(db: Database, tables: Tables): ValidationWriters {
  return { ...validationReaders(db, tables), record: async (validation) => void (await db.insert(tables.validations).values(validation)) };
}
