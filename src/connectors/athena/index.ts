import { z } from 'zod';
import { awsKeyRules, keyOrRole, ownEndpoints } from '../kits/aws/aws-rules.ts';
import type { AwsSession } from '../kits/aws/aws-session.ts';
import { defineAwsConnector } from '../kits/aws/define-aws-connector.ts';
import { problem, refusal, says } from '../kits/problems.ts';
import { onlyWith } from '../kits/rules.ts';
import { answered } from '../kits/usual-validators.ts';
import { type AthenaDetails, fields } from './fields.ts';
import { runQuery } from './run-query.ts';

const WORKGROUP = z.object({ WorkGroup: z.object({ Name: z.string(), State: z.string().nullish() }) });
const DATABASES = z.object({ DatabaseList: z.array(z.object({ Name: z.string() })) });
const TABLES = z.object({ TableMetadataList: z.array(z.object({ Name: z.string() })) });

/** https://docs.aws.amazon.com/athena/latest/APIReference/Welcome.html */
export default defineAwsConnector({
  kind: 'athena',
  title: 'Amazon Athena',
  category: 'warehouse',
  lead: { allOptional: true, testV1: [{ field: 'testAthenaCredentials', explains: true }] },
  fields,
  rules: [
    keyOrRole('assumableRole'),
    ...awsKeyRules,
    onlyWith('externalId', 'assumableRole'),
    ownEndpoints('athenaEndpoint', 'stsEndpoint'),
  ],
  leastPrivileges: [
    'An IAM policy with athena:GetWorkGroup, athena:StartQueryExecution, athena:GetQueryExecution, athena:GetQueryResults, athena:ListDataCatalogs, athena:GetDataCatalog, athena:ListDatabases and athena:ListTableMetadata on the workgroup and the catalog; glue:GetDatabase, glue:GetDatabases, glue:GetTable, glue:GetTables and glue:GetPartitions on what is read; s3:GetObject and s3:ListBucket on the data, and s3:PutObject and s3:GetBucketLocation on the results.',
  ],
  tested: {
    against: 'fake',
    what: "a fake of AWS that checks signatures, trusts and permissions, and moto for Athena's own answers",
    client: 'boto3',
  },
  endpoints: ({ athenaEndpoint: athena, stsEndpoint: sts }) => ({ athena, sts }),
  region: ({ credentials: { awsRegion } }) => awsRegion,
  role: ({ assumableRole: arn, externalId }) => ({ arn, externalId }),
  on: ['awsRegion', 'catalog', 'workgroup'],
  connection: (session, { credentials }) => requireWorkgroup(session, credentials),
  checks: {
    validate_query: {
      description: 'Runs SELECT 1 in the workgroup, which writes a small result where the workgroup keeps its results.',
      run: (session, { credentials, signal }) => answered('SELECT 1', () => runQuery(session, credentials, signal)),
    },
  },
  async actions(session, { catalog: CatalogName }, attempt) {
    await attempt('athena:GetDataCatalog', () => session.json('athena', 'GetDataCatalog', { Name: CatalogName }, z.object({})));
    const databases = await attempt('athena:ListDatabases', () =>
      session.json('athena', 'ListDatabases', { CatalogName, MaxResults: 1 }, DATABASES),
    );
    const database = databases?.DatabaseList[0]?.Name;
    if (database === undefined) return databases === null ? {} : { warnings: [NOTHING_SEEN] };
    const tables = await attempt('athena:ListTableMetadata', () =>
      session.json('athena', 'ListTableMetadata', { CatalogName, DatabaseName: database, MaxResults: 1 }, TABLES),
    );
    const table = tables?.TableMetadataList[0]?.Name;
    return { data: { datasetsValidated: [database], tablesValidated: table === undefined ? [] : [`${database}.${table}`] } };
  },
  refusals: {
    // Of a workgroup or catalog that does not exist, too.
    InvalidRequestException: says(
      'DATABASE_NOT_FOUND',
      'Athena knows no such workgroup or catalog in this region.',
      'Check workgroup, catalog and awsRegion.',
    ),
    MetadataException: says(
      'PERMISSION_MISSING',
      'Athena could not read the catalog for this identity.',
      'Allow glue:GetDatabase, glue:GetDatabases, glue:GetTable and glue:GetTables, or what the catalog needs in their place.',
    ),
  },
});

async function requireWorkgroup(session: AwsSession, { workgroup }: AthenaDetails): Promise<void> {
  const { WorkGroup } = await session.json('athena', 'GetWorkGroup', { WorkGroup: workgroup }, WORKGROUP);
  if (WorkGroup.State === 'DISABLED')
    throw refusal('ACCESS_DENIED', 'the workgroup is disabled', 'The workgroup takes no queries.', 'Enable it, or give another workgroup.');
}

const NOTHING_SEEN = problem(
  'PERMISSION_MISSING',
  'athena:ListDatabases lists nothing',
  'The catalog is empty, or Lake Formation shows the identity nothing of it.',
  'Check catalog and awsRegion, and grant the identity DESCRIBE and SELECT in Lake Formation where that is in use.',
);
