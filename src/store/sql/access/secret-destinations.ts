import { and, asc, desc, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import type { SecretDestinationReaders, SecretDestinationWriters } from '../../../domain/connection/reference/reference-store.ts';
import type { SecretDestination, SecretName } from '../../../domain/connection/reference/secret-reference.ts';
import type { Tables } from '../../tables/tables.ts';
import { amendAuthority, entryOf, requireAllListed } from '../signing/authority.ts';
import { listed } from '../signing/read-signed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { olderThan } from '../statements/keyset.ts';
import { prepared } from '../statements/prepared.ts';
import { trusted } from '../statements/trusted.ts';

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

export function secretDestinationReaders(source: SignedSource, tables: Tables): SecretDestinationReaders {
  const { db } = source;
  const { secretDestinations: at } = tables;
  return {
    of: ({ projectId, provider, path }) =>
      // If this row could be deleted, the next use of the secret would count as its first.
      requireAllListed<SecretDestination>(source, tables, {
        table: at,
        read: () => ofSecret(source, tables, { projectId, provider, path }),
        beginning: ['destination', projectId, provider, path],
      }),
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
      listed<SecretDestination>(
        source,
        at,
        await db
          .select()
          .from(at)
          .where(and(eq(at.projectId, projectId), olderThan(at.createdAt, at.id, after)))
          .orderBy(desc(at.createdAt), desc(at.id))
          .limit(atMost(limit)),
      ),
  };
}

export function secretDestinationWriters(tx: SignedTransaction, tables: Tables): SecretDestinationWriters {
  const { db } = tx;
  const { secretDestinations: at } = tables;
  const isSecret = ({ projectId, provider, path }: Omit<SecretName, 'member'>) =>
    and(eq(at.projectId, projectId), eq(at.provider, provider), eq(at.path, path));
  return {
    async insert(destination) {
      const row = withMac(tx, at, { ...destination });
      const inserted = await db.insert(at).values(row).onConflictDoNothing().returning({ path: at.path });
      if (inserted.length > 0) await amendAuthority(tx, tables, [[entryOfDestination(destination), row.mac]]);
      return inserted.length > 0;
    },
    async remove(name) {
      const removed = trusted<SecretDestination & { readonly mac: Buffer }>(await db.delete(at).where(isSecret(name)).returning());
      if (removed.length > 0)
        await amendAuthority(
          tx,
          tables,
          removed.map((row) => [entryOfDestination(row), null]),
        );
      return removed.map(({ mac: _mac, ...row }) => row);
    },
    ...secretDestinationReaders(tx, tables),
  };
}

function entryOfDestination({ projectId, provider, path, id }: SecretDestination): string {
  return entryOf('destination', projectId, provider, path, id);
}
