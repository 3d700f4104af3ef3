import { z } from 'zod';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import type { PostgresLogin } from '../families/postgres-session.ts';
import { askAws, askAwsQuery } from '../kits/aws/aws-action.ts';
import { readAwsIdentity } from '../kits/aws/aws-identity.ts';
import { openGatewayIdentity } from '../kits/aws/gateway-identity.ts';
import { gatewayRole, type RedshiftDetails, readTarget } from './fields.ts';

const ANSWER = z.object({ dbUser: z.string().min(1), dbPassword: z.string().min(1) });

/** As whom to log in: with the password, or with temporary credentials that AWS makes for an identity. */
export async function readLogin(input: ValidatorInput<RedshiftDetails>): Promise<PostgresLogin> {
  const { credentials } = input;
  const { host, port, database, ssl, user = '', password } = credentials;
  const where = { host, port, database, ssl };
  if (password !== undefined) return { ...where, user, password };
  // The rules of the kind demand a region, and a cluster or a workgroup, for this way to log in.
  const { region, workgroup, cluster } = readTarget(credentials);
  const signed = await signedIn(input, region ?? '');
  const at = (service: 'redshift' | 'redshift-serverless') => ({ ...signed, service, endpoint: signed.endpoints[service] });
  if (workgroup !== null) {
    // https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_GetCredentials.html
    const { dbUser, dbPassword } = await askAws(
      at('redshift-serverless'),
      'GetCredentials',
      {
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'RedshiftServerless.GetCredentials' },
        body: { workgroupName: workgroup, dbName: database, durationSeconds: 900 },
      },
      ANSWER,
    );
    return { ...where, user: dbUser, password: dbPassword };
  }
  // https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html
  const read = await askAwsQuery(at('redshift'), {
    Action: 'GetClusterCredentials',
    Version: '2012-12-01',
    ClusterIdentifier: cluster ?? '',
    DbName: database,
    DbUser: user,
    // A user that does not exist is the caller's mistake, not ours to make.
    AutoCreate: 'false',
    DurationSeconds: '900',
  });
  return { ...where, user: read('DbUser'), password: read('DbPassword') };
}

/** Who asks for the credentials, and where. */
async function signedIn({ credentials, egress, gatewayAws = null }: ValidatorInput<RedshiftDetails>, region: string) {
  const role = gatewayRole(credentials);
  if (role !== null) {
    const { assume, endpoints } = await openGatewayIdentity({ egress, region }, gatewayAws);
    return { egress, region, endpoints, identity: await assume(role) };
  }
  const { apiEndpoint } = credentials;
  const endpoints: Readonly<Record<string, string | undefined>> = { redshift: apiEndpoint, 'redshift-serverless': apiEndpoint };
  return { egress, region, endpoints, identity: await readAwsIdentity(credentials, egress, region) };
}
