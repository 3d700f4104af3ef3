import type { DescribedTable } from '../../../domain/connector/describe.ts';
import type { MappedFields } from './mapped-fields.ts';

/** What a mapping names and is not there. */
export interface SchemaFault {
  readonly type: 'DATA_SOURCE_NOT_FOUND' | 'TABLE_NOT_FOUND' | 'FIELD_NOT_FOUND' | 'DATA_SOURCE_DOWN';
  readonly dataSourceId: string;
  readonly table?: string;
  readonly field?: string;
}

/** Names that a description is asked for: a table may be named with its schema. */
export function namesToAsk(tables: MappedFields[string]): readonly string[] {
  return [...new Set(Object.keys(tables).flatMap((name) => [name, name.split('.').at(-1) ?? name]))];
}

/** Names are looked for as they are written and, where there is none, in any case, as a statement that does not quote them would. */
export function compareSource(source: string, wanted: MappedFields[string], tables: readonly DescribedTable[]): readonly SchemaFault[] {
  return Object.entries(wanted).flatMap(([table, fields]): readonly SchemaFault[] => {
    const found = find(tables, table, ({ name }) => name) ?? find(tables, table.split('.').at(-1) ?? '', ({ name }) => name);
    if (found === undefined) return [{ type: 'TABLE_NOT_FOUND', dataSourceId: source, table }];
    return fields
      .filter((field) => find(found.fields, field, (name) => name) === undefined)
      .map((field) => ({ type: 'FIELD_NOT_FOUND', dataSourceId: source, table, field }));
  });
}

function find<T>(among: readonly T[], wanted: string, nameOf: (one: T) => string): T | undefined {
  const folded = wanted.toLowerCase();
  return among.find((one) => nameOf(one) === wanted) ?? among.find((one) => nameOf(one).toLowerCase() === folded);
}
