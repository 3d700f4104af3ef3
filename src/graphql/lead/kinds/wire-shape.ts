import { z } from 'zod';
import type { Connector } from '../../../domain/connector/connector.ts';
import { type FieldNames, type FieldShape, fieldMeta } from '../../../domain/connector/field.ts';
import type { WireShape, WireType } from '../../../domain/connector/lead.ts';

/** The input of a kind, by the lead API's spelling; `required` marks what creating it takes. */
export function wireShapeOf(connector: Connector, update: boolean): WireShape {
  return shapeOf(
    connector.kind,
    connector.fields,
    (key, { leadType, leadUpdateType }) =>
      (update ? (leadUpdateType ?? leadType) : leadType) ?? `${pascal(connector.kind)}${pascal(key)}${update ? 'Update' : ''}Options`,
    !update,
  );
}

function shapeOf(owner: string, fields: FieldShape, inputOf: (key: string, names: FieldNames) => string, mayRequire: boolean): WireShape {
  return Object.fromEntries(
    Object.entries(fields).map(([key, schema]) => {
      const { names, members, description } = fieldMeta(schema, key);
      const type: WireType =
        members === null
          ? wireTypeOf(schema, `${owner}.${key}`, names.leadType)
          : { input: inputOf(key, names), fields: shapeOf(`${owner}.${key}`, members, inputOf, false) };
      const required = mayRequire && !schema.safeParse(undefined).success;
      return [names.lead ?? key, { type, required, ...(description === null ? {} : { description }) }];
    }),
  );
}

function wireTypeOf(schema: z.ZodType, name: string, leadType?: string): WireType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return wireTypeOf(schema.unwrap() as z.ZodType, name, leadType);
  if (schema instanceof z.ZodEnum && leadType !== undefined) return { enum: leadType, values: schema.options.map(String) };
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return 'String';
  if (schema instanceof z.ZodNumber) return 'Int';
  if (schema instanceof z.ZodBoolean) return 'Boolean';
  if (schema instanceof z.ZodArray) return '[String!]';
  throw new TypeError(`Field "${name}" has a type that no GraphQL input stands for.`);
}

export function pascal(name: string): string {
  return name.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
}
