import { badRequest, DomainError } from '../errors/errors.ts';
import { isOneLine } from '../text/one-line.ts';
import type { Connection, Integration } from './connection.ts';

const MOST_CHARACTERS = 200;

/** Of names that other products' clients give. */
export const MOST_FOREIGN_CHARACTERS = 255;

/**
 * The name of a connection, integration, site or token as it is stored: trimmed, NFC, 1 to 200 characters unless `most` says otherwise, no
 * control characters. `path` is where it stands in the caller's input. Throws BAD_REQUEST.
 */
export function readName(name: string, path: string, most: number = MOST_CHARACTERS): string {
  if (!isOneLine(name)) throw badRequest(path, 'A name is well-formed text without control characters.');
  const key = nameKey(name);
  if (key.length === 0 || key.length > most) throw badRequest(path, `A name has 1 to ${most} characters.`);
  return key;
}

/** Names compare trimmed, as NFC, case-sensitive. */
export function nameKey(name: string): string {
  return name.trim().normalize('NFC');
}

/** The name of a connection to show, never null. */
export function displayName(connection: Pick<Connection, 'name'>, integration: Pick<Integration, 'name'>): string {
  return connection.name ?? integration.name;
}

/** `what`, at the beginning of a sentence, has the name already; `path` is where the name stands in the caller's input. */
export function nameTaken(what: string, path: string): DomainError {
  return new DomainError('NAME_TAKEN', `${what} of that name exists already.`, { path });
}

/** Tells where the caller gave the name, also when the store refuses the second of two callers that take it at the same moment. */
export function takenAt(path: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof DomainError && error.code === 'NAME_TAKEN' ? new DomainError(error.code, error.message, { path }) : error;
  };
}
