import { and, asc, eq, getTableColumns, type Placeholder, sql } from 'drizzle-orm';
import type { Project, Site } from '../../domain/connection.ts';
import type { InstanceRow, OutboxEvent, Readers, Writers } from '../../domain/store.ts';
import type { KeyStore, WrappedKey } from '../../domain/vault.ts';
import type { Database, Engine } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { atMost } from './at-most.ts';
import { prepareRows } from './prepared.ts';
import { first, trusted } from './trusted.ts';

export function projectReaders(db: Database, tables: Tables): Pick<Readers, 'projects' | 'sites'> {
  const { projects, sites } = tables;
  return {
    projects: {
      find: async (id) => first<Project>(await db.select().from(projects).where(eq(projects.id, id))),
      all: async () =>
        trusted<Project>(await db.select().from(projects).orderBy(asc(projects.createdAt), asc(projects.id)).limit(atMost(1000))),
    },
    sites: {
      find: async (projectId, id) =>
        first<Site>(
          await db
            .select()
            .from(sites)
            .where(and(eq(sites.projectId, projectId), eq(sites.id, id))),
        ),
      all: async (projectId) => trusted<Site>(await selectSites(db, tables, projectId)),
    },
  };
}

/** The sites of a project, which the lead API's listing begins with: prepared once. */
export function preparedSites(engine: Engine): Readers['sites']['all'] {
  const { reader, tables } = engine;
  const run = prepareRows(
    engine,
    'sites_of_project',
    getTableColumns(tables.sites),
    selectSites(reader, tables, sql.placeholder('projectId')),
  );
  return async (projectId) => trusted<Site>(await run({ projectId }));
}

function selectSites(db: Database, { sites }: Tables, projectId: string | Placeholder) {
  return db.select().from(sites).where(eq(sites.projectId, projectId)).orderBy(asc(sites.createdAt), asc(sites.id)).limit(atMost(1000));
}

export function projectWriters(db: Database, tables: Tables): Pick<Writers, 'projects' | 'sites' | 'events' | 'instance' | 'keys'> {
  const { projects, sites, events, instance } = tables;
  const readers = projectReaders(db, tables);
  return {
    projects: { ...readers.projects, insert: async (project) => void (await db.insert(projects).values(project)) },
    sites: {
      ...readers.sites,
      insert: async (site) => void (await db.insert(sites).values(site)),
      rename: async (projectId, id, name, now) =>
        (
          await db
            .update(sites)
            .set({ name, updatedAt: now })
            .where(and(eq(sites.projectId, projectId), eq(sites.id, id)))
            .returning({ id: sites.id })
        ).length > 0,
    },
    events: { append: async (event: OutboxEvent) => void (await db.insert(events).values(event)) },
    instance: {
      find: async () => first<InstanceRow>(await db.select().from(instance).limit(atMost(1))),
      insert: async (row) => (await db.insert(instance).values(row).onConflictDoNothing().returning({ id: instance.id })).length > 0,
    },
    keys: keyStore(db, tables),
  };
}

function keyStore(db: Database, { dataKeys }: Tables): KeyStore {
  const find: KeyStore['find'] = async (owner, purpose) =>
    trusted<WrappedKey>(
      await db
        .select()
        .from(dataKeys)
        .where(and(eq(dataKeys.owner, owner), eq(dataKeys.purpose, purpose)))
        .orderBy(asc(dataKeys.generation)),
    );
  return {
    find,
    async insertIfAbsent(key) {
      await db.insert(dataKeys).values(key).onConflictDoNothing();
      return (await find(key.owner, key.purpose)).find(({ generation }) => generation === key.generation) ?? key;
    },
  };
}
