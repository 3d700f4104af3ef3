import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, setting } from '../../domain/connector/field.ts';
import { postgresDatabase } from '../families/postgres-protocol.ts';
import { awsIdentityFields, awsPlaceFields } from '../kits/aws/aws-identity.ts';
import { awsKeyRules, ownEndpoints } from '../kits/aws/aws-rules.ts';
import { isLoopback, optionalUrl, serverFields, word } from '../kits/fields.ts';
import { optionalPassword, optionalUser } from '../kits/login-fields.ts';
import { onlyWith, related } from '../kits/rules.ts';
import { tls } from '../kits/sql/tls.ts';

export const fields = {
  ...serverFields(5439, 'Endpoint of the cluster or workgroup; region and name are read from it unless they are given.'),
  database: postgresDatabase(127),
  user: optionalUser('Database user. A serverless workgroup names it by itself when IAM is used.', 127),
  password: optionalPassword('Password of the user; or an access key instead, for IAM.'),
  ssl: tls(),
  ...awsIdentityFields,
  region: awsPlaceFields.region,
  clusterIdentifier: setting(word(/^[a-z][a-z0-9-]*$/, 'must be the identifier of a cluster').optional(), {
    title: 'Cluster',
    description: 'Identifier of the cluster, where the host does not say it.',
  }),
  workgroup: setting(word(/^[a-z0-9-]+$/, 'must be the name of a workgroup').optional(), {
    title: 'Workgroup',
    description: 'Name of the serverless workgroup, where the host does not say it.',
  }),
  apiEndpoint: optionalUrl('Redshift API', "Where Redshift's API answers, when not at AWS's public address: an interface endpoint, say."),
  stsEndpoint: awsPlaceFields.stsEndpoint,
};

export type RedshiftDetails = DetailsOf<typeof fields>;

/** True where AWS makes temporary credentials for an access key, or for the role that the gateway assumes. */
function usesIam({ accessKeyId, assumableRole }: Pick<RedshiftDetails, 'accessKeyId' | 'assumableRole'>): boolean {
  return accessKeyId !== undefined || assumableRole !== undefined;
}

/** The role that the gateway itself has to assume for these details. */
export function gatewayRole({ password, accessKeyId, assumableRole }: Partial<RedshiftDetails>): string | null {
  return password === undefined && accessKeyId === undefined ? (assumableRole ?? null) : null;
}

/** One way to log in, with all that it takes. */
export const rules: readonly Rule<RedshiftDetails>[] = [
  ...awsKeyRules,
  onlyWith('externalId', 'assumableRole'),
  related([{ ways: [['password'], ['accessKeyId', 'secretAccessKey', 'assumableRole']] }], (details) =>
    (details.password === undefined) === usesIam(details)
      ? null
      : {
          path: 'password',
          message:
            'is one of two ways: give either a password, or for IAM accessKeyId and secretAccessKey, or assumableRole alone, which the gateway assumes where the operator granted it',
        },
  ),
  (details) => (gatewayRole(details) === null ? null : ownEndpoints('apiEndpoint', 'stsEndpoint')(details)),
  // The role's temporary passwords go to servers that AWS runs, whoever names them; what runs on this machine is for trials and tests.
  (details) =>
    gatewayRole(details) === null || CLUSTER.test(details.host) || WORKGROUP.test(details.host) || isLoopback(details.host)
      ? null
      : { path: 'host', message: "must be AWS's own name of the cluster or workgroup, where the gateway's identity assumes the role" },
  related([{ ways: [['clusterIdentifier'], ['workgroup']] }], ({ clusterIdentifier, workgroup }) =>
    clusterIdentifier !== undefined && workgroup !== undefined
      ? { path: 'workgroup', message: 'is for serverless, and clusterIdentifier is not: give one of them' }
      : null,
  ),
  (details) => {
    const { region, cluster, workgroup } = readTarget(details);
    if (!usesIam(details)) return null;
    if (region === null) return { path: 'region', message: 'is required for IAM, where the host does not say it' };
    return cluster === null && workgroup === null
      ? { path: 'clusterIdentifier', message: 'is required for IAM, or workgroup, where the host does not say it' }
      : null;
  },
  (details) =>
    details.user === undefined && (!usesIam(details) || readTarget(details).workgroup === null)
      ? { path: 'user', message: 'is required' }
      : null,
];

const CLUSTER = /^([a-z][a-z0-9-]*)\.[a-z0-9]+\.([a-z0-9-]+)\.redshift\.amazonaws\.com(?:\.cn)?\.?$/i;
const WORKGROUP = /^([a-z0-9-]+)\.\d{12}\.([a-z0-9-]+)\.redshift-serverless\.amazonaws\.com(?:\.cn)?\.?$/i;

/** The region, and the cluster or workgroup, read from AWS's own host names; settings that are given beside the host count first. */
export function readTarget(given: Pick<RedshiftDetails, 'host' | 'region' | 'clusterIdentifier' | 'workgroup'>) {
  const { host, region, clusterIdentifier, workgroup } = given;
  const provisioned = CLUSTER.exec(host.toLowerCase());
  const serverless = WORKGROUP.exec(host.toLowerCase());
  const named = clusterIdentifier !== undefined || workgroup !== undefined;
  return {
    region: region ?? provisioned?.[2] ?? serverless?.[2] ?? null,
    cluster: named ? (clusterIdentifier ?? null) : (provisioned?.[1] ?? null),
    workgroup: named ? (workgroup ?? null) : (serverless?.[1] ?? null),
  };
}
