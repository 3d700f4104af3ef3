import { badRequest } from '../../../domain/errors/errors.ts';

/** One version can be CURRENT alone, so that a list of them is refused. */
export const ONE_TAG = /^[^,]*$/;

/** The version of a connection as an entity tag (RFC 9110, part 8.8.3): it changes with every write, of a secret, too. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * The version that If-Match asks for; undefined where it is not sent, or where any will do. One that no connection ever has stands for a
 * tag of another form: nothing matches it. Throws BAD_REQUEST for a list.
 */
export function expectedVersionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  if (!ONE_TAG.test(ifMatch)) throw badRequest('if-match', 'If-Match names one version.');
  return Number(/^ *"(\d{1,15})" *$/.exec(ifMatch)?.[1] ?? 0);
}
