import { CLUSTER } from '../../support/fakes/aws/lake.ts';
import { arnOf, REGION } from '../../support/fakes/aws/test-account.ts';
import { SECRET } from '../world/systems.ts';
import type { World } from '../world/world.ts';
import { update } from './first-connection.ts';
import { type Memory, options, type Step } from './step.ts';

export const READER = arnOf('role', 'reader');

type Named = Readonly<Record<string, string>>;

const KINDS: Readonly<Record<string, Named>> = {
  'add-glue': { region: REGION, name: 'lake' },
  'add-athena': { region: REGION, name: 'lake' },
  'add-hive-logs': { bucket: 'lake', prefix: 'events/' },
};

const by = (command: string, role: Named): readonly string[] => ['integrations', command, ...options({ ...KINDS[command], ...role })];
const test: Step = { args: ({ id = '' }) => ['integrations', 'test', '--connection-id', id], prints: [/"success": true/] };
const remove: Step = {
  args: ({ id = '' }) => ['integrations', 'remove', '--connection-id', id, '--no-prompt'],
  prints: [/Success! Removed/],
};
const keepNewest = async ({ ask }: World): Promise<Memory> => {
  const { edges } = (await ask('{ connections(first: 100) { edges { node { uuid createdOn } } } }')).connections;
  const newest = edges.map(({ node }: { readonly node: { readonly uuid: string; readonly createdOn: string } }) => node);
  return {
    id: newest.toSorted((one: { createdOn: string }, other: { createdOn: string }) => (one.createdOn < other.createdOn ? 1 : -1))[0].uuid,
  };
};

/** A variable whose ciphertext KMS decrypts. */
const encrypted = (more: Named): readonly string[] => [
  'integrations',
  'add-self-hosted-credentials-v2',
  ...options({
    'connection-type': 'postgres',
    'self-hosted-credentials-type': 'ENV_VAR',
    'env-var-name': 'MCD_SALES',
    'decryption-service-type': 'KMS',
    name: 'hosted',
    ...more,
  }),
];
const BY_ALIAS = { 'kms-key-id': 'alias/sales', 'aws-region': REGION };

/** The role is known, and nobody granted it. */
export const beforeGrant: readonly Step[] = [
  ...Object.keys(KINDS).map((command) => ({
    args: by(command, { role: READER }),
    answers: 'y\n',
    exit: 1,
    // The older test of a bucket is asked for a key alone, so that its client knows no more.
    prints: [command === 'add-hive-logs' ? /Connection test failed/ : /not granted|aws-role grant/],
  })),
  { args: encrypted({ ...BY_ALIAS, 'assumable-role': READER }), answers: 'y\n', exit: 1, prints: [/aws-role grant/] },
  { args: encrypted({}), answers: 'y\n', exit: 1, prints: [/kmsKeyId is required/] },
  { args: encrypted({ 'kms-key-id': 'alias/sales' }), answers: 'y\n', exit: 1, prints: [/awsRegion is required/] },
  // The gateway's own identity, which a variable that is granted is enough for.
  { args: encrypted(BY_ALIAS), answers: 'y\n', prints: [/Success! Added connection/], keeps: keepNewest },
  test,
  remove,
];

/** `externalId` is what the gateway gave the project, and `database` is the port of one that stands in for Redshift. */
export const withGrant: readonly Step[] = [
  {
    args: by('add-glue', { role: READER, 'external-id': 'of-another' }),
    answers: 'y\n',
    exit: 1,
    prints: [/with the external id changeover-\S+ alone/],
  },
  // It makes the integration that Athena's joins.
  { args: by('add-glue', { role: READER }), answers: 'y\n', prints: [/Success! Added connection/], keeps: keepNewest },
  test,
  {
    args: ({ externalId = '' }) => by('add-athena', { role: READER, 'external-id': externalId }),
    answers: 'y\n',
    prints: [/Success! Added connection/],
    keeps: keepNewest,
  },
  test,
  remove,
  // The command has no option for the integration, and looks for one without a name then: a fault of the client, after its test.
  {
    args: ({ externalId = '' }) => by('add-hive-logs', { role: READER, 'external-id': externalId }),
    answers: 'y\n',
    exit: 1,
    prints: [/Connection test was successful/, /Could not find warehouse with given name/],
  },
  {
    args: ({ externalId = '' }) => [
      'integrations',
      'test-msk-kafka-connect-credentials',
      ...options({ 'cluster-arn': CLUSTER, 'iam-role-arn': READER, 'external-id': externalId }),
    ],
    answers: 'y\n',
    prints: [/validate_connection: ✓/],
  },
  {
    args: ({ externalId = '' }) => [
      'integrations',
      'add-streaming-cluster-connection',
      ...options({
        'connection-type': 'msk-kafka-connect',
        'cluster-arn': CLUSTER,
        'iam-role-arn': READER,
        'external-id': externalId,
        'new-cluster-id': CLUSTER,
        'new-cluster-name': 'events',
        'new-streaming-system-name': 'of AWS',
        'new-streaming-system-type': 'msk',
      }),
    ],
    answers: 'y\n',
    keeps: keepNewest,
  },
  test,
  remove,
  {
    args: ({ externalId = '' }) =>
      encrypted({ ...BY_ALIAS, 'assumable-role': READER, 'external-id': externalId, name: 'hosted by a role' }),
    answers: 'y\n',
    prints: [/Success! Added connection/],
    keeps: keepNewest,
  },
  test,
  // It is not active, so that nothing is proven before it is saved.
  { args: update({ kms_key_id: 'alias/none' }), prints: [/Success! Updated/] },
  { ...test, prints: [/"success": false/, /its key in KMS/] },
  remove,
  // The client adds Redshift by a password alone; an update turns that into the role, whose workgroup makes each login.
  {
    args: ({ database = '' }) => [
      'integrations',
      'add-redshift',
      ...options({ host: '127.0.0.1', port: database, user: 'loader', password: SECRET, database: 'sales' }),
    ],
    answers: 'y\n',
    prints: [/Success! Added connection/],
    keeps: keepNewest,
  },
  {
    args: update({ assumable_role: arnOf('role', 'not-granted'), region: REGION, workgroup: 'analytics' }),
    exit: 1,
    prints: [/not granted|aws-role grant/],
  },
  { args: update({ assumable_role: READER, region: REGION, workgroup: 'analytics' }), prints: [/Success! Updated/] },
  test,
  remove,
];
