import { and, asc, desc, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import type { SecretDestination, SecretName } from '../../domain/secret-reference.ts';
import type { SecretDestinationReaders, SecretDestinationWriters } from '../../domain/store.ts';
import type { EngineTransaction, StatementSource } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { atMost } from './at-most.ts';
import { behind } from './keyset.ts';
import { prepared } from './prepared.ts';
import { trusted } from './trusted.ts';

const ofSecret = prepared('secret_destinations_of_secret', (db, { secretDestinations: at }) => ({
  columns: getTableColumns(at),
  statement: db
    .select()
    .from(at)
    .where(
      and(
        eq(at.projectId, sql.placeholder('projectId')),
        eq(at.provider, sql.placeholder('provider')),
        eq(at.path, sql.placeholder('path')),
      ),
    )
    .orderBy(asc(at.createdAt), asc(at.id)),
}));

export function secretDestinationReaders(source: StatementSource, tables: Tables): SecretDestinationReaders {
  const { db } = source;
  const { secretDestinations: at } = tables;
  return {
    of: async ({ projectId, provider, path }) => trusted<SecretDestination>(await ofSecret(source, tables, { projectId, provider, path })),
    paths: async (projectId, provider, after, limit) =>
      (
        await db
          .selectDistinct({ path: at.path })
          .from(at)
          .where(and(eq(at.projectId, projectId), eq(at.provider, provider), gt(at.path, after)))
          .orderBy(asc(at.path))
          .limit(atMost(limit))
      ).map(({ path }) => path),
    page: async (projectId, { limit, after }) =>
      trusted<SecretDestination>(
        await db
          .select()
          .from(at)
          .where(and(eq(at.projectId, projectId), behind(at.createdAt, at.id, after)))
          .orderBy(desc(at.createdAt), desc(at.id))
          .limit(atMost(limit)),
      ),
  };
}

export function secretDestinationWriters(tx: EngineTransaction, tables: Tables): SecretDestinationWriters {
  const { db } = tx;
  const { secretDestinations: at } = tables;
  const isSecret = ({ projectId, provider, path }: Omit<SecretName, 'member'>) =>
    and(eq(at.projectId, projectId), eq(at.provider, provider), eq(at.path, path));
  return {
    insert: async (destination) => (await db.insert(at).values(destination).onConflictDoNothing().returning({ path: at.path })).length > 0,
    remove: async (name) => trusted<SecretDestination>(await db.delete(at).where(isSecret(name)).returning()),
    ...secretDestinationReaders(tx, tables),
  };
}
