import { isPlainObject } from '../../../domain/connection/details/details.ts';
import { fault, missing } from '../faults.ts';
import { wrongType } from '../rules/members.ts';

/** Columns by table, and tables by the configName of their connection. */
export type MappedFields = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export const MOST = { sources: 10, tables: 20, fields: 50, characters: 256 } as const;

/** Throws FET-0402 for none, FET-0001 for another shape, FET-1061 for more than are looked at. */
export function readMappedFields(given: unknown, path: string): MappedFields {
  if (given === undefined || given === null) throw missing({ [path]: 'is required' });
  if (!isPlainObject(given)) throw wrongType(path, 'an object');
  const sources = Object.entries(given);
  if (sources.length === 0) throw missing({ [path]: 'must name a data source' });
  requireAtMost(sources.length, 'sources', path);
  return Object.fromEntries(sources.map(([source, tables]) => [named(source, path), readTables(tables, path)]));
}

function readTables(given: unknown, path: string): MappedFields[string] {
  if (!isPlainObject(given)) throw wrongType(path, 'an object of tables for each data source');
  const tables = Object.entries(given);
  requireAtMost(tables.length, 'tables', path);
  return Object.fromEntries(tables.map(([table, fields]) => [named(table, path), readFields(fields, path)]));
}

function readFields(given: unknown, path: string): readonly string[] {
  if (!Array.isArray(given)) throw wrongType(path, 'a list of fields for each table');
  requireAtMost(given.length, 'fields', path);
  return given.map((field: unknown) => named(field, path));
}

function named(name: unknown, path: string): string {
  if (typeof name !== 'string') throw wrongType(path, 'names');
  if (name === '' || name.length > MOST.characters || !name.isWellFormed() || name.includes('\0'))
    throw fault('FET-0001', 'A name among the mapped fields is empty, too long or not well-formed.', {
      [path]: 'holds a name that is not valid',
    });
  return name;
}

function requireAtMost(count: number, what: 'sources' | 'tables' | 'fields', path: string): void {
  if (count <= MOST[what]) return;
  throw fault(
    'FET-1061',
    `At most ${MOST.sources} sources, ${MOST.tables} tables of each and ${MOST.fields} fields of each are looked at.`,
    {
      [path]: `has more than ${MOST[what]} ${what}`,
    },
  );
}
