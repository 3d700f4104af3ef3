import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../support/servers/embedded-postgres.ts';
import { FIRST_DATABASE } from './commands/first-connection.ts';
import { runProgram } from './world/command-line.ts';
import { openWorld, servedFields, type World } from './world/world.ts';

const { python } = inject('clients');
const here = (name: string) => new URL(name, import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'changeover-clients-home-'));

let postgres: TestPostgres;
let world: World;
beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.createDatabase('first');
  await postgres.query(FIRST_DATABASE, 'first');
  world = await openWorld();
});
afterAll(async () => {
  await world?.close();
  await postgres?.close();
});

test('the SDK does its work through typed queries: updates, repeats, client credentials and errors', async () => {
  const env = { ...world.settings, TARGET_PORT: String(postgres.port) };
  const { code, output } = await runProgram(python, [here('sdk.py')], { env, home });
  const lines = output.split('\n').filter((line) => /^(ok {4}|FAILED) {2}/.test(line));
  const { faults } = world.faultsOfDocuments();
  expect({ code, failed: lines.filter((line) => line.startsWith('FAILED')), isWhole: lines.length > 60, faults }, output).toEqual({
    code: 0,
    failed: [],
    isWhole: true,
    faults: [],
  });
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
    }).toEqual({ invalid: NAMED_FIELDS, others: [], atLeast113: true });
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
  const { errors = [] } = (await response.json()) as { readonly errors?: readonly { readonly message: string }[] };
  const messages = errors.map(({ message }) => message).filter((message) => !message.startsWith('The variable "$'));
  if (messages.length === 0) return 'valid';
  return messages.every((message) => message.startsWith('There is no field')) ? 'invalid' : messages.join(' ');
}
