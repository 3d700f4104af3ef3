import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, getNullableType, isLeafType, isListType, isNonNullType, isObjectType } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { INTEGRATION_CATEGORIES } from '../../../src/domain/connection/connection.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { createSecret } from '../../../src/operations/account-secrets/create-secret.ts';
import { grantAwsRole } from '../../../src/operations/aws/grant-role.ts';
import { registerConsumer } from '../../../src/operations/consumers/register-consumer.ts';
import { grantSecrets } from '../../../src/operations/references/grant-secrets.ts';
import { addStreamingSystem } from '../../../src/operations/streaming/add-streaming-system.ts';
import { edited } from '../../support/protocol/edited.ts';
import { type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const REQUEST = { id: 'test', ip: null, client: {} };

/** What the cases are about: ids of rows. */
interface Rows {
  readonly connection: string;
  readonly other: string;
  /** Of integrations, by category. */
  readonly of: Readonly<Record<string, string>>;
  readonly secret: string;
  readonly consumer: string;
  readonly project: string;
  readonly maker: string;
  readonly site: string;
}

interface Altered {
  readonly table: string;
  readonly set: (rows: Rows) => string;
  readonly where: (rows: Rows) => string;
  /** As the error names it; null where the list is as before, and nothing is told. */
  readonly rowId: ((rows: Rows) => string) | null;
  readonly query: (rows: Rows) => string;
  /** From the data to the list. */
  readonly path: readonly (string | number)[];
  /** True where the edit has moved the row to this list. */
  readonly isMoved?: true;
}

const account = (list: string, members: string) => ({
  query: () => `{ getUser { account { ${list} { uuid ${members} } } } }`,
  path: ['getUser', 'account', list],
});
const inCollector = (list: string) => ({
  query: () => `{ getUser { account { dataCollectors { ${list} { uuid name } } } } }`,
  path: ['getUser', 'account', 'dataCollectors', 0, list],
});
const renamed = (category: string) => ({
  table: 'integrations',
  set: () => "name = 'altered'",
  where: (rows: Rows) => `id = '${rows.of[category]}'`,
  rowId: (rows: Rows) => rows.of[category] ?? '',
});
const moved = (category: string, list: string) => ({
  table: 'connections',
  set: (rows: Rows) => `integration_id = '${rows.of[category]}'`,
  where: (rows: Rows) => `id = '${rows.connection}'`,
  rowId: (rows: Rows) => rows.connection,
  query: () => `{ getUser { account { ${list} { uuid connections { uuid isActive } } } } }`,
  path: ['getUser', 'account', list, 0, 'connections'],
  isMoved: true as const,
});
const version = (number: number) => ({
  table: 'versions',
  set: () => "settings = '{broken'",
  where: (rows: Rows) => `connection_id = '${rows.connection}' and version = ${number}`,
  rowId: (rows: Rows) => `${rows.connection}/${number}`,
});

/** By the field that has the list; the other names are of rows that a list is read from besides its own. */
const CASES: Readonly<Record<string, Altered>> = {
  'Account.connections': {
    table: 'connections',
    set: () => "job_types = '{broken'",
    where: ({ connection }) => `id = '${connection}'`,
    rowId: ({ connection }) => connection,
    ...account('connections', 'isActive'),
  },
  'Account.warehouses': { ...renamed('WAREHOUSE'), ...account('warehouses', 'name') },
  'Account.bi': { ...renamed('BI'), ...account('bi', 'name type') },
  'Account.etlContainers': { ...renamed('ETL'), ...account('etlContainers', 'name') },
  'Account.dataCollectors': {
    table: 'sites',
    set: () => "name = 'altered'",
    where: ({ site }) => `id = '${site}'`,
    rowId: ({ site }) => site,
    ...account('dataCollectors', 'name'),
  },
  'DataCollector.warehouses': { ...renamed('WAREHOUSE'), ...inCollector('warehouses') },
  'DataCollector.biContainer': { ...renamed('BI'), ...inCollector('biContainer') },
  'DataCollector.etlContainer': { ...renamed('ETL'), ...inCollector('etlContainer') },
  'Query.getWarehouses': { ...renamed('WAREHOUSE'), query: () => '{ getWarehouses { uuid name } }', path: ['getWarehouses'] },
  'Warehouse.connections': moved('WAREHOUSE', 'warehouses'),
  'BiContainer.connections': moved('BI', 'bi'),
  'EtlContainer.connections': moved('ETL', 'etlContainers'),
  'StreamingCluster.connections': {
    ...moved('STREAMING', ''),
    query: ({ of }) =>
      `mutation { updateStreamingClusterName(newName: "STREAMING", streamingClusterUuid: "${of.STREAMING}") { streamingCluster { connections { uuid isActive } } } }`,
    path: ['updateStreamingClusterName', 'streamingCluster', 'connections'],
  },
  'Connection.versions': {
    ...version(1),
    query: ({ connection }) => `{ connection(id: "${connection}") { versions { version label } } }`,
    path: ['connection', 'versions'],
  },
  'a kind that is read from a version': { ...version(2), ...account('connections', 'kind type') },
  'Query.getAccountSecrets': {
    table: 'account_secrets',
    set: () => "scope = 'notifications'",
    where: ({ secret }) => `id = '${secret}'`,
    rowId: ({ secret }) => secret,
    query: () => '{ getAccountSecrets { name scope createdBy } }',
    path: ['getAccountSecrets'],
  },
  'the token that made a secret': {
    table: 'tokens',
    set: () => "name = 'altered'",
    where: ({ maker }) => `id = '${maker}'`,
    rowId: null,
    query: () => '{ getAccountSecrets { name version } }',
    path: ['getAccountSecrets'],
  },
  'Query.secretGrants': {
    table: 'provider_grants',
    set: () => 'created_at = 7',
    where: () => "prefix = 'MCD_A_'",
    rowId: ({ project }) => `${project}/env/MCD_A_`,
    query: () => '{ secretGrants { prefix createdAt } }',
    path: ['secretGrants'],
  },
  'AwsRoles.grants': {
    table: 'aws_role_grants',
    set: () => 'created_at = 7',
    where: () => "role_arn like '%/A'",
    rowId: ({ project }) => `${project}/arn:aws:iam::111122223333:role/A`,
    query: () => '{ awsRoles { grants { roleArn createdAt } } }',
    path: ['awsRoles', 'grants'],
  },
  'Query.consumers': {
    table: 'dialect_records',
    set: () => "data = '7'",
    where: ({ consumer }) => `id = '${consumer}'`,
    rowId: ({ consumer }) => consumer,
    query: () => '{ consumers { id name } }',
    path: ['consumers'],
  },
};

const PAGE = 'the node of an edge may be null';
const FOUND = 'what was found, and no rows';
const CODE = 'it stands in the code';
/** Lists that hold no null, and no rows that are shown for themselves. */
const OTHERS: Readonly<Record<string, string>> = {
  'ApiTokenPage.edges': PAGE,
  'AuditPage.edges': PAGE,
  'ChangePage.edges': PAGE,
  'ConnectionPage.edges': PAGE,
  'LeasePage.edges': PAGE,
  'SecretDestinationPage.edges': PAGE,
  'AuditVerification.findings': FOUND,
  'StoreExamination.findings': FOUND,
  'StoreExamination.restores': FOUND,
  'ResealConnections.failures': FOUND,
  'Query.auditSegmentFindings': FOUND,
  'CommitPreview.losses': FOUND,
  'CommitPreview.liveLeases': 'a commit is decided by them',
  'Mutation.allowSecretDestination': 'it was written by this very request',
  'Query.dataKeys': 'a key that was altered does not open',
  'Connector.checks': CODE,
  'Query.connectors': CODE,
  'Query.errorCodes': CODE,
  'Query.validationCodes': CODE,
  'DataCollector.agents': 'there are none',
};

test('each list of objects that holds no null has its case here', () => {
  const published = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
  const lists = Object.values(published.getTypeMap()).flatMap((type) =>
    !isObjectType(type) || type.name.startsWith('__')
      ? []
      : Object.values(type.getFields()).flatMap((field) => {
          const list = getNullableType(field.type);
          const holds = isListType(list) && isNonNullType(list.ofType) && !isLeafType(getNamedType(list));
          return holds ? [`${type.name}.${field.name}`] : [];
        }),
  );
  expect(lists.filter((name) => CASES[name] === undefined && OTHERS[name] === undefined)).toEqual([]);
});

describeOnEachEngine('an altered row in a list that holds no null', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  let rows: Rows;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
    const { gateway } = bench;
    const { services, projectId } = gateway.app;
    const maker = await gateway.token('owner');
    const local = localActor(projectId, 'test', REQUEST);
    const owner = { ...local, tokenId: maker.id };
    const [connection, other] = [await bench.add(), await bench.add()];
    await bench.save(connection, 'a secret of the second version');
    for (const name of ['A', 'B']) {
      await createSecret(services, owner, { name, scope: 'global', value: 'x', description: 'd', expiresAt: null });
      await grantSecrets(services, local, { provider: 'env', prefix: `MCD_${name}_` });
      await grantAwsRole(services, local, { roleArn: `arn:aws:iam::111122223333:role/${name}` });
      await registerConsumer(services, local, { name, title: null });
    }
    const system = await addStreamingSystem(services, local, { name: 'a system', type: 'self-hosted', siteId: null });
    const [site] = await services.store.read.sites.all(projectId);
    const of = await services.store.write(async (tx) => {
      const made: Record<string, string> = {};
      for (const category of INTEGRATION_CATEGORIES) {
        const id = services.newId();
        made[category] = id;
        const cluster =
          category === 'STREAMING'
            ? { streamingSystemId: system.id, externalClusterId: 'c' }
            : { streamingSystemId: null, externalClusterId: null };
        const named = { namespace: 'changeover', name: category, category, type: 'custom' };
        const times = { createdAt: 1, createdBy: null, updatedAt: 1, updatedBy: null };
        await tx.integrations.insert({ id, projectId, siteId: site?.id ?? '', ...named, ...cluster, ...times });
      }
      return made;
    });
    const [secret] = await bench.sql("select id from account_secrets where name = 'A'");
    const [consumer] = await bench.sql("select id from dialect_records where entity = 'content'");
    rows = {
      connection,
      other,
      of,
      secret: String(secret?.id),
      consumer: String(consumer?.id),
      project: projectId,
      maker: maker.id,
      site: site?.id ?? '',
    };
  });
  afterAll(() => bench.close());

  const listAt = (data: unknown, path: readonly (string | number)[]) =>
    path.reduce<unknown>((value, key) => (value === null ? null : Reflect.get(Object(value), key)), data) as readonly unknown[] | null;

  test.each(Object.entries(CASES))('is told beside the others, also where the query is compiled: %s', async (_name, altered) => {
    const { gateway } = bench;
    const { table, set, where, rowId, path, isMoved } = altered;
    const query = altered.query(rows);
    const ask = async () => {
      const { data, errors } = await gateway.graphql(query);
      return {
        served: listAt(data, path)?.length,
        told: errors?.map((error) => [error.extensions.code, error.extensions.rowId, error.path]) ?? [],
      };
    };
    const whole = await ask();
    const seen = await edited(bench, table, [`update ${table} set ${set(rows)} where ${where(rows)}`], async () => {
      const answers = [];
      for (let use = 0; use < 5; use += 1) answers.push(await ask());
      return answers;
    });
    const expected = {
      served: isMoved || rowId === null ? whole.served : (whole.served ?? 0) - 1,
      told: rowId === null ? [] : [['INTEGRITY', rowId(rows), path]],
    };
    expect({ whole: whole.told, seen }).toEqual({ whole: [], seen: Array.from({ length: 5 }, () => expected) });
  });
});
