import type { DescribedTable, Description, DescriptionFilter } from '../../domain/connector/describe.ts';
import type { MongodbSession, Reply } from './mongodb-session.ts';
import { listCollections, mayFind, readRights } from './rights.ts';

/** Collections of one description: each is asked by itself. */
const MOST_COLLECTIONS = 100;
/** Documents of a collection that its fields are read from: it has no schema of its own. */
const MOST_DOCUMENTS = 50;
const MOST_FIELDS = 500;

/** Collections in the place of tables, and the names that their first documents have as fields. A schema is no notion of this kind. */
export async function describeCollections(session: MongodbSession, database: string, { tables }: DescriptionFilter): Promise<Description> {
  const wanted = tables?.map((name) => name.toLowerCase()) ?? null;
  const rights = await readRights(session);
  const seen = (await listCollections(session, database)).filter(
    (name) => mayFind(rights, database, name) && (wanted === null || wanted.includes(name.toLowerCase())),
  );
  const described: DescribedTable[] = [];
  for (const name of seen.slice(0, MOST_COLLECTIONS)) described.push({ name, fields: await fieldsOf(session, database, name) });
  return { tables: described, isComplete: seen.length <= MOST_COLLECTIONS };
}

async function fieldsOf({ command }: MongodbSession, database: string, collection: string): Promise<readonly string[]> {
  // The names alone leave the server; a document may hold anything.
  const { cursor } = (await command(database, {
    aggregate: collection,
    pipeline: [
      { $limit: MOST_DOCUMENTS },
      { $project: { _id: 0, names: { $map: { input: { $objectToArray: '$$ROOT' }, in: '$$this.k' } } } },
    ],
    cursor: { batchSize: MOST_DOCUMENTS },
  })) as { readonly cursor?: { readonly firstBatch?: readonly Reply[] } };
  const names = (cursor?.firstBatch ?? []).flatMap(({ names: found }) => (Array.isArray(found) ? found.map(String) : []));
  return [...new Set(names)].slice(0, MOST_FIELDS);
}
