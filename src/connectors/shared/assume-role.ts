import type { EgressSession } from '../../domain/connector/egress.ts';
import { type AwsIdentity, callAwsQuery } from './aws.ts';

interface Role {
  readonly region: string;
  readonly stsEndpoint?: string | undefined;
  readonly arn: string;
  readonly externalId?: string | undefined;
}

/** The temporary identity of a role, for the quarter of an hour that AWS gives at least. */
export async function assumeRole(egress: EgressSession, identity: AwsIdentity, role: Role): Promise<AwsIdentity> {
  const read = await callAwsQuery(
    egress,
    identity,
    { service: 'sts', region: role.region, endpoint: role.stsEndpoint },
    {
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: role.arn,
      RoleSessionName: 'changeover',
      DurationSeconds: '900',
      ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    },
  );
  return { accessKeyId: read('AccessKeyId'), secretAccessKey: read('SecretAccessKey'), sessionToken: read('SessionToken') };
}
