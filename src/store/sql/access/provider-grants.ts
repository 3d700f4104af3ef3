import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { ProviderGrantReaders, ProviderGrantWriters } from '../../../domain/connection/reference/reference-store.ts';
import type { ProviderGrant } from '../../../domain/connection/reference/secret-reference.ts';
import type { Tables } from '../../tables/tables.ts';
import { amendAuthority, entryOf, HEAD } from '../signing/authority.ts';
import { type Listed, readListed, showListed } from '../signing/read-listed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { prepared } from '../statements/prepared.ts';
import { trusted } from '../statements/trusted.ts';

/** Grants together with the MAC of the list that each of them has to be on, as of one moment. */
const ofProject = prepared('provider_grants_of_project', (db, { providerGrants, authorityHead }) => {
  const columns = { row: getTableColumns(providerGrants), head: { mac: authorityHead.mac } };
  return {
    columns,
    statement: db
      .select(columns)
      .from(providerGrants)
      .leftJoin(authorityHead, eq(authorityHead.id, HEAD))
      .where(eq(providerGrants.projectId, sql.placeholder('projectId')))
      .orderBy(asc(providerGrants.createdAt), asc(providerGrants.provider), asc(providerGrants.prefix))
      .limit(atMost(1000)),
  };
});

export function providerGrantReaders(source: SignedSource, tables: Tables): ProviderGrantReaders {
  const listed = { table: tables.providerGrants, entry: entryOfGrant };
  const read = (projectId: string) => async () => trusted<Listed<ProviderGrant>>(await ofProject(source, tables, { projectId }));
  return {
    of: (projectId) => readListed<ProviderGrant>(source, tables, listed, read(projectId)),
    shown: (projectId) => showListed<ProviderGrant>(source, tables, listed, read(projectId)),
  };
}

function entryOfGrant({ projectId, provider, prefix }: Pick<ProviderGrant, 'projectId' | 'provider' | 'prefix'>): string {
  return entryOf('grant', projectId, provider, prefix);
}

export function providerGrantWriters(tx: SignedTransaction, tables: Tables): ProviderGrantWriters {
  const { db } = tx;
  const { providerGrants } = tables;
  return {
    async insert(grant) {
      const row = withMac(tx, providerGrants, { ...grant });
      const inserted = await db.insert(providerGrants).values(row).onConflictDoNothing().returning({ prefix: providerGrants.prefix });
      if (inserted.length > 0) await amendAuthority(tx, tables, [[entryOfGrant(grant), row.mac]]);
      return inserted.length > 0;
    },
    async remove(grant) {
      const { projectId, provider, prefix } = grant;
      const removed = await db
        .delete(providerGrants)
        .where(and(eq(providerGrants.projectId, projectId), eq(providerGrants.provider, provider), eq(providerGrants.prefix, prefix)))
        .returning({ prefix: providerGrants.prefix });
      if (removed.length > 0) await amendAuthority(tx, tables, [[entryOfGrant(grant), null]]);
      return removed.length > 0;
    },
    ...providerGrantReaders(tx, tables),
  };
}
