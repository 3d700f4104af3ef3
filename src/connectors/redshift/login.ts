import { z } from 'zod';
import type { ValidatorInput } from '../../domain/connector/connector.ts';
import type { EgressSession } from '../../domain/connector/egress.ts';
import { assumeRole } from '../shared/assume-role.ts';
import { AwsError, type AwsIdentity, callAws, callAwsQuery } from '../shared/aws.ts';
import type { PostgresLogin } from '../shared/postgres-session.ts';
import type { RedshiftDetails } from './index.ts';
import { readTarget } from './target.ts';

type Input = Pick<ValidatorInput<RedshiftDetails>, 'credentials' | 'egress'>;

/** As whom to log in: with the password, or with temporary credentials that AWS makes for an identity. */
export async function readLogin({ credentials, egress }: Input): Promise<PostgresLogin> {
  const { host, port, database, ssl, user, password } = credentials;
  const where = { host, port, database, ssl };
  if (user !== undefined && password !== undefined) return { ...where, user, password };
  const { region, workgroup, cluster } = readTarget(credentials);
  // The rules of the kind demand a region for this way to log in.
  const place = { region: region ?? '', endpoint: credentials.apiEndpoint };
  const identity = await readIdentity(credentials, egress, place.region);
  return {
    ...where,
    ...(workgroup === null
      ? await askForCluster(egress, identity, place, { cluster: cluster ?? '', database, user: user ?? '' })
      : await askForWorkgroup(egress, identity, place, { workgroup, database })),
  };
}

async function readIdentity(details: RedshiftDetails, egress: EgressSession, region: string): Promise<AwsIdentity> {
  const { accessKeyId = '', secretAccessKey = '', sessionToken, assumableRole, externalId, stsEndpoint } = details;
  const own = { accessKeyId, secretAccessKey, sessionToken };
  return assumableRole === undefined ? own : await assumeRole(egress, own, { region, stsEndpoint, arn: assumableRole, externalId });
}

interface Place {
  readonly region: string;
  readonly endpoint: string | undefined;
}

/** https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html */
async function askForCluster(
  egress: EgressSession,
  identity: AwsIdentity,
  place: Place,
  wanted: { readonly cluster: string; readonly database: string; readonly user: string },
): Promise<Pick<PostgresLogin, 'user' | 'password'>> {
  const read = await callAwsQuery(
    egress,
    identity,
    { ...place, service: 'redshift' },
    {
      Action: 'GetClusterCredentials',
      Version: '2012-12-01',
      ClusterIdentifier: wanted.cluster,
      DbName: wanted.database,
      DbUser: wanted.user,
      // A user that does not exist is the caller's mistake, not ours to make.
      AutoCreate: 'false',
      DurationSeconds: '900',
    },
  );
  return { user: read('DbUser'), password: read('DbPassword') };
}

const ANSWER = z.object({ dbUser: z.string().min(1), dbPassword: z.string().min(1) });

/** https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_GetCredentials.html */
async function askForWorkgroup(
  egress: EgressSession,
  identity: AwsIdentity,
  place: Place,
  wanted: { readonly workgroup: string; readonly database: string },
): Promise<Pick<PostgresLogin, 'user' | 'password'>> {
  const action = 'redshift-serverless:GetCredentials';
  const body = await callAws(egress, identity, action, {
    ...place,
    service: 'redshift-serverless',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'RedshiftServerless.GetCredentials' },
    body: JSON.stringify({ workgroupName: wanted.workgroup, dbName: wanted.database, durationSeconds: 900 }),
  });
  const answer = ANSWER.safeParse(readJson(body));
  if (!answer.success) throw new AwsError('UNREADABLE', action);
  return { user: answer.data.dbUser, password: answer.data.dbPassword };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
