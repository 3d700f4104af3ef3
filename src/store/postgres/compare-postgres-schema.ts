import type { SchemaDifference } from '../../domain/ports/upkeep-store.ts';
import { migrationsAfter } from '../migrations.ts';
import { describeDifference } from '../schema-difference.ts';

interface Line {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly def: string;
  /** An administrator's own index that neither refuses rows nor runs functions. */
  readonly harmless: boolean;
}

type Ask = (text: string) => Promise<readonly Record<string, unknown>[]>;

/**
 * How the tables of a migrated store differ from what the migrations make, by the first difference; null when they do not differ. The migrations run on
 * temporary tables in the same transaction and are undone again, so that the server itself describes both.
 */
export async function comparePostgresSchema(ask: Ask): Promise<SchemaDifference | null> {
  await ask('savepoint schema');
  const [before] = await ask("select current_setting('search_path') as path");
  await ask('set local search_path = pg_temp');
  for (const { statements } of migrationsAfter('postgres', 0)) for (const statement of statements) await ask(statement);
  const expected = await linesOf(ask, 'pg_my_temp_schema()');
  await ask('rollback to savepoint schema');
  const tables = [...new Set(expected.filter(({ type }) => type === 'table').map(({ name }) => name))];
  const found = await linesOf(ask, "'public'::regnamespace::oid", tables);
  const [shadow] = await ask(
    `select name from unnest(array[${tables.map((name) => `'${name}'`).join()}]) as name where to_regclass(quote_ident(name)) is distinct from to_regclass('public.' || quote_ident(name))`,
  );
  if (shadow !== undefined && String(before?.path ?? '') !== '') {
    const name = String(shadow.name);
    const text = `the name "${name}" leads to another table than public."${name}", by the search_path of this role`;
    return { table: name, item: `table ${name}`, text };
  }
  const left = new Map(expected.map((line) => [keyOf(line), line]));
  for (const line of found) {
    const known = left.get(keyOf(line));
    left.delete(keyOf(line));
    if (known === undefined && line.harmless) continue;
    if (known === undefined) return describeDifference('added', line.type, line.name, line.table);
    if (known.def !== line.def) return describeDifference('changed', line.type, line.name, line.table);
  }
  const [missing] = left.values();
  return missing === undefined ? null : describeDifference('missing', missing.type, missing.name, missing.table);
}

const keyOf = ({ type, name, table }: Line) => `${type} ${table} ${name}`;

async function linesOf(ask: Ask, schema: string, tables: readonly string[] | null = null): Promise<readonly Line[]> {
  const ours = `c.relnamespace = ${schema}${tables === null ? '' : ` and c.relname in (${tables.map((name) => `'${name}'`).join()})`}`;
  const plain = (text: string) => `regexp_replace(${text}, '(public|pg_temp(_[0-9]+)?)\\.', '', 'g')`;
  const rows = await ask(`
    select 'table' as type, c.relname as name, c.relname as "table", false as harmless,
      concat_ws(' ', c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
        exists (select from pg_inherits i where c.oid in (i.inhrelid, i.inhparent))) as def
      from pg_class c where ${ours} and c.relkind in ('r', 'p', 'v', 'm', 'f')
    union all select 'column', a.attname, c.relname, false,
      concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attcollation,
        (select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d where d.adrelid = c.oid and d.adnum = a.attnum))
      from pg_class c join pg_attribute a on a.attrelid = c.oid where ${ours} and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
    union all select 'constraint', o.conname, c.relname, false, concat_ws(' ', o.contype, o.convalidated, ${plain('pg_get_constraintdef(o.oid)')})
      from pg_class c join pg_constraint o on o.conrelid = c.oid where ${ours} and o.contype <> 'n'
    union all select 'trigger', t.tgname, c.relname, false, ''
      from pg_class c join pg_trigger t on t.tgrelid = c.oid where ${ours} and not t.tgisinternal
    union all select 'rule', r.rulename, c.relname, false, ''
      from pg_class c join pg_rewrite r on r.ev_class = c.oid where ${ours}
    union all select 'policy', p.polname, c.relname, false, ''
      from pg_class c join pg_policy p on p.polrelid = c.oid where ${ours}
    union all select 'index', n.relname, c.relname, not i.indisunique and i.indpred is null and i.indexprs is null,
      concat_ws(' ', i.indisvalid, ${plain('pg_get_indexdef(i.indexrelid)')})
      from pg_class c join pg_index i on i.indrelid = c.oid join pg_class n on n.oid = i.indexrelid where ${ours}
    order by 1, 3, 2`);
  return rows.map(({ type, name, table, def, harmless }) => ({
    type: String(type),
    name: String(name),
    table: String(table),
    def: String(def),
    harmless: harmless === true,
  }));
}
