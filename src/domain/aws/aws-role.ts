/** A role that the gateway's own AWS identity may assume for a project: what its ARN names, and nothing beside it. */
export interface AwsRoleGrant {
  readonly projectId: string;
  readonly roleArn: string;
  readonly createdAt: number;
  readonly createdBy: string | null;
}

export interface AwsRoleGrantReaders {
  /** In the order they were made. Throws INTEGRITY when one of them was altered. */
  of(projectId: string): Promise<readonly AwsRoleGrant[]>;
  /** The same to be shown: one that was altered is marked so. */
  shown(projectId: string): Promise<readonly AwsRoleGrant[]>;
}

export interface AwsRoleGrantWriters extends AwsRoleGrantReaders {
  /** False when it is there already: of two racing callers one gets true. */
  insert(grant: AwsRoleGrant): Promise<boolean>;
  /** False when it is not there (any more). */
  remove(grant: Pick<AwsRoleGrant, 'projectId' | 'roleArn'>): Promise<boolean>;
}

/** What the owner of a role puts into it, so that the gateway alone may assume it, and for this project alone. */
export function trustPolicy(principal: string | null, externalId: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: principal ?? "ARN of the gateway's user" },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': externalId } },
      },
    ],
  });
}
