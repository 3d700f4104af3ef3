import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Project, Site } from '../../domain/connection/connection.ts';
import type { OutboxEvent, Readers, Writers } from '../../domain/ports/store.ts';
import type { Tables } from '../tables.ts';
import { alterRow, listed, type SignedSource, type SignedTransaction, verifiedOne, withMac } from './signing/signed.ts';
import { atMost } from './statements/at-most.ts';
import { prepared, preparedInsert } from './statements/prepared.ts';

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
const insertEvent = preparedInsert('events_insert', ({ events }) => events);

export function projectReaders(source: SignedSource, tables: Tables): Pick<Readers, 'projects' | 'sites'> {
  const { db } = source;
  const { projects, sites } = tables;
  return {
    projects: {
      find: async (id) => verifiedOne<Project>(source, projects, await db.select().from(projects).where(eq(projects.id, id))),
      all: async () =>
        listed<Project>(
          source,
          projects,
          await db.select().from(projects).orderBy(asc(projects.createdAt), asc(projects.id)).limit(atMost(1000)),
        ),
    },
    sites: {
      ofIntegration: async (projectId, id) => verifiedOne<Site>(source, sites, await siteOfIntegration(source, tables, { projectId, id })),
      all: async (projectId) => listed<Site>(source, sites, await sitesOfProject(source, tables, { projectId })),
    },
  };
}

export function projectWriters(tx: SignedTransaction, tables: Tables): Pick<Writers, 'projects' | 'sites' | 'events'> {
  const { db } = tx;
  const { projects, sites } = tables;
  const readers = projectReaders(tx, tables);
  return {
    projects: {
      insert: async (project) => void (await db.insert(projects).values(withMac(tx, projects, { ...project }))),
      ...readers.projects,
    },
    sites: {
      insert: async (site) => void (await db.insert(sites).values(withMac(tx, sites, { ...site }))),
      rename: async (projectId, id, name, now) =>
        (await alterRow<typeof sites, Site>(tx, tables, sites, { id }, (site) =>
          site.projectId === projectId ? { name, updatedAt: now } : null,
        )) !== null,
      ...readers.sites,
    },
    events: { append: (event: OutboxEvent) => insertEvent(tx, tables, event) },
  };
}
