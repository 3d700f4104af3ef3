import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { EXECUTION_MS } from '../../src/admission/admit.ts';
import { arnOf, REGION } from '../support/fakes/aws/test-account.ts';
import { startFakeDatabricks, WAREHOUSE } from '../support/fakes/fake-databricks.ts';
import { startFakeFivetran } from '../support/fakes/fake-fivetran.ts';
import { startFakeKafkaRest } from '../support/fakes/fake-kafka-rest.ts';
import { startFakeLooker } from '../support/fakes/fake-looker.ts';
import type { JsonServer } from '../support/fakes/json-server.ts';
import { addWebhook, startGateway, startReceiver } from '../support/gateway/gateway.ts';
import { startPostgres, type TestPostgres } from '../support/servers/embedded-postgres.ts';
import { FIRST_DATABASE } from './commands/first-connection.ts';
import { startAccount } from './world/aws-account.ts';
import { runProgram } from './world/command-line.ts';
import { startRecorder } from './world/recorder.ts';
import { openWorld, servedFields, type World } from './world/world.ts';

const { python } = inject('clients');
const here = (name: string) => new URL(name, import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'changeover-clients-home-'));

let postgres: TestPostgres;
let world: World;
let fakes: Readonly<Record<'looker' | 'fivetran' | 'databricks' | 'kafka', JsonServer>>;
beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.createDatabase('first');
  await postgres.query(FIRST_DATABASE, 'first');
  fakes = {
    looker: await startFakeLooker([{ id: 'key', secret: 'right', userId: '7', models: ['sales'] }]),
    fivetran: await startFakeFivetran([{ key: 'key', secret: 'right' }]),
    databricks: await startFakeDatabricks([{ name: 'ada@example.com', token: 'right' }], []),
    kafka: await startFakeKafkaRest({ logins: ['Bearer right'], cluster: 'lkc-1', topics: ['orders'] }),
  };
  world = await openWorld({ settings: { MCD_SDK: '{}', MCD_SDK_2: '{}' } });
});
afterAll(async () => {
  await world?.close();
  for (const fake of Object.values(fakes ?? {})) fake.close();
  await postgres?.close();
});

/** Root fields of all that the SDK has sent. */
const ran = new Set<string>();

/** Each case prints a line; more than so many, all of them right, and by valid documents. */
async function runCases(script: string, more: Readonly<Record<string, string>>, atLeast: number, own = world) {
  const { code, output } = await runProgram(python, [here(script)], { env: { ...own.settings, ...more }, home });
  const lines = output.split('\n').filter((line) => /^(ok {4}|FAILED) {2}/.test(line));
  const { faults, fields } = own.faultsOfDocuments();
  for (const field of fields) ran.add(field);
  expect({ code, failed: lines.filter((line) => line.startsWith('FAILED')), isWhole: lines.length > atLeast, faults }, output).toEqual({
    code: 0,
    failed: [],
    isWhole: true,
    faults: [],
  });
}

test('the SDK does its work through typed queries: updates, repeats, client credentials and errors', async () => {
  await runCases('sdk.py', { TARGET_PORT: String(postgres.port) }, 60);
});

test('the SDK tests, adds and changes connections of every kind', async () => {
  const urls = Object.fromEntries(Object.entries(fakes).map(([name, { url }]) => [name, url]));
  const target = { host: '127.0.0.1', port: postgres.port };
  await runCases('sdk_kinds.py', { FAKES: JSON.stringify({ ...urls, warehouse: WAREHOUSE, postgres: target }) }, 70);
});

test('the SDK keeps a secret in a variable that a key of AWS KMS decrypts', async () => {
  const account = await startAccount();
  const login = { host: '127.0.0.1', port: postgres.port, dbname: 'first', user: 'reader', password: 'winter-2025-reader' };
  const settings = { ...account.settings, MCD_SALES: account.encrypted(JSON.stringify({ connect_args: login })) };
  const own = await openWorld({ settings });
  try {
    await runCases('sdk_kms.py', { KMS_REGION: REGION, KMS_ROLE: arnOf('role', 'reader') }, 15, own);
  } finally {
    await own.close();
    account.close();
  }
});

