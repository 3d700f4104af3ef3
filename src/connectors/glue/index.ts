import { z } from 'zod';
import type { DetailsOf } from '../../domain/connector/field.ts';
import { setting } from '../../domain/connector/field.ts';
import { awsEndpoint, awsIdentityFields, awsPlaceFields, awsRegion } from '../kits/aws/aws-identity.ts';
import { awsKeyRules, keyOrRole, ownEndpoints } from '../kits/aws/aws-rules.ts';
import { defineAwsConnector } from '../kits/aws/define-aws-connector.ts';
import { problem, says } from '../kits/problems.ts';
import { onlyWith } from '../kits/rules.ts';
import { httpsTls, verifiedTls } from '../kits/sql/tls.ts';

const fields = {
  ...awsIdentityFields,
  awsRegion: setting(awsRegion(), { endpoint: true, title: 'Region', description: 'AWS region of the catalogue.' }),
  ssl: verifiedTls({ leadUpdateType: 'SslOptions' }),
  glueEndpoint: awsEndpoint('Glue'),
  stsEndpoint: awsPlaceFields.stsEndpoint,
};

const DATABASES = z.object({ DatabaseList: z.array(z.object({ Name: z.string() })) });
const TABLES = z.object({ TableList: z.array(z.object({ Name: z.string() })) });

/** https://docs.aws.amazon.com/glue/latest/webapi/API_Operations.html */
export default defineAwsConnector({
  kind: 'glue',
  title: 'AWS Glue',
  category: 'warehouse',
  lead: { allOptional: true, testV1: [{ field: 'testGlueCredentials', explains: true }] },
  fields,
  rules: [
    keyOrRole('assumableRole'),
    ...awsKeyRules,
    onlyWith('externalId', 'assumableRole'),
    ownEndpoints('glueEndpoint', 'stsEndpoint'),
    ({ ssl }: DetailsOf<typeof fields>) =>
      ssl?.disabled === true ? { path: 'sslOptions.disabled', message: 'is not possible: AWS is asked over https alone' } : null,
  ],
  leastPrivileges: [
    'An IAM policy with glue:GetDatabases, glue:GetDatabase, glue:GetTables, glue:GetTable and glue:GetPartitions on the catalog, the databases and the tables.',
  ],
  tested: {
    against: 'fake',
    what: "a fake of AWS that checks signatures, trusts and permissions, and moto for Glue's own answers",
    client: 'boto3',
  },
  endpoints: ({ glueEndpoint: glue, stsEndpoint: sts }) => ({ glue, sts }),
  region: ({ credentials: { awsRegion: region } }) => region,
  tls: ({ ssl }) => (ssl === undefined ? undefined : httpsTls(ssl)),
  role: ({ assumableRole: arn, externalId }) => ({ arn, externalId }),
  on: ['awsRegion'],
  connection: (session) => session.json('glue', 'GetDatabases', { MaxResults: 1 }, DATABASES),
  async actions(session, _details, attempt) {
    const databases = await attempt('glue:GetDatabases', () => session.json('glue', 'GetDatabases', { MaxResults: 1 }, DATABASES));
    const database = databases?.DatabaseList[0]?.Name;
    if (database === undefined) return databases === null ? {} : { warnings: [NOTHING_SEEN] };
    const of = { DatabaseName: database };
    const tables = await attempt('glue:GetTables', () => session.json('glue', 'GetTables', { ...of, MaxResults: 1 }, TABLES));
    const table = tables?.TableList[0]?.Name;
    if (table !== undefined)
      await attempt('glue:GetPartitions', () =>
        session.json('glue', 'GetPartitions', { ...of, TableName: table, MaxResults: 1, ExcludeColumnSchema: true }, z.object({})),
      );
    return { data: { datasetsValidated: [database], tablesValidated: table === undefined ? [] : [`${database}.${table}`] } };
  },
  refusals: {
    GlueEncryptionException: says(
      'PERMISSION_MISSING',
      'The catalogue is encrypted by a key that the identity may not use.',
      "Allow kms:Decrypt on the catalogue's key.",
    ),
  },
});

/** Lake Formation leaves out of lists what may not be seen, and answers nothing else for it. */
const NOTHING_SEEN = problem(
  'PERMISSION_MISSING',
  'glue:GetDatabases lists nothing',
  'The catalogue of this region is empty, or Lake Formation shows the identity nothing of it.',
  'Check the region, and grant the identity DESCRIBE and SELECT in Lake Formation where that is in use.',
);
