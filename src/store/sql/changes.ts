import { and, asc, desc, eq, getTableColumns, gt, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Change } from '../../domain/change.ts';
import type { Scope } from '../../domain/connection.ts';
import type {
  ChangeReaders,
  ChangeWriters,
  Comparison,
  ValidationReaders,
  ValidationRecord,
  ValidationWriters,
} from '../../domain/store.ts';
import type { Database, EngineTransaction, StatementSource } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { atMost } from './at-most.ts';
import { ofConnectionsInScope } from './in-scope.ts';
import { behind, beyond } from './keyset.ts';
import { prepared, preparedInScope, preparedInsert } from './prepared.ts';
import { first, trusted } from './trusted.ts';

const findOne = preparedInScope('changes_find', ['id'], (db, tables, scope, { id }) => ({
  columns: getTableColumns(tables.changes),
  statement: db
    .select()
    .from(tables.changes)
    .where(and(withinScope(db, tables, scope), eq(tables.changes.id, id))),
}));
const findByKey = preparedInScope('changes_by_key', ['keyHash'], (db, tables, scope, { keyHash }) => {
  const { changes } = tables;
  // A change that makes a connection belongs to no integration yet: its key is what opens it.
  const mine = or(isNull(changes.baseVersion), withinScope(db, tables, scope));
  return {
    columns: getTableColumns(changes),
    statement: db
      .select()
      .from(changes)
      .where(and(eq(changes.projectId, scope.projectId), eq(changes.keyHash, keyHash), mine)),
  };
});
const commitOpen = prepared('changes_commit', (db, tables) => {
  const { changes } = tables;
  return {
    columns: { id: changes.id },
    statement: db
      .update(changes)
      .set({
        state: 'COMMITTED',
        committedVersion: sql`${sql.placeholder('version')}`,
        committedBy: sql`${sql.placeholder('by')}`,
        committedAt: sql`${sql.placeholder('now')}`,
      })
      .where(and(eq(changes.id, sql.placeholder('id')), isOpen(tables)))
      .returning({ id: changes.id }),
  };
});
const pendingOfConnection = prepared('changes_waiting_for', (db, tables) => {
  const { changes } = tables;
  return {
    columns: getTableColumns(changes),
    statement: db
      .select()
      .from(changes)
      .where(
        and(isPending(tables), eq(changes.connectionId, sql.placeholder('connectionId')), gt(changes.waitUntil, sql.placeholder('now'))),
      ),
  };
});
const insertChange = preparedInsert('changes_insert', ({ changes }) => changes);

function withinScope(db: Database, tables: Tables, scope: Scope): SQL | undefined {
  return ofConnectionsInScope(db, tables, tables.changes, scope);
}

export function changeReaders(source: StatementSource, tables: Tables): ChangeReaders {
  const { db } = source;
  const { changes } = tables;
  const within = (scope: Scope) => withinScope(db, tables, scope);
  return {
    find: async (scope, id) => first<Change>(await findOne(source, tables, scope, { id })),
    findByKeyHash: async (scope, keyHash) => first<Change>(await findByKey(source, tables, scope, { keyHash })),
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
          .where(and(isOpen(tables), sql`${changes.state} = 'OPEN'`, lte(changes.expiresAt, before)))
          .orderBy(asc(changes.expiresAt), asc(changes.id))
          .limit(atMost(limit)),
      ),
    scanOpen: async (after, limit) =>
      trusted<Change>(
        await db
          .select()
          .from(changes)
          .where(and(isOpen(tables), beyond(changes.expiresAt, changes.id, after && { at: after.expiresAt, id: after.id })))
          .orderBy(asc(changes.expiresAt), asc(changes.id))
          .limit(atMost(limit)),
      ),
    openOf: async (connectionId) =>
      trusted<Change>(
        await db
          .select()
          .from(changes)
          .where(and(eq(changes.connectionId, connectionId), isOpen(tables)))
          .limit(atMost(1000)),
      ),
    pending: async (after, limit) =>
      trusted<Change>(
        await db
          .select()
          .from(changes)
          .where(and(isPending(tables), beyond(changes.waitUntil, changes.id, after && { at: after.waitUntil ?? 0, id: after.id })))
          .orderBy(asc(changes.waitUntil), asc(changes.id))
          .limit(atMost(limit)),
      ),
    waitingFor: async (connectionId, now) => first<Change>(await pendingOfConnection(source, tables, { connectionId, now })),
  };
}

