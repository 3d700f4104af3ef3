import type { Connector } from '../../connector/connector.ts';
import { DomainError } from '../../errors/errors.ts';
import { type Details, fieldsOf, isPlainObject, secretLeaves } from '../details/details.ts';
import { endpointParts, staysThere } from './destination.ts';

/**
 * Names of the secrets that must be given again, because the change would send stored ones somewhere else than where they
 * were saved for. Empty when the destination stays, or only becomes stricter.
 */
export function secretsToReenter(connector: Connector, base: Details, next: Details, given: Details): readonly string[] {
  if (staysThere(connector, endpointParts(connector, base), endpointParts(connector, next))) return [];
  const staying = new Set(fieldsOf(connector).flatMap(({ key, meta }) => (meta.neverSent ? [key] : [])));
  return [...secretLeaves(connector, next)].filter((leaf) => !isGiven(given, leaf) && !staying.has(leaf.field)).map(({ path }) => path);
}

/** A member of a group that is merged may be kept, though other members are given. */
function isGiven(given: Details, { field, member }: { readonly field: string; readonly member: string | null }): boolean {
  if (!Object.hasOwn(given, field)) return false;
  const value = given[field];
  return member === null || (isPlainObject(value) && value[member] !== undefined);
}

/** Throws SECRET_REENTRY_REQUIRED, naming the secrets, where a change would send stored ones to another destination. */
export function requireReentry(connector: Connector, base: Details, next: Details, given: Details): void {
  const fields = secretsToReenter(connector, base, next, given);
  if (fields.length === 0) return;
  throw new DomainError('SECRET_REENTRY_REQUIRED', `The change alters where secrets are sent; give them again: ${fields.join(', ')}.`, {
    path: fields[0],
    fields,
  });
}
