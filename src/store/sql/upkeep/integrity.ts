import { and, asc, type Column, eq, getTableColumns, getTableName, gt, inArray, or, type SQL, type Table } from 'drizzle-orm';
import { DomainError } from '../../../domain/errors/errors.ts';
import type { AlteredRow, IntegrityReaders } from '../../../domain/ports/upkeep-store.ts';
import type { TokenGrant } from '../../../domain/token/token.ts';
import { COVERAGE } from '../../tables/coverage.ts';
import type { Tables } from '../../tables/tables.ts';
import { besideOf } from '../access/tokens.ts';
import { entryOf, readAuthority } from '../signing/authority.ts';
import { isIntact, rowIdOf, shapeOf } from '../signing/row-mac.ts';
import type { SignedSource } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { inChunks } from '../statements/in-chunks.ts';
import { trusted } from '../statements/trusted.ts';

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
        .where(after === null ? undefined : newerThan(id, after))
        .orderBy(...id.map((column) => asc(column)))
        .limit(atMost(limit))) as readonly Row[];
      const last = rows.at(-1);
      return {
        found: await faultsOf(source, tables, table, rows),
        next: last === undefined || rows.length < limit ? null : shapeOf(table).id.map((key) => last[key]),
      };
    },
    async lost(after, limit) {
      const listed = await entriesBehind(source, tables, after);
      const page = listed.slice(0, limit);
      const gone = await notStored(source, tables, page);
      // A row that is no longer on the list was deleted by us in the meantime.
      const still = gone.length === 0 ? new Set<string>() : new Set(await entriesBehind(source, tables, after));
      return { found: gone.filter((entry) => still.has(entry)).map(lostRow), next: listed.length > limit ? (page.at(-1) ?? null) : null };
    },
  };
}

async function entriesBehind(source: SignedSource, tables: Tables, after: string | null): Promise<readonly string[]> {
  const entries = Object.keys((await listOf(source, tables)) ?? {});
  return entries.filter((entry) => after === null || entry > after).sort();
}

/** The entries whose row is gone. */
async function notStored({ db }: SignedSource, tables: Tables, entries: readonly string[]): Promise<readonly string[]> {
  const { accountSecrets, awsRoleGrants, tokens, providerGrants, secretDestinations } = tables;
  const parts = entries.map((entry) => ({ entry, parts: JSON.parse(entry) as readonly string[] }));
  const idsOf = (kind: string) => parts.filter(({ parts: [of] }) => of === kind).map(({ parts }) => parts.at(-1) ?? '');
  const found = await Promise.all([
    inChunks(idsOf('token'), (ids) => db.select({ id: tokens.id }).from(tokens).where(inArray(tokens.id, ids))),
    inChunks(idsOf('destination'), (ids) =>
      db.select({ id: secretDestinations.id }).from(secretDestinations).where(inArray(secretDestinations.id, ids)),
    ),
    inChunks(idsOf('secret'), (ids) => db.select({ id: accountSecrets.id }).from(accountSecrets).where(inArray(accountSecrets.id, ids))),
  ]);
  const ids = new Set(found.flat().map(({ id }) => id));
  const isGranted = async ([projectId = '', provider = '', prefix = '']: readonly string[]) => {
    const { projectId: project, provider: of, prefix: below } = providerGrants;
    const rows = await db
      .select({ prefix: below })
      .from(providerGrants)
      .where(and(eq(project, projectId), eq(of, provider), eq(below, prefix)));
    return rows.length > 0;
  };
  const isRole = async ([projectId = '', roleArn = '']: readonly string[]) => {
    const { projectId: project, roleArn: role } = awsRoleGrants;
    const rows = await db
      .select({ role })
      .from(awsRoleGrants)
      .where(and(eq(project, projectId), eq(role, roleArn)));
    return rows.length > 0;
  };
  const gone: string[] = [];
  for (const {
    entry,
    parts: [kind, ...id],
  } of parts) {
    const isStored = kind === 'grant' ? await isGranted(id) : kind === 'aws-role' ? await isRole(id) : ids.has(id.at(-1) ?? '');
    if (!isStored) gone.push(entry);
  }
  return gone;
}

async function faultsOf(source: SignedSource, tables: Tables, table: Table, rows: readonly Row[]): Promise<readonly AlteredRow[]> {
  const name = getTableName(table);
  const isToken = name === getTableName(tables.tokens);
  const grants = isToken ? await grantsOf(source, tables, rows) : [];
  const listed = isToken ? (row: Row) => entryOf('token', String(row.id)) : LISTED[name];
  // A deleted secret is on no list.
  const entry = listed === undefined ? undefined : (row: Row) => (row.deletedAt == null ? listed(row) : null);
  const entries = entry === undefined ? {} : ((await listOf(source, tables)) ?? {});
  const isStale = (name: string | null, row: Row) => name !== null && entries[name] !== (row.mac as Buffer).toString('hex');
  const found: AlteredRow[] = [];
  for (const row of rows) {
    const beside = isToken ? besideOf(grants.filter(({ tokenId }) => tokenId === row.id)) : null;
    if (!isIntact(source, table, row, beside)) found.push({ table: name, rowId: rowIdOf(table, row), problem: 'row-altered' });
    else if (isStale(entry?.(row) ?? null, row)) found.push({ table: name, rowId: rowIdOf(table, row), problem: 'row-stale' });
  }
  return found;
}

/** The entries of these rows on the list of what gives rights. */
const LISTED: Readonly<Record<string, ((row: Row) => string) | undefined>> = {
  provider_grants: (row) => entryOf('grant', String(row.projectId), String(row.provider), String(row.prefix)),
  aws_role_grants: (row) => entryOf('aws-role', String(row.projectId), String(row.roleArn)),
  account_secrets: (row) => entryOf('secret', String(row.projectId), String(row.id)),
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
  if (kind === 'secret') return { table: 'account_secrets', rowId: id.at(-1) ?? '', problem: 'row-lost' };
  if (kind === 'destination') return { table: 'secret_destinations', rowId: id.at(-1) ?? '', problem: 'row-lost' };
  if (kind === 'aws-role') return { table: 'aws_role_grants', rowId: id.join('/'), problem: 'row-lost' };
  return { table: kind === 'token' ? 'tokens' : 'provider_grants', rowId: id.join('/'), problem: 'row-lost' };
}

function columnOf(table: Table, key: string): Column {
  const column = getTableColumns(table)[key];
  if (column === undefined) throw new TypeError(`There is no column ${key}.`);
  return column;
}

/** Rows whose id comes after this one, compared column by column. */
function newerThan(columns: readonly Column[], after: readonly unknown[]): SQL | undefined {
  return or(
    ...columns.map((column, at) => and(...columns.slice(0, at).map((before, index) => eq(before, after[index])), gt(column, after[at]))),
  );
}