test('the SDK sends a request again by itself that ended with REQUEST_TIMEOUT', async () => {
  const gateway = await startGateway({ executionMs: { quick: { abort: 5000, end: 5000 }, slow: EXECUTION_MS.slow } });
  const receiver = await startReceiver();
  const recorder = await startRecorder(gateway.url);
  try {
    const id = await addWebhook(gateway, receiver, 'hooks');
    const { data } = await gateway.graphql('query ($id: UUID!) { connection(id: $id) { integrationId } }', { id });
    const { integrations } = gateway.app.services.store.read;
    const { find } = integrations;
    let reads = 0;
    const late: typeof find = (...args) => {
      reads += 1;
      return reads === 1 ? new Promise(() => {}) : find(...args);
    };
    Object.assign(integrations, { find: late });
    const env = {
      MCD_API_ENDPOINT: `${recorder.url}/graphql`,
      MCD_DEFAULT_API_ID: gateway.owner.id,
      MCD_DEFAULT_API_TOKEN: gateway.owner.secret,
      WAREHOUSE: data.connection.integrationId,
    };
    const { code, output } = await runProgram(python, [here('sdk_timeout.py')], { env, home });
    expect({ code, statuses: recorder.take().map(({ status }) => status) }, output).toEqual({ code: 0, statuses: [503, 200] });
  } finally {
    recorder.close();
    receiver.close();
    await gateway.close();
  }
});

/** Of these it asks for fields of people and warehouses that are not of the published part of the API; its users name the fields. */
const NAMED_FIELDS = [
  'Mutation.setWarehouseName',
  'Query.getDbtConnections',
  'Query.getEtlContainers',
  'Query.getIntegrationKeys',
  'Query.getUser',
  'Query.getWarehouse',
  'Query.getWarehouseConnections',
  'Query.getWarehouses',
];

describe('the fields that the SDK picks where none are named', () => {
  const { stdout } = spawnSync(python, [here('selections.py')], { encoding: 'utf8', maxBuffer: 64_000_000 });
  const all: Readonly<Record<string, string>> = JSON.parse(stdout);
  const served = servedFields().filter((field) => Object.hasOwn(all, field));

  test('are served, and within every limit, for every operation but those whose users name them', async () => {
    const answers: Record<string, string> = {};
    for (const field of served) answers[field] = await outcomeOf(all[field] ?? '');
    const of = (outcome: string) => served.filter((field) => answers[field] === outcome);
    console.log(`${of('valid').length} of ${served.length} automatic selections of the SDK are valid`);
    expect({
      invalid: of('invalid').toSorted(),
      others: Object.entries(answers).filter(([, outcome]) => outcome !== 'valid' && outcome !== 'invalid'),
      atLeast113: of('valid').length >= 113,
      // By their documents alone nothing is done: the two scripts run them.
      neverRun: of('valid').filter((field) => !ran.has(field)),
    }).toEqual({ invalid: NAMED_FIELDS, others: [], atLeast113: true, neverRun: [] });
  });
});

/** Nothing is run by them but queries without arguments: every argument is a variable that is not given. */
async function outcomeOf(query: string): Promise<string> {
  if (/^mutation \w+ \{/.test(query)) return 'would run';
  const response = await fetch(world.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${world.owner.secret}` },
    body: JSON.stringify({ query }),
  });
  // A gateway that is too busy answers without errors.
  if (response.status === 503) return 'busy';
  const { errors = [] } = (await response.json()) as { readonly errors?: readonly { readonly message: string }[] };
  const messages = errors.map(({ message }) => message).filter((message) => !message.startsWith('The variable "$'));
  if (messages.length === 0) return 'valid';
  return messages.every((message) => message.startsWith('There is no field')) ? 'invalid' : messages.join(' ');
}
