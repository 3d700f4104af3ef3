import type { Connector } from '../../connector/connector.ts';
import { DomainError } from '../../errors/errors.ts';
import type { Version } from '../connection.ts';
import type { SecretDestination } from '../reference/secret-reference.ts';
import { staysThere } from './destination.ts';

/** Most destinations of one secret. */
export const MOST_DESTINATIONS = 100;

/** What would be sent, and where. */
export interface Sending {
  readonly connector: Connector;
  /** JSON pointers to the credentials inside the secret. Each pointer counts as a name of its own and is bound separately. */
  readonly members: readonly string[];
  readonly parts: SecretDestination['parts'];
}

/**
 * Whether a secret that does not itself say where it is sent may be sent there: `unbound` while one of its names has no destination yet,
 * `refused` where one of them is bound to other destinations only. `bound` lists the destinations of this secret under all of its names.
 */
export function standingOf(
  { connector, members, parts }: Sending,
  bound: readonly Pick<SecretDestination, 'member' | 'parts'>[],
): 'allowed' | 'unbound' | 'refused' {
  let standing: 'allowed' | 'unbound' = 'allowed';
  for (const member of members) {
    const known = bound.filter((one) => one.member === member);
    if (known.length === 0) standing = 'unbound';
    else if (!known.some((one) => staysThere(connector, one.parts, parts))) return 'refused';
  }
  return standing;
}

/**
 * The destination that a version is bound to which a change becomes: where its secret reference leads now. A version that is not put into
 * use is bound later, when it is. Throws UNAVAILABLE for one that is put into use although nobody looked where its reference leads: its
 * connection was enabled in between.
 */
export function boundAs({ reference }: Pick<Version, 'reference'>, { boundTo }: Pick<Version, 'boundTo'>, isUsed: boolean): Buffer | null {
  if (!isUsed) return null;
  if (reference !== null && boundTo === null)
    throw new DomainError('UNAVAILABLE', 'The connection was enabled at this moment. Send the request again.', { retryAfterSeconds: 2 });
  return boundTo;
}
