import { eq, getTableColumns, sql, type Table } from 'drizzle-orm';
import { DomainError } from '../../../domain/errors/errors.ts';
import type { Tables } from '../../tables/tables.ts';
import { prepared } from '../statements/prepared.ts';
import { verified, verifiedOne } from './read-signed.ts';
import { reread } from './reread.ts';
import { altered, withMac } from './row-mac.ts';
import type { AuthorityRow, SeenAuthority, SignedSource, SignedTransaction } from './signing.ts';

/**
 * The list of everything that gives rights or values: tokens, provider grants, AWS roles, destinations and account secrets, with the current MAC of each. A row's own MAC proves
 * that we wrote it once; the list, signed as a whole, proves that it is still what we wrote last. So nobody can put a revoked token or a
 * withdrawn grant back from an old copy, unless they put the whole list back, and a gateway that has seen a newer list notices that.
 */
export const HEAD = 'authority';
const LOCK = 'authority';

const findHead = prepared('authority_head_find', (db, { authorityHead }) => ({
  columns: getTableColumns(authorityHead),
  statement: db.select().from(authorityHead).where(eq(authorityHead.id, HEAD)),
}));
const writeHead = prepared('authority_head_write', (db, { authorityHead }) => {
  const set = { revision: sql`excluded.revision`, entries: sql`excluded.entries`, mac: sql`excluded.mac` };
  const placed = {
    id: sql.placeholder('id'),
    revision: sql.placeholder('revision'),
    entries: sql.placeholder('entries'),
    mac: sql.placeholder('mac'),
  };
  return {
    columns: {},
    // The builder takes a placeholder wherever it takes a value.
    statement: db
      .insert(authorityHead)
      .values(placed as never)
      .onConflictDoUpdate({ target: authorityHead.id, set }),
  };
});

export function entryOf(kind: 'token' | 'grant' | 'aws-role' | 'destination' | 'secret', ...id: readonly string[]): string {
  return JSON.stringify([kind, ...id]);
}

/** Adds rows with their MAC, or removes them with null. Call it last in a transaction: everybody else who changes the list waits for it. */
export async function amendAuthority(
  tx: SignedTransaction,
  tables: Tables,
  changes: readonly (readonly [entry: string, mac: Buffer | null])[],
): Promise<void> {
  await tx.lock(LOCK, 'exclusive');
  const head = await readAuthority(tx, tables);
  const entries = new Map(Object.entries(head?.row.entries ?? {}));
  for (const [entry, mac] of changes) {
    if (mac === null) entries.delete(entry);
    else entries.set(entry, mac.toString('hex'));
  }
  const row = { id: HEAD, revision: (head?.row.revision ?? 0) + 1, entries: Object.fromEntries(entries) };
  await writeHead(tx, tables, withMac(tx, tables.authorityHead, row));
}

/** A row that has to be on the list. */
export interface Entry {
  readonly table: Table;
  readonly row: object;
  readonly entry: string;
  readonly mac: Buffer;
}

/**
 * Whether each of the rows is on the list with its present MAC; `headMac` is the list's own at the time they were read. Null when the list
 * has changed since: read the rows again. Throws INTEGRITY for a row that is not on the list, and for a list that is older than one that
 * was seen.
 */
export async function areListed(
  source: SignedSource,
  tables: Tables,
  headMac: Uint8Array | null,
  rows: readonly Entry[],
): Promise<true | null> {
  const unlisted = await unlistedOf(source, tables, headMac, rows);
  const [first] = unlisted ?? [];
  if (first !== undefined) throw altered(first.table, first.row as Readonly<Record<string, unknown>>);
  return unlisted === null ? null : true;
}

/** Those of the rows that are not on the list with their present MAC; see above for the rest. */
export async function unlistedOf(
  source: SignedSource,
  tables: Tables,
  headMac: Uint8Array | null,
  rows: readonly Entry[],
): Promise<readonly Entry[] | null> {
  if (rows.length === 0) return [];
  let list = source.signing.seen.latest;
  if (headMac === null || list === null || !list.mac.equals(headMac)) {
    list = await readNewest(source, tables);
    if (list === null ? headMac !== null : headMac === null || !list.mac.equals(headMac)) return null;
  }
  const entries = list?.row.entries ?? {};
  return rows.filter(({ entry, mac }) => entries[entry] !== mac.toString('hex'));
}

/**
 * Throws INTEGRITY for a list that is older than one that was seen before it was asked for; one that is seen meanwhile may be newer. A
 * transaction may see its own changes of the list, which nobody else sees before they are committed.
 */
async function readNewest(source: SignedSource, tables: Tables): Promise<SeenAuthority['latest']> {
  const { known, seen } = source.signing;
  const newest = seen.latest?.row.revision ?? 0;
  const read = await readAuthority(source, tables);
  if (known !== null || read === null) return read;
  if (read.row.revision < newest)
    throw new DomainError('INTEGRITY', 'The list of tokens and grants is an older one than before. Run `changeover doctor`.', {
      table: 'authority_head',
      rowId: HEAD,
    });
  if (read.row.revision >= (seen.latest?.row.revision ?? 0)) seen.latest = read;
  return read;
}

export async function readAuthority(
  source: SignedSource,
  tables: Tables,
): Promise<{ readonly mac: Buffer; readonly row: AuthorityRow } | null> {
  const rows = await findHead(source, tables, {});
  const [first] = rows as readonly { readonly mac: Buffer }[];
  if (first === undefined) return null;
  const { mac } = first;
  // Its MAC is checked, so it is read as it was written.
  const row = verifiedOne<AuthorityRow>(source, tables.authorityHead, rows);
  return row === null ? null : { mac, row };
}

/** The rows that `read` gives of a table, and how their entries on the list begin. */
interface ListedRows {
  readonly table: Table;
  read(): Promise<readonly object[]>;
  readonly beginning: readonly ['destination', ...string[]];
}

/**
 * Reads rows of which none may be missing or added: exactly those whose entries on the list begin with `beginning` and end with the row's
 * id. Throws INTEGRITY.
 */
export async function requireAllListed<T extends { readonly id: string }>(
  source: SignedSource,
  tables: Tables,
  { table, read, beginning }: ListedRows,
): Promise<readonly T[]> {
  return await reread(async () => {
    const before = await readAuthority(source, tables);
    const rows = await read();
    const macs = new Map(
      (rows as readonly { readonly id: string; readonly mac: Buffer }[]).map(({ id, mac }) => [id, mac.toString('hex')]),
    );
    const found = verified<T>(source, table, rows);
    const after = await readNewest(source, tables);
    if (before?.row.revision !== after?.row.revision) return null;
    const [kind, ...id] = beginning;
    const start = `${entryOf(kind, ...id).slice(0, -1)},`;
    const entries = Object.entries(after?.row.entries ?? {}).filter(([entry]) => entry.startsWith(start));
    const listedIds = new Map(entries.map(([entry, mac]) => [String((JSON.parse(entry) as readonly string[]).at(-1)), mac]));
    for (const [one, mac] of listedIds) if (macs.get(one) !== mac) throw altered(table, { id: one });
    for (const { id: one } of found) if (!listedIds.has(one)) throw altered(table, { id: one });
    return { found };
  });
}
