import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { ProviderGrant } from '../../domain/secret-reference.ts';
import type { ProviderGrantReaders, ProviderGrantWriters } from '../../domain/store.ts';
import type { EngineTransaction, StatementSource } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { atMost } from './at-most.ts';
import { prepared } from './prepared.ts';
import { trusted } from './trusted.ts';

const ofProject = prepared('provider_grants_of_project', (db, { providerGrants }) => ({
  columns: getTableColumns(providerGrants),
  statement: db
    .select()
    .from(providerGrants)
    .where(eq(providerGrants.projectId, sql.placeholder('projectId')))
    .orderBy(asc(providerGrants.createdAt), asc(providerGrants.provider), asc(providerGrants.prefix))
    .limit(atMost(1000)),
}));

export function providerGrantReaders(source: StatementSource, tables: Tables): ProviderGrantReaders {
  return { of: async (projectId) => trusted<ProviderGrant>(await ofProject(source, tables, { projectId })) };
}

export function providerGrantWriters(tx: EngineTransaction, tables: Tables): ProviderGrantWriters {
  const { db } = tx;
  const { providerGrants } = tables;
  return {
    insert: async (grant) =>
      (await db.insert(providerGrants).values(grant).onConflictDoNothing().returning({ prefix: providerGrants.prefix })).length > 0,
    remove: async ({ projectId, provider, prefix }) =>
      (
        await db
          .delete(providerGrants)
          .where(and(eq(providerGrants.projectId, projectId), eq(providerGrants.provider, provider), eq(providerGrants.prefix, prefix)))
          .returning({ prefix: providerGrants.prefix })
      ).length > 0,
    ...providerGrantReaders(tx, tables),
  };
}
