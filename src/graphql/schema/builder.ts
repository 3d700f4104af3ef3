import SchemaBuilder from '@pothos/core';
import { GraphQLError, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { badRequest } from '../../domain/errors/errors.ts';
import { repeatsName } from '../../domain/json/repeated-names.ts';
import type { Context } from './context.ts';

export interface SchemaTypes {
  Context: Context;
  Scalars: {
    ID: { Input: string; Output: string };
    Int: { Input: number; Output: number };
    UUID: { Input: string; Output: string };
    /** Epoch milliseconds inside, RFC 3339 with offset outside. */
    DateTime: { Input: number; Output: number };
    /** Parsed inside, a string of JSON outside. */
    JSONString: { Input: unknown; Output: unknown };
    GenericScalar: { Input: unknown; Output: unknown };
  };
}

export type Builder = ReturnType<typeof createBuilder>;

export function createBuilder() {
  const builder = new SchemaBuilder<SchemaTypes>({});

  builder.scalarType('UUID', {
    serialize: String,
    parseValue: (value) => readUuid(value),
    parseLiteral: (node) => readUuid(node.kind === Kind.STRING ? node.value : null, node),
  });
  builder.scalarType('DateTime', {
    serialize: formatTime,
    parseValue: (value) => readTime(value),
    parseLiteral: (node) => readTime(node.kind === Kind.STRING ? node.value : null, node),
  });
  builder.scalarType('JSONString', {
    serialize: (value) => JSON.stringify(value),
    parseValue: (value) => readJson(value),
    parseLiteral: (node) => readJson(node.kind === Kind.STRING ? node.value : null, node),
  });
  builder.scalarType('GenericScalar', {
    serialize: (value) => value,
    parseValue: (value) => value,
    parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
  });

  builder.queryType({});
  builder.mutationType({});
  builder.subscriptionType({});
  return builder;
}

/** The text says what is expected and never what was given; the value's path is added where the error is reported. */
export function wrongType(type: string, node?: ValueNode): GraphQLError {
  return new GraphQLError(`Expected ${type}.`, { nodes: node ?? null });
}

function readUuid(value: unknown, node?: ValueNode): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) throw wrongType('UUID', node);
  return value.toLowerCase();
}

function readTime(value: unknown, node?: ValueNode): number {
  const at = typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw wrongType('DateTime', node);
  return at;
}

function readJson(value: unknown, node?: ValueNode): unknown {
  if (typeof value !== 'string') throw wrongType('JSONString', node);
  let read: unknown;
  try {
    read = JSON.parse(value);
  } catch {
    throw wrongType('JSONString', node);
  }
  if (repeatsName(value, read)) throw wrongType('JSONString', node);
  return read;
}

export function formatTime(at: unknown): string {
  return new Date(Number(at)).toISOString().replace('Z', '+00:00');
}

/** A JSON object among a caller's JSONString arguments. Throws BAD_REQUEST naming the argument. */
export function readObject(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badRequest(path, `${path} must be a JSON object.`);
  return value as Readonly<Record<string, unknown>>;
}
