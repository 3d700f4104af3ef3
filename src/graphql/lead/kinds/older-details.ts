import type { Connector } from '../../../domain/connector/connector.ts';
import { fieldMeta } from '../../../domain/connector/field.ts';

/** The arguments of an older mutation with its groups in the shape that the kind's own fields have. */
export function readOlder(
  { fields }: Pick<Connector, 'fields'>,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const details = { ...given };
  for (const [key, schema] of Object.entries(fields)) {
    const { names } = fieldMeta(schema, key);
    const name = names.lead ?? key;
    const value = details[name];
    if (typeof names.leadOlder === 'object' && typeof value === 'object' && value !== null)
      details[name] = names.leadOlder.read(value as Readonly<Record<string, unknown>>);
  }
  return details;
}
