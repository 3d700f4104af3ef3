import { z } from 'zod';
import type { Connector } from '../../../domain/connector/connector.ts';
import { type FieldMeta, type FieldNames, type FieldShape, fieldMeta } from '../../../domain/connector/field.ts';
import type { WireField, WireShape, WireType } from '../../../domain/connector/lead.ts';

/** What an input is for: creating, updating, or the older mutations, whose types have names of their own. */
export type Form = 'create' | 'update' | 'older';

/** The input of a kind, by the lead API's spelling; `required` marks what creating it takes. */
export function wireShapeOf({ kind, fields }: Pick<Connector, 'kind' | 'fields'>, form: Form): WireShape {
  return shapeOf(fields, (key, schema, meta): WireField => {
    const path = `${kind}.${key}`;
    const named = typeNameOf(meta.names, form);
    if (meta.members === null) return { type: wireTypeOf(schema, path, named), required: form === 'create' && isRequired(schema) };
    const { leadOlder } = meta.names;
    if (form === 'older' && typeof leadOlder === 'object') return { type: { input: leadOlder.name, fields: leadOlder.fields } };
    const input = named ?? `${pascal(kind)}${pascal(key)}${form === 'update' ? 'Update' : ''}Options`;
    return { type: { input, fields: shapeOf(meta.members, memberOf(path, form)) } };
  });
}

function memberOf(path: string, form: Form) {
  return (key: string, schema: z.ZodType, { names }: FieldMeta): WireField => ({
    type: wireTypeOf(schema, `${path}.${key}`, typeNameOf(names, form)),
  });
}

function shapeOf(fields: FieldShape, read: (key: string, schema: z.ZodType, meta: FieldMeta) => WireField): WireShape {
  return Object.fromEntries(
    Object.entries(fields).map(([key, schema]) => {
      const meta = fieldMeta(schema, key);
      return [
        meta.names.lead ?? key,
        { ...read(key, schema, meta), ...(meta.description === null ? {} : { description: meta.description }) },
      ];
    }),
  );
}

function typeNameOf({ leadType, leadUpdateType, leadOlder }: FieldNames, form: Form): string | undefined {
  if (form === 'update') return leadUpdateType ?? leadType;
  return form === 'older' && typeof leadOlder === 'string' ? leadOlder : leadType;
}

function isRequired(schema: z.ZodType): boolean {
  return !schema.safeParse(undefined).success;
}

function wireTypeOf(schema: z.ZodType, path: string, leadType: string | undefined): WireType {
  if (leadType === 'JSONString') return 'JSONString';
  const bare = bareOf(schema);
  if (bare instanceof z.ZodEnum && leadType !== undefined) return { enum: leadType, values: bare.options.map(String) };
  if (bare instanceof z.ZodString || bare instanceof z.ZodEnum) return 'String';
  if (bare instanceof z.ZodNumber) return 'Int';
  if (bare instanceof z.ZodBoolean) return 'Boolean';
  if (bare instanceof z.ZodArray) return '[String!]';
  throw new TypeError(`Field "${path}" has a type that no GraphQL input stands for.`);
}

function bareOf(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? bareOf(schema.unwrap() as z.ZodType) : schema;
}

export function pascal(name: string): string {
  return name.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
}
