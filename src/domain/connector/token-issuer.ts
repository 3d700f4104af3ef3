import type { AwsKey, GrantedAws } from '../aws/gateway-aws.ts';
import type { Details } from '../connection/details/details.ts';

/** A token that an identity provider has issued for a client itself. */
export interface IssuedToken {
  readonly accessToken: string;
  /** Seconds; null where the provider does not say. */
  readonly expiresIn: number | null;
}

/** A temporary key of a role, which AWS has issued for the gateway. */
export interface IssuedAwsKey {
  readonly awsKey: AwsKey;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Of which connection. */
export interface AskedToken {
  readonly kind: string;
  readonly details: Details;
  /** What may be done as the gateway itself, where the details name a role of AWS; null for all others. */
  readonly gatewayAws: GrantedAws | null;
}

/**
 * Asks the provider of a connection for a token of its own, from a worker whose only way out goes by the policy, within a deadline. `refused`
 * where the provider refuses or says something else, `unreachable` where it does not answer as it should.
 */
export type IssueToken = (asked: AskedToken, signal?: AbortSignal) => Promise<IssuedToken | IssuedAwsKey | 'refused' | 'unreachable'>;