/** In words, not as parameters: the index of open changes is used only where the statement itself says so. */
export function isOpen({ changes }: Tables): SQL {
  return sql`${changes.state} in ('OPEN', 'PENDING')`;
}

function isPending({ changes }: Tables): SQL {
  return sql`${changes.state} = 'PENDING'`;
}

export function changeWriters(tx: EngineTransaction, tables: Tables): ChangeWriters {
  const { db } = tx;
  const { changes } = tables;
  const alter = async (id: string, from: SQL, set: Partial<typeof changes.$inferInsert>) =>
    (
      await db
        .update(changes)
        .set(set)
        .where(and(eq(changes.id, id), from))
        .returning({ id: changes.id })
    ).length > 0;
  return {
    insert: (change) => insertChange(tx, tables, change),
    setCipherHash: async (contentId, cipherHash) =>
      void (await db
        .update(changes)
        .set({ cipherHash })
        .where(and(eq(changes.contentId, contentId), isOpen(tables)))),
    pend: (id, by, waitUntil, acceptsLosses) =>
      alter(id, sql`${changes.state} = 'OPEN'`, { state: 'PENDING', committedBy: by, waitUntil, acceptsLosses }),
    giveUp: (id, failure) => alter(id, isPending(tables), { state: 'DISCARDED', failure }),
    commit: async (id, version, by, now) => (await commitOpen(tx, tables, { id, version, by, now })).length > 0,
    discard: (id) => alter(id, isOpen(tables), { state: 'DISCARDED' }),
    ...changeReaders(tx, tables),
  };
}

const latestOutcomes = prepared('validations_outcomes', (db, { validations }) => {
  const columns = { validator: validations.validator, status: validations.status, finishedAt: validations.finishedAt };
  const statement = db
    .select(columns)
    .from(validations)
    .where(and(eq(validations.candidateHash, sql.placeholder('candidateHash')), eq(validations.projectId, sql.placeholder('projectId'))))
    .orderBy(desc(validations.finishedAt), desc(validations.id))
    .limit(atMost(200));
  return { columns, statement };
});
/** Its index is by candidate: one candidate has few runs. */
const latestComparison = prepared('validations_comparison', (db, { validations }) => {
  const columns = { status: validations.status, errors: validations.errors, finishedAt: validations.finishedAt };
  const statement = db
    .select(columns)
    .from(validations)
    .where(
      and(
        eq(validations.candidateHash, sql.placeholder('candidateHash')),
        eq(validations.projectId, sql.placeholder('projectId')),
        eq(validations.validator, sql.placeholder('validator')),
        eq(validations.comparedWith, sql.placeholder('comparedWith')),
      ),
    )
    .orderBy(desc(validations.finishedAt), desc(validations.id))
    .limit(atMost(1));
  return { columns, statement };
});
const insertValidation = preparedInsert('validations_insert', ({ validations }) => validations);

export function validationReaders(source: StatementSource, tables: Tables): ValidationReaders {
  return {
    async passed(projectId, candidateHash, since) {
      const rows = trusted<Outcome>(await latestOutcomes(source, tables, { projectId, candidateHash }));
      // The newest run of each validator: a later failure takes an earlier proof away.
      const newest = new Map(rows.toReversed().map((run) => [run.validator, run]));
      return [...newest.values()]
        .filter(({ status, finishedAt }) => finishedAt >= since && (status === 'passed' || status === 'warning'))
        .map(({ validator }) => validator);
    },
    async comparison(projectId, candidateHash, { validator, comparedWith, since }) {
      const found = first<Comparison>(await latestComparison(source, tables, { projectId, candidateHash, validator, comparedWith }));
      return found !== null && found.finishedAt >= since ? found : null;
    },
  };
}

type Outcome = Pick<ValidationRecord, 'validator' | 'status' | 'finishedAt'>;

export function validationWriters(tx: EngineTransaction, tables: Tables): ValidationWriters {
  return { record: (validation) => insertValidation(tx, tables, validation), ...validationReaders(tx, tables) };
}
