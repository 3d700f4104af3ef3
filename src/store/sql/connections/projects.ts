import { asc, eq } from 'drizzle-orm';
import type { Project } from '../../../domain/connection/connection.ts';
import type { ProjectReaders, ProjectWriters } from '../../../domain/connection/project-store.ts';
import type { Tables } from '../../tables/tables.ts';
import { listed, verifiedOne } from '../signing/read-signed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';

export function projectReaders(source: SignedSource, { projects }: Tables): ProjectReaders {
  const { db } = source;
  return {
    find: async (id) => verifiedOne<Project>(source, projects, await db.select().from(projects).where(eq(projects.id, id))),
    all: async () =>
      listed<Project>(
        source,
        projects,
        await db.select().from(projects).orderBy(asc(projects.createdAt), asc(projects.id)).limit(atMost(1000)),
      ),
  };
}

export function projectWriters(tx: SignedTransaction, tables: Tables): ProjectWriters {
  const { projects } = tables;
  return {
    insert: async (project) => void (await tx.db.insert(projects).values(withMac(tx, projects, { ...project }))),
    ...projectReaders(tx, tables),
  };
}
