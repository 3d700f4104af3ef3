import { SECRET, type Systems } from '../world/systems.ts';

/** Commands that can't succeed here, and what their user is told. */
export interface RefusedCommand {
  readonly command: string;
  readonly options: (systems: Systems) => Readonly<Record<string, string>>;
  readonly prints: RegExp;
}

const ROLE = { role: 'arn:aws:iam::123456789012:role/reader', 'external-id': 'an-external-id' };

/** Clients of AWS name a role and no key. It is assumed with the external id that the gateway gave the project: another one could be another project's. */
const OTHER_ID = /with the external id changeover-\S+ alone|the external id is not the one of this project/;

export const REFUSED: readonly RefusedCommand[] = [
  { command: 'add-athena', options: () => ({ ...ROLE, region: 'eu-west-1' }), prints: OTHER_ID },
  { command: 'add-glue', options: () => ({ ...ROLE, region: 'eu-west-1' }), prints: OTHER_ID },
  { command: 'add-hive-logs', options: () => ({ ...ROLE, bucket: 'logs', prefix: 'hive/' }), prints: OTHER_ID },
  {
    command: 'test-msk-kafka-connect-credentials',
    options: () => ({
      'cluster-arn': 'arn:aws:kafka:eu-west-1:123456789012:cluster/lake/6c1b6e2f-0000-0000-0000-000000000000-1',
      'iam-role-arn': ROLE.role,
      'external-id': ROLE['external-id'],
    }),
    prints: OTHER_ID,
  },
  // A metastore in MySQL has no kind of its own.
  {
    command: 'add-hive-metastore',
    options: ({ mariadb }) => ({ host: '127.0.0.1', port: String(mariadb.port), user: 'loader', password: SECRET, database: 'sales' }),
    prints: /There is no such kind/,
  },
  {
    command: 'add-self-hosted-credentials',
    options: () => ({
      'connection-type': 'snowflake',
      mechanism: 'secretsmanager',
      key: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:snowflake-AbCdEf',
      name: 'of a secret in AWS',
    }),
    prints: /Error - /,
  },
];
