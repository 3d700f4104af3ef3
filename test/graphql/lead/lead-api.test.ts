import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, addWebhook, type Receiver, startGateway, startReceiver, type TestGateway } from '../../support/gateway/gateway.ts';
import { countReads } from '../../support/store/count-statements.ts';

let gateway: TestGateway;
let receiver: Receiver;
let webhook: string;
beforeAll(async () => {
  [gateway, receiver] = await Promise.all([startGateway(), startReceiver()]);
  webhook = await addWebhook(gateway, receiver, 'hooks');
});
afterAll(async () => {
  receiver.close();
  await gateway.close();
});

const DETAILS = { dbType: 'postgres', host: 'db.example', dbName: 'sales', user: 'loader', password: 'a password of the test' };
const STAGE =
  'mutation ($d: TransactionalDbConnectionDetails!) { testTransactionalDbCredentials(connectionDetails: $d, validationName: "save_credentials") { key } }';

async function post(body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.owner.secret}`, ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type')?.split(';')[0],
    body: (await response.json()) as Pick<Answer, 'data' | 'errors'>,
  };
}

/** Codes of the errors of an answer, with where and why. */
async function refusal(query: string, variables: object) {
  const { errors } = await gateway.graphql(query, variables);
  return errors?.map(({ message, extensions }) => ({ code: extensions.code, path: extensions.path, message }));
}

/** A new, inactive connection to a database that is never dialled. */
async function addPostgres(name: string): Promise<string> {
  const { data } = await gateway.graphql(STAGE, { d: DETAILS });
  const added = await gateway.graphql(
    'mutation ($k: String!, $n: String!) { addConnection(connectionType: "transactional-db", key: $k, name: $n, isActive: false) { connection { uuid } } }',
    { k: data.testTransactionalDbCredentials.key, n: name },
  );
  return added.data.addConnection.connection.uuid;
}

describe('requests as its clients send them', () => {
  const document = 'query ($unused: String) { getUser { email } }';
  test.each([
    ['with variables that are null', { query: document, variables: null }, {}],
    ['without variables', { query: document }, {}],
    ['with variables that no document declares', { query: '{ getUser { email } }', variables: { dcId: 'x', a: [1] } }, {}],
    ['anonymous, with an operation name', { query: '{ getUser { email } }', operationName: 'getUser' }, {}],
    ['under another name than the field', { query: 'query whoami { getUser { email } }', operationName: 'getUser' }, {}],
    ['with a charset', { query: document }, { 'content-type': 'application/json; charset=utf-8' }],
    ['that accept anything', { query: document }, { accept: '*/*' }],
  ])('%s are answered', async (_, body, headers) => {
    expect(await post(body, headers)).toEqual({
      status: 200,
      type: 'application/json',
      body: { data: { getUser: { email: 'first owner' } } },
    });
  });

  test('an unknown key is 401 with an error that has a code', async () => {
    const { status, body } = await post({ query: '{ getUser { email } }' }, { authorization: 'Bearer nobody' });
    expect({ status, code: body.errors?.[0]?.extensions.code }).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
  });

  test('a refused idempotency id says what to do, as every error does', async () => {
    const headers = { 'x-mcd-idempotent-id': 'one-id' };
    await post({ query: '{ getUser { id } }' }, headers);
    const { body } = await post({ query: '{ getUser { email } }' }, headers);
    expect({ code: body.errors?.[0]?.extensions.code, next: typeof body.errors?.[0]?.extensions.next }).toEqual({
      code: 'IDEMPOTENCY_MISMATCH',
      next: 'string',
    });
  });
});

describe('details as its clients send them', () => {
  test.each([
    ['a port as text', { ...DETAILS, port: '5433' }],
    ['the other name of the database', { ...DETAILS, dbName: undefined, database: 'sales' }],
    ['both names of the database', { ...DETAILS, database: 'sales' }],
    ['nulls in fields of other kinds', { ...DETAILS, token: null, domain: null, connectionSettings: { tdSslmode: null, rdsProxy: null } }],
    ['the kind in capitals', { ...DETAILS, dbType: 'POSTGRES' }],
  ])('%s is taken', async (_, d) => {
    const { data } = await gateway.graphql(STAGE, { d });
    expect(data.testTransactionalDbCredentials.key).toMatch(/^chg_tmp_/);
  });

  test('two names of the database with two values are refused', async () => {
    expect(await refusal(STAGE, { d: { ...DETAILS, database: 'other' } })).toMatchObject([{ code: 'BAD_REQUEST' }]);
  });

  test('a one-shot update takes snake_case and numbers as text, and names a field that does not exist', async () => {
    const id = await addPostgres('one-shot');
    const update = (changes: object) =>
      gateway.graphql(
        'mutation ($c: JSONString!, $id: UUID!) { updateCredentials(changes: $c, connectionId: $id, shouldReplace: true) { success } }',
        { c: JSON.stringify(changes), id },
      );
    const { dbName: db_name, dbType: db_type, ...rest } = DETAILS;
    const taken = await update({ ...rest, db_name, db_type, port: '5432' });
    const refused = await update({ ...rest, db_name, passwort: 'x' });
    const odd = await update({ ...rest, db_name, 'p@ss w0rd!': 'x' });
    expect({
      success: taken.data.updateCredentials.success,
      errors: refused.errors?.map(({ message, extensions }) => [extensions.code, extensions.path, message.split(':')[0]]),
      odd: odd.text.includes('w0rd'),
    }).toEqual({ success: true, errors: [['BAD_REQUEST', 'changes.passwort', 'changes.passwort']], odd: false });
  });

  test("the wrong kind's mutation names the right one", async () => {
    const id = await addPostgres('wrong mutation');
    const updateWebhook =
      'mutation ($id: UUID!) { updateWebhookCredentialsV2(connectionId: $id, changes: { url: "https://a.example/" }) { result { key } } }';
    expect(await refusal(updateWebhook, { id })).toMatchObject([
      { code: 'BAD_REQUEST', message: expect.stringContaining('updateTransactionalDbCredentialsV2') },
    ]);
  });

  test('settings that no driver of ours has are refused, not ignored', async () => {
    const test_ =
      'mutation ($d: TransactionalDbConnectionDetails!) { testTransactionalDbCredentials(connectionDetails: $d, validationName: "validate_connection", connectionOptions: { ctpConfig: "{}" }) { key } }';
    expect(await refusal(test_, { d: DETAILS })).toMatchObject([{ code: 'BAD_REQUEST', path: 'connectionOptions.ctpConfig' }]);
  });
});

describe('results of the first form', () => {
  test('has a row for what was run and a row with its detail for what failed, as the command line prints them', async () => {
    receiver.status = 500;
    const { data } = await gateway.graphql(
      'query ($id: UUID) { testExistingConnection(connectionId: $id) { success validations { type message data { error } } warnings { type message data { error } } } }',
      { id: webhook },
    );
    receiver.status = 204;
    const { success, validations, warnings } = data.testExistingConnection;
    const [first] = validations;
    expect({
      success,
      type: first.type,
      message: first.message,
      error: typeof first.data.error,
      warningType: warnings[0].type,
      warningError: warnings[0].data.error,
    }).toEqual({
      success: false,
      type: 'validate_connection',
      message: expect.stringMatching(/^validate_connection failed: /),
      error: 'string',
      warningType: 'validate_connection',
      warningError: first.data.error,
    });
  });
});

describe('sites', () => {
  test('the network is probed by administrators alone, and the audit says that and not where', async () => {
    const editor = await gateway.token('editor');
    const probe = 'query ($port: Int) { testTcpOpenConnection(host: "127.0.0.1", port: $port) { success validations { message } } }';
    const port = Number(new URL(receiver.url).port);
    const refused = await gateway.graphql(probe, { port }, editor);
    const { data } = await gateway.graphql(probe, { port });
    const audit = await gateway.graphql('{ auditLog(first: 1, filter: { actions: ["network.probe"] }) { edges { node { details } } } }');
    expect({
      code: refused.errors?.[0]?.extensions.code,
      success: data.testTcpOpenConnection.success,
      edges: audit.data.auditLog.edges,
    }).toEqual({ code: 'FORBIDDEN', success: true, edges: [{ node: { details: { probe: 'tcp', status: 'passed', codes: [] } } }] });
  });

  test('storage is checked, and the result has the form of a validation', async () => {
    const { data } = await gateway.graphql('{ testStorageAccess { success validationName errors { cause } } }');
    expect(data.testStorageAccess).toEqual({ success: true, validationName: 'validate_storage_access', errors: [] });
  });

  test('says what a site supports, or why not', async () => {
    const ask = async (args: string) =>
      (await gateway.graphql(`{ getPlatformServices(${args}) { supportStatus { code } } }`)).data.getPlatformServices[0].supportStatus
        ?.code;
    expect({
      cloud: await ask('deploymentType: CLOUD_V2_P'),
      database: await ask('supportsConnectionType: TRANSACTIONAL_DB'),
      events: await ask('supportsConnectionType: S3_QL_EVENTS'),
      remoteAgent: await ask('supportsAgentType: REMOTE_AGENT'),
      dataStore: await ask('supportsAgentType: DATA_STORE_AGENT'),
    }).toEqual({
      cloud: undefined,
      database: 'SUPPORTED',
      events: 'NEW_CONNECTIONS_NOT_SUPPORTED',
      remoteAgent: 'REMOTE_AGENT_NOT_SUPPORTED',
      dataStore: 'DATA_STORE_NOT_SUPPORTED',
    });
  });
});

describe('integrations', () => {
  test('are renamed by the operation of their category alone', async () => {
    const { data } = await gateway.graphql('query ($id: UUID!) { connection(id: $id) { integrationId } }', { id: webhook });
    const id = data.connection.integrationId;
    const named = await gateway.graphql('mutation ($id: UUID!) { setWarehouseName(dwId: $id, name: "renamed") { warehouse { name } } }', {
      id,
    });
    const wrong = 'mutation ($id: UUID!) { updateBiConnectionName(resourceId: $id, name: "x") { biContainer { name } } }';
    expect({ name: named.data.setWarehouseName.warehouse.name, wrong: await refusal(wrong, { id }) }).toMatchObject({
      name: 'renamed',
      wrong: [{ code: 'NOT_FOUND' }],
    });
  });

  test('a BI connection lands in a container of its own', async () => {
    const { data } = await gateway.graphql(
      'mutation ($d: WebhookConnectionDetails!) { testWebhookCredentialsV2(connectionDetails: $d, validationName: "save_credentials") { key } }',
      { d: { url: receiver.url, signingSecret: 'a signing secret of the test' } },
    );
    const added = await gateway.graphql(
      'mutation ($k: String!) { addBiConnection(connectionType: "webhook", key: $k, name: "reports") { connection { biContainer { name account { name } dataCollector { uuid } } warehouse { name } createdBy { email } } } }',
      { k: data.testWebhookCredentialsV2.key },
    );
    expect(added.data.addBiConnection.connection).toEqual({
      biContainer: { name: 'reports', account: { name: 'default' }, dataCollector: { uuid: expect.any(String) } },
      warehouse: null,
      createdBy: { email: 'first owner' },
    });
  });

  test('a listing costs as many statements for ten connections as for one', async () => {
    const listing = () =>
      gateway.graphql(
        '{ getUser { account { warehouses { name account { name } dataCollector { uuid } connections { name type createdBy { email } account { name } warehouse { name } connectionIdentifiers { key value } } } dataCollectors { agents { uuid } warehouses { uuid } } } } }',
      );
    // Once a minute one of two notes the use of the token besides.
    const reads = async () => Math.min(await countReads(listing), await countReads(listing));
    await listing();
    const before = await reads();
    for (let index = 0; index < 9; index += 1) await addPostgres(`listed ${index}`);
    await listing();
    expect({ hasReads: before > 0, reads: await reads() }).toEqual({ hasReads: true, reads: before });
  });
});
