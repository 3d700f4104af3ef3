import { and, asc, type Column, eq, getTableColumns, getTableName, gt, inArray, or, type SQL, type Table } from 'drizzle-orm';
import { DomainError } from '../../domain/errors/errors.ts';
import type { AlteredRow, IntegrityReaders } from '../../domain/ports/store.ts';
import type { TokenGrant } from '../../domain/token/token.ts';
import { COVERAGE } from '../coverage.ts';
import type { Tables } from '../tables.ts';
import { entryOf, readAuthority } from './signing/authority.ts';
import { isIntact, rowIdOf, type SignedSource, shapeOf } from './signing/signed.ts';
import { atMost } from './statements/at-most.ts';
import { trusted } from './statements/trusted.ts';
import { besideOf } from './tokens.ts';

type Row = Readonly<Record<string, unknown>>;

/** Looks at every row of every table that is signed, however it was altered. */
export function integrityReaders(source: SignedSource, tables: Tables): IntegrityReaders {
  const { db } = source;
  const signed = Object.entries(COVERAGE).flatMap(([key, { by }]) =>
    by === 'mac' ? Object.entries(tables).flatMap(([name, table]): Table[] => (name === key ? [table] : [])) : [],
  );
  return {
    tables: async () => signed.map((table) => getTableName(table)),
    async scan(name, after, limit) {
      const table = signed.find((one) => getTableName(one) === name);
      if (table === undefined) throw new TypeError(`Rows of ${name} are not signed.`);
      const id = shapeOf(table).id.map((key) => columnOf(table, key));
      // The builder's type knows the columns of one table, and this is for any.
      const rows = (await db
        .select()
        .from(table as never)
        .where(after === null ? undefined : beyond(id, after))
        .orderBy(...id.map((column) => asc(column)))
        .limit(atMost(limit))) as readonly Row[];
      const last = rows.at(-1);
      return {
        found: await faultsOf(source, tables, table, rows),
        next: last === undefined || rows.length < limit ? null : shapeOf(table).id.map((key) => last[key]),
      };
    },
    async lost() {
      const entries = new Set(Object.keys((await listOf(source, tables)) ?? {}));
      const { tokens, providerGrants, secretDestinations } = tables;
      for (const { id } of await db.select({ id: tokens.id }).from(tokens)) entries.delete(entryOf('token', id));
      for (const row of await db.select().from(providerGrants)) entries.delete(entryOf('grant', row.projectId, row.provider, row.prefix));
      for (const row of await db.select().from(secretDestinations))
        entries.delete(entryOf('destination', row.projectId, row.provider, row.path, row.id));
      return [...entries].map(lostRow);
    },
  };
}

async function faultsOf(source: SignedSource, tables: Tables, table: Table, rows: readonly Row[]): Promise<readonly AlteredRow[]> {
  const name = getTableName(table);
  const isToken = name === getTableName(tables.tokens);
  const grants = isToken ? await grantsOf(source, tables, rows) : [];
  const entry = isToken ? (row: Row) => entryOf('token', String(row.id)) : LISTED[name];
  const entries = entry === undefined ? {} : ((await listOf(source, tables)) ?? {});
  const found: AlteredRow[] = [];
  for (const row of rows) {
    const beside = isToken ? besideOf(grants.filter(({ tokenId }) => tokenId === row.id)) : null;
    if (!isIntact(source, table, row, beside)) found.push({ table: name, rowId: rowIdOf(table, row), problem: 'row-altered' });
    else if (entry !== undefined && entries[entry(row)] !== (row.mac as Buffer).toString('hex'))
      found.push({ table: name, rowId: rowIdOf(table, row), problem: 'row-stale' });
  }
  return found;
}

/** The entries that rows have on the list of what gives rights. */
const LISTED: Readonly<Record<string, ((row: Row) => string) | undefined>> = {
  provider_grants: (row) => entryOf('grant', String(row.projectId), String(row.provider), String(row.prefix)),
  secret_destinations: (row) => entryOf('destination', String(row.projectId), String(row.provider), String(row.path), String(row.id)),
};

async function grantsOf({ db }: SignedSource, { tokenGrants }: Tables, rows: readonly Row[]): Promise<readonly TokenGrant[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => String(id));
  return trusted<TokenGrant>(await db.select().from(tokenGrants).where(inArray(tokenGrants.tokenId, ids)));
}

/** Null where the list itself was altered, which is found by its own row. */
async function listOf(source: SignedSource, tables: Tables): Promise<Readonly<Record<string, string>> | null> {
  try {
    return (await readAuthority(source, tables))?.row.entries ?? null;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'INTEGRITY') return null;
    throw error;
  }
}

function lostRow(entry: string): AlteredRow {
  const [kind, ...id] = JSON.parse(entry) as readonly string[];
  if (kind === 'destination') return { table: 'secret_destinations', rowId: id.at(-1) ?? '', problem: 'row-lost' };
  return { table: kind === 'token' ? 'tokens' : 'provider_grants', rowId: id.join('/'), problem: 'row-lost' };
}

function columnOf(table: Table, key: string): Column {
  const column = getTableColumns(table)[key];
  if (column === undefined) throw new TypeError(`There is no column ${key}.`);
  return column;
}

/** Rows whose id comes behind this one, column by column. */
function beyond(columns: readonly Column[], after: readonly unknown[]): SQL | undefined {
  return or(
    ...columns.map((column, at) => and(...columns.slice(0, at).map((before, index) => eq(before, after[index])), gt(column, after[at]))),
  );
}
