import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createToken } from '../../../src/operations/access/create-token.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { addConnections, type MadeConnection } from './a-connection-of-each-kind.ts';
import { runSchemathesis } from './schemathesis.ts';

const HOOKS = new URL('graphql/hooks.py', import.meta.url);
const TALLY = join(mkdtempSync(join(tmpdir(), 'changeover-graphql-')), 'tally');

interface Answered {
  readonly operation: string;
  readonly codes: readonly string[];
}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    // Tests talk to this machine alone. So that connections are made and changed, every validator says yes.
    validatorThreads: () => ({ run: async () => ({ status: 'passed', errors: [], warnings: [], data: null }), close: async () => {} }),
    settings: { CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '1000', CHANGEOVER_VALIDATIONS_PER_MINUTE: '100000' },
  });
});
afterAll(() => gateway?.close());

test('schemathesis finds no answer of the GraphQL schema that contradicts it, has no code, or quotes what was sent, and no 5xx', async () => {
  const made = await addConnections(gateway);
  const { services, projectId } = gateway.app;
  const actor = localActor(projectId, 'fuzz', { id: 'fuzz', ip: null, client: {} });
  const token = await createToken(services, actor, { name: 'everybody', roles: ['owner', 'job'], operator: true });
  const { code, output } = await runSchemathesis({
    url: `${gateway.url}/graphql`,
    token,
    examples: 3,
    hooks: HOOKS,
    environment: { GRAPHQL_TALLY: TALLY, GRAPHQL_WORLD: JSON.stringify(await worldOf(made)) },
  });
  expect({ code, output }, output.slice(-6000)).toEqual({ code: 0, output: expect.stringMatching(/\b[1-9]\d* generated\b/) });
  const answers = readFileSync(TALLY, 'utf8')
    .trim()
    .split('\n')
    .map((line): Answered => JSON.parse(line));
  const share = (is: (answer: Answered) => boolean) => answers.filter(is).length / answers.length;
  // Documents that are refused for their size, or a world in which nothing is there, would prove nothing.
  expect({
    kinds: made.length > 50,
    operations: new Set(answers.map(({ operation }) => operation)).size > 240,
    tooLarge: share(({ codes }) => codes.includes('LIMIT_EXCEEDED')) < 0.05,
    served: share(({ codes }) => codes.length === 0) > 0.1,
  }).toEqual({ kinds: true, operations: true, tooLarge: true, served: true });
}, 480_000);

/** What there is to be named, by the name of the argument; null where it may be left out. */
async function worldOf(made: readonly MadeConnection[]): Promise<object> {
  const { data } = await gateway.graphql('{ getUser { account { dataCollectors { uuid } } } }');
  const sites: readonly string[] = data.getUser.account.dataCollectors.map(({ uuid }: { readonly uuid: string }) => uuid);
  const integrations = made.map(({ integrationId }) => integrationId);
  const keys = await stagedKeys(made);
  return {
    connections: Object.fromEntries(made.map(({ kind, uuid }) => [kind, [uuid]])),
    arguments: {
      projectId: [gateway.app.projectId, null],
      dcId: [...sites, null],
      agentId: sites,
      serviceUuid: sites,
      ...Object.fromEntries(['dwId', 'warehouseUuid', 'warehouseIds', 'integrationId', 'resourceId'].map((name) => [name, integrations])),
      connectionType: made.map(({ kind }) => kind),
      validationName: ['validate_connection', 'validate_permissions', 'save_credentials'],
      tempCredentialsKey: keys,
      key: keys,
      after: [null],
      before: [null],
    },
  };
}

/** Temporary keys of changes that change nothing, for whoever commits or validates one. */
async function stagedKeys(made: readonly MadeConnection[]): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const { uuid } of made.slice(0, 10)) {
    const { data } = await gateway.graphql('mutation ($id: UUID!) { stageChange(connectionId: $id, changes: "{}") { key } }', { id: uuid });
    if (data?.stageChange !== undefined && data.stageChange !== null) keys.push(data.stageChange.key);
  }
  return keys;
}
