import { type GraphQLSchema, getNamedType, getNullableType, isLeafType, isListType, isObjectType } from 'graphql';
import { DomainError } from '../domain/errors.ts';
import type { Context } from './context.ts';

/** Rows that all lists of one answer may hold together. Lists within lists multiply, which the depth of a document does not tell. */
const MOST_ROWS = 100_000;

/** The schema with every list of objects counted where it is resolved. Throws LIMIT_EXCEEDED there when it is one list too many. */
export function withCountedRows(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (resolve === undefined || !isListType(getNullableType(field.type)) || isLeafType(getNamedType(field.type))) continue;
      field.resolve = (source, args, context: Context, info) => {
        const rows: unknown = resolve(source, args, context, info);
        return rows instanceof Promise ? rows.then((found: unknown) => count(context, found)) : count(context, rows);
      };
    }
  }
  return schema;
}

function count(context: Context, rows: unknown): unknown {
  if (Array.isArray(rows)) context.rows.count += rows.length;
  if (context.rows.count <= MOST_ROWS) return rows;
  throw new DomainError(
    'LIMIT_EXCEEDED',
    `The lists of this answer hold more than ${MOST_ROWS} rows. Ask for fewer at once; \`connections\` is read page by page.`,
    { limit: MOST_ROWS },
  );
}
