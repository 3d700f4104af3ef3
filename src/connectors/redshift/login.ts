import { z } from 'zod';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import type { PostgresLogin } from '../families/postgres-session.ts';
import { openAws } from '../kits/aws/aws-session.ts';
import { type RedshiftDetails, readTarget } from './fields.ts';

const ANSWER = z.object({ dbUser: z.string().min(1), dbPassword: z.string().min(1) });

/** As whom to log in: with the password, or with temporary credentials that AWS makes for an identity. */
export async function readLogin({ credentials, egress, gatewayAws = null }: ValidatorInput<RedshiftDetails>): Promise<PostgresLogin> {
  const { host, port, database, ssl, user = '', password, assumableRole: arn, externalId, apiEndpoint, stsEndpoint } = credentials;
  const where = { host, port, database, ssl };
  if (password !== undefined) return { ...where, user, password };
  // The rules of the kind demand a region, and a cluster or a workgroup, for this way to log in.
  const { region, workgroup, cluster } = readTarget(credentials);
  const endpoints = { redshift: apiEndpoint, 'redshift-serverless': apiEndpoint, sts: stsEndpoint };
  const aws = await openAws({ egress, region: region ?? '', endpoints }, { ...credentials, role: { arn, externalId } }, gatewayAws);
  if (workgroup !== null) {
    // https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_GetCredentials.html
    const asked = { workgroupName: workgroup, dbName: database, durationSeconds: 900 };
    const { dbUser, dbPassword } = await aws.json('redshift-serverless', 'GetCredentials', asked, ANSWER);
    return { ...where, user: dbUser, password: dbPassword };
  }
  // https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html
  const read = await aws.query('redshift', {
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
