import type { z } from 'zod';
import type { Connector } from '../../connector/connector.ts';
import { type FieldMeta, fieldMeta } from '../../connector/field.ts';

/**
 * Details are the settings and secrets of a connection together, by the connector's own field keys. They exist in memory
 * only between parsing and sealing, and between opening and use.
 */
export type Details = Readonly<Record<string, unknown>>;

export interface Field {
  readonly key: string;
  readonly schema: z.ZodType;
  readonly meta: FieldMeta;
}

/** A connector's fields in the order of its definition. */
export function fieldsOf(connector: Connector): readonly Field[] {
  let fields = fieldsByConnector.get(connector);
  if (fields === undefined) {
    fields = Object.entries(connector.fields).map(([key, schema]) => ({ key, schema, meta: fieldMeta(schema, key) }));
    fieldsByConnector.set(connector, fields);
  }
  return fields;
}

const fieldsByConnector = new WeakMap<Connector, readonly Field[]>();

export function camelToSnake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Every spelling under which a caller may send a field, its key first. */
export function spellingsOf(key: string, meta: FieldMeta): readonly string[] {
  const lead = meta.names.lead ?? key;
  return [...new Set([key, lead, meta.names.snake ?? camelToSnake(lead), camelToSnake(lead), camelToSnake(key)])];
}

export function membersOf(meta: FieldMeta): readonly Field[] {
  return Object.entries(meta.members ?? {}).map(([key, schema]) => ({ key, schema, meta: fieldMeta(schema, key) }));
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every secret that the details hold, those in groups included. */
export function* secretLeaves(
  connector: Connector,
  details: Details,
): Generator<{ readonly field: string; readonly member: string | null; readonly path: string; readonly value: unknown }> {
  for (const { key, meta } of fieldsOf(connector)) {
    const value = details[key];
    const name = meta.names.lead ?? key;
    if (value === undefined || value === null) continue;
    if (meta.role === 'secret') yield { field: key, member: null, path: name, value };
    if (meta.members !== null && isPlainObject(value)) {
      for (const member of membersOf(meta)) {
        if (member.meta.role === 'secret' && value[member.key] !== undefined)
          yield { field: key, member: member.key, path: `${name}.${member.meta.names.lead ?? member.key}`, value: value[member.key] };
      }
    }
  }
}

export interface SplitDetails {
  /** Stored in clear. */
  readonly settings: Details;
  /** Stored sealed. */
  readonly secrets: Details;
}

export function splitDetails(connector: Connector, details: Details): SplitDetails {
  const settings: Record<string, unknown> = {};
  const secrets: Record<string, unknown> = {};
  for (const { key, meta } of fieldsOf(connector)) {
    const value = details[key];
    if (value === undefined) continue;
    if (meta.members === null) {
      (meta.role === 'secret' ? secrets : settings)[key] = value;
    } else if (isPlainObject(value)) {
      const secretKeys = new Set(
        membersOf(meta)
          .filter((member) => member.meta.role === 'secret')
          .map((member) => member.key),
      );
      const entries = Object.entries(value);
      const hidden = entries.filter(([member]) => secretKeys.has(member));
      settings[key] = Object.fromEntries(entries.filter(([member]) => !secretKeys.has(member)));
      if (hidden.length > 0) secrets[key] = Object.fromEntries(hidden);
    }
  }
  return { settings, secrets };
}

export function joinDetails({ settings, secrets }: SplitDetails): Details {
  const joined: Record<string, unknown> = Object.assign({}, settings);
  for (const [key, value] of Object.entries(secrets)) {
    const own = joined[key];
    joined[key] = isPlainObject(own) && isPlainObject(value) ? { ...own, ...value } : value;
  }
  return joined;
}

/** Names (never values) of the fields whose value differs, in the connector's order. */
export function changedFields(connector: Connector, before: Details, after: Details): readonly string[] {
  return fieldsOf(connector)
    .filter(({ key }) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map(({ key, meta }) => meta.names.lead ?? key);
}

export interface Identifier {
  readonly key: string;
  readonly name: string;
  readonly value: string;
}

/** The public fields that tell one connection from another: host, database, user; never a secret. */
export function identifiersOf(connector: Connector, settings: Details): readonly Identifier[] {
  return fieldsOf(connector).flatMap(({ key, meta }) => {
    const value = settings[key];
    if (!meta.identity || meta.role !== 'setting' || value === undefined) return [];
    return [{ key: meta.names.lead ?? key, name: meta.title ?? key, value: String(value) }];
  });
}
