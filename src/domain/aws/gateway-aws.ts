/** An access key of AWS, with the session token that goes with a temporary one. */
export interface AwsKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What the gateway signs in to AWS with: a key, or a token that STS exchanges for a session of the role (AssumeRoleWithWebIdentity, which is not signed). */
export type AwsSignIn =
  | { readonly by: 'key'; readonly key: AwsKey }
  | { readonly by: 'web-identity'; readonly roleArn: string; readonly token: string };

/** The gateway's own AWS identity, which an operator gives it by settings. It does nothing for a project without a grant. */
export interface GatewayAws {
  /** Whom trust policies name: the role of a web identity; null for a key, which does not say whose it is. */
  readonly principal: string | null;
  /** Where services answer this identity when not at their public addresses, by the names that signatures give them. A connection can't say it: whoever is asked is sent what this identity signs. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Reads it anew each time, since keys are replaced, and Kubernetes writes a new token every hour. Throws AwsSignInError. */
  read(): Promise<AwsSignIn>;
}

/** What one run of a validator may do as the gateway. It exists only where the operator granted the project a role that the run's details name. */
export interface GrantedAws extends Pick<GatewayAws, 'endpoints'> {
  readonly signIn: AwsSignIn;
  readonly externalId: string;
  /** The whole ARNs that may be assumed, and no others. */
  readonly roles: readonly string[];
  /** What AWS's own log calls each session. */
  readonly sessionName: string;
}

/** The roles that the operator granted a project, and how the gateway assumes them for it. */
export type AssumableRoles = Pick<GrantedAws, 'externalId' | 'roles' | 'sessionName'>;

/** Says in our words what is wrong with the file, and holds nothing of it. */
export class AwsSignInError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AwsSignInError';
  }
}

export const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
