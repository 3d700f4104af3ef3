import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Site } from '../../../domain/connection/connection.ts';
import type { SiteReaders, SiteWriters } from '../../../domain/site/site-store.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { listed, verifiedOne } from '../signing/read-signed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { prepared } from '../statements/prepared.ts';

const siteOfIntegration = prepared('sites_of_integration', (db, { sites, integrations }) => ({
  columns: getTableColumns(sites),
  statement: db
    .select(getTableColumns(sites))
    .from(integrations)
    .innerJoin(sites, eq(sites.id, integrations.siteId))
    .where(and(eq(integrations.id, sql.placeholder('id')), eq(sites.projectId, sql.placeholder('projectId')))),
}));
const sitesOfProject = prepared('sites_of_project', (db, { sites }) => ({
  columns: getTableColumns(sites),
  statement: db
    .select()
    .from(sites)
    .where(eq(sites.projectId, sql.placeholder('projectId')))
    .orderBy(asc(sites.createdAt), asc(sites.id))
    .limit(atMost(1000)),
}));

export function siteReaders(source: SignedSource, tables: Tables): SiteReaders {
  const { sites } = tables;
  return {
    ofIntegration: async (projectId, id) => verifiedOne<Site>(source, sites, await siteOfIntegration(source, tables, { projectId, id })),
    all: async (projectId) => listed<Site>(source, sites, await sitesOfProject(source, tables, { projectId })),
  };
}

export function siteWriters(tx: SignedTransaction, tables: Tables): SiteWriters {
  const { sites } = tables;
  return {
    insert: async (site) => void (await tx.db.insert(sites).values(withMac(tx, sites, { ...site }))),
    rename: async (projectId, id, name, now) =>
      (await alterRow<typeof sites, Site>(tx, { tables, table: sites, id: { id } }, (site) =>
        site.projectId === projectId ? { name, updatedAt: now } : null,
      )) !== null,
    ...siteReaders(tx, tables),
  };
}
