import { grantLoss, type Loss, objectLoss } from '../kits/parity.ts';
import { doubleQuoted, type SqlRow } from '../kits/sql/sql-session.ts';

/** What is lost that is of the role, the database or a schema: rows of `on`, `privilege` and the `name` of what it is on. */
export function describeLost({ on, privilege, name }: SqlRow, after: string): Loss {
  const role = doubleQuoted(after);
  if (on === 'attribute') return { what: `the attribute ${privilege}`, mend: `ALTER USER ${role} ${privilege};` };
  const object = doubleQuoted(String(name));
  return on === 'database'
    ? grantLoss(`${privilege} ON DATABASE ${object}`, `TO ${role};`, `${privilege} on the database`)
    : objectLoss(String(privilege), 'SCHEMA', object, `TO ${role};`);
}

/** Objects that are named one by one. */
export const NAMED = 10;

/**
 * What is lost on the objects of a schema: of `privilege`, on how many objects of it the login in use `had` it, how many of those the new
 * one has `lost`, how many there are in `total`, and the first of the lost `objects`, as SQL takes them. One statement for a whole schema
 * where the login in use has the privilege on all of it, else one for each object, up to ten.
 */
export function describeLostObjects(row: SqlRow, word: string, after: string): readonly Loss[] {
  const [schema, role] = [doubleQuoted(String(row.schema)), doubleQuoted(after)];
  const { privilege, had, lost, total } = row;
  const objects = Array.isArray(row.objects) ? row.objects.map(String) : [];
  if (had === total && Number(lost) > 1) {
    return [
      {
        what: `${privilege} on ${lost} of ${total} ${word.toLowerCase()}s in schema ${schema}`,
        mend: `GRANT ${privilege} ON ALL ${word}S IN SCHEMA ${schema} TO ${role};`,
      },
    ];
  }
  const listed = objects.map((object) => objectLoss(String(privilege), word, `${schema}.${object}`, `TO ${role};`));
  const rest = Number(lost) - objects.length;
  if (rest <= 0 || objects.length === 0) return listed;
  return [
    ...listed,
    {
      what: `${privilege} on ${rest} more ${word.toLowerCase()}s in schema ${schema}`,
      mend: `GRANT ${privilege} ON ${word} ${schema}.<name> TO ${role}; for each of them.`,
    },
  ];
}

/** What makes all of a schema readable, of a row that says whether it is `usable`. */
export function schemaGrants({ schema, usable, tables, readable, login }: SqlRow): readonly string[] {
  const [name, role] = [doubleQuoted(String(schema)), doubleQuoted(String(login))];
  return [
    ...(usable === true ? [] : [`GRANT USAGE ON SCHEMA ${name} TO ${role};`]),
    ...(Number(tables) > Number(readable) ? [`GRANT SELECT ON ALL TABLES IN SCHEMA ${name} TO ${role};`] : []),
  ];
}
