import type { Details } from '../connection/details/details.ts';

/** A token that an identity provider has issued for a client itself. */
export interface IssuedToken {
  readonly accessToken: string;
  /** Seconds; null where the provider does not say. */
  readonly expiresIn: number | null;
}

/**
 * Asks the provider of a connection for a token of its own, from a worker whose only way out goes by the policy, within a deadline. `refused`
 * where the provider refuses or says something else, `unreachable` where it does not answer as it should.
 */
export type IssueToken = (kind: string, details: Details, signal?: AbortSignal) => Promise<IssuedToken | 'refused' | 'unreachable'>;
