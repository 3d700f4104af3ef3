import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, secret, setting } from '../../domain/connector/field.ts';
import { ORIGIN, secretText, text } from '../../domain/connector/field-types.ts';
import { databaseField } from '../families/postgres-fields.ts';
import { awsIdentityFields, awsIdentityRules, awsPlaceFields } from '../kits/aws/aws-identity.ts';
import { secureUrl, serverFields, word } from '../kits/fields.ts';
import { tls } from '../kits/sql/tls.ts';

export const fields = {
  ...serverFields(5439, 'Endpoint of the cluster or workgroup; region and name are read from it unless they are given.'),
  database: databaseField(127),
  user: setting(text(127).optional(), {
    identity: true,
    title: 'User',
    description: 'Database user. A serverless workgroup names it by itself when IAM is used.',
  }),
  password: secret(secretText().optional(), { title: 'Password', description: 'Password of the user; or an access key instead, for IAM.' }),
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
  apiEndpoint: setting(secureUrl().optional(), {
    endpoint: ORIGIN,
    title: 'Redshift API',
    description: "Where Redshift's API answers, when not at AWS's public address: an interface endpoint, say.",
  }),
  stsEndpoint: awsPlaceFields.stsEndpoint,
};

export type RedshiftDetails = DetailsOf<typeof fields>;

/** One way to log in, with all that it takes. The gateway has no AWS identity of its own: docs/decisions says why. */
export const rules: readonly Rule<RedshiftDetails>[] = [
  ...awsIdentityRules,
  ({ password, accessKeyId }) =>
    (password === undefined) === (accessKeyId === undefined)
      ? { path: 'password', message: 'is one of two ways: give either a password, or accessKeyId and secretAccessKey for IAM' }
      : null,
  ({ clusterIdentifier, workgroup }) =>
    clusterIdentifier !== undefined && workgroup !== undefined
      ? { path: 'workgroup', message: 'is for serverless, and clusterIdentifier is not: give one of them' }
      : null,
  (details) => {
    const { region, cluster, workgroup } = readTarget(details);
    if (details.accessKeyId === undefined) return null;
    if (region === null) return { path: 'region', message: 'is required for IAM, where the host does not say it' };
    return cluster === null && workgroup === null
      ? { path: 'clusterIdentifier', message: 'is required for IAM, or workgroup, where the host does not say it' }
      : null;
  },
  (details) =>
    details.user === undefined && (details.accessKeyId === undefined || readTarget(details).workgroup === null)
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
