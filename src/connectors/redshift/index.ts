import { z } from 'zod';
import {
  type DetailsOf,
  defineConnector,
  host,
  ORIGIN,
  port,
  secret,
  secretText,
  setting,
  text,
  validator,
} from '../../domain/connector/connector.ts';
import { headerSecret } from '../shared/header-secret.ts';
import { secureUrl } from '../shared/secure-url.ts';
import { tls } from '../shared/tls.ts';
import { rules } from './rules.ts';

const word = (pattern: RegExp, what: string) => z.string().min(1).max(128).regex(pattern, what);

const fields = {
  host: setting(host(), {
    endpoint: true,
    title: 'Host',
    description: 'Endpoint of the cluster or workgroup; region and name are read from it unless they are given.',
  }),
  port: setting(port(5439), { endpoint: true, title: 'Port', description: 'TCP port, 5439 unless given.' }),
  database: setting(text(127), {
    identity: true,
    names: { lead: 'dbName', snake: 'db_name', selfHosted: { dbname: true } },
    title: 'Database',
    description: 'Name of the database to connect to.',
  }),
  user: setting(text(127).optional(), {
    identity: true,
    title: 'User',
    description: 'Database user. A serverless workgroup names it by itself when IAM is used.',
  }),
  password: secret(secretText().optional(), { title: 'Password', description: 'Password of the user; or an access key instead, for IAM.' }),
  ssl: tls(),
  accessKeyId: setting(word(/^[A-Za-z0-9]+$/, 'must be letters and digits').optional(), {
    identity: true,
    title: 'Access key id',
    description: 'AWS access key that asks for temporary credentials of the user, or assumes the role.',
  }),
  secretAccessKey: secret(secretText().optional(), {
    title: 'Secret access key',
    description: 'Secret of the access key. It signs, and is never sent.',
  }),
  sessionToken: secret(headerSecret().optional(), {
    title: 'Session token',
    description: 'Where the access key is a temporary one itself.',
  }),
  assumableRole: setting(word(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'must be the ARN of a role').optional(), {
    identity: true,
    title: 'Role',
    description: 'ARN of a role that the access key assumes first.',
  }),
  externalId: setting(text(1224).optional(), { title: 'External id', description: "What the role's trust policy asks for." }),
  region: setting(word(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'must be a region, as in eu-west-1').optional(), {
    endpoint: true,
    title: 'Region',
    description: 'AWS region, where the host does not say it.',
  }),
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
  stsEndpoint: setting(secureUrl().optional(), {
    endpoint: ORIGIN,
    title: 'STS',
    description: "Where AWS's Security Token Service answers, when not at its public address.",
  }),
};

export type RedshiftDetails = DetailsOf<typeof fields>;

export default defineConnector({
  kind: 'redshift',
  title: 'Amazon Redshift',
  category: 'warehouse',
  fields,
  rules,
  validators: [
    validator<RedshiftDetails>('validate_connection', {
      mandatory: true,
      periodic: true,
      description:
        'Resolves the host, connects, asks AWS for temporary credentials where IAM is used, agrees on TLS and logs in; says which of these failed.',
      run: async (input) => (await import('./validate.ts')).validateConnection(input),
    }),
    validator<RedshiftDetails>('validate_identity', {
      after: ['validate_connection'],
      description: 'Asks the server who the login is and what kind of user it is.',
      run: async (input) => (await import('./validate.ts')).validateIdentity(input),
    }),
    validator<RedshiftDetails>('validate_permissions', {
      after: ['validate_connection'],
      description: 'Checks that the login may use schemas and read tables of the database.',
      run: async (input) => (await import('./validate.ts')).validatePermissions(input),
    }),
    validator<RedshiftDetails>('validate_permission_parity', {
      after: ['validate_connection'],
      description: 'Compares with the user in use: lists what it may do that the new one may not, with the GRANT statements that mend it.',
      run: async (input) => (await import('./parity.ts')).validateParity(input),
    }),
  ],
});
