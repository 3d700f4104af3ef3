import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoadLevel } from '../../../src/admission/load-level.ts';
import { createTestCommandLine } from '../../support/gateway/command-line.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { askGateway } from './ask.ts';

let level: LoadLevel = 'none';
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ loadLevel: () => level });
});
const commandLine = createTestCommandLine(() => gateway);
afterAll(async () => {
  await commandLine.close();
  await gateway.close();
});

const ask = (query: string) => askGateway(gateway.url, gateway.owner.secret, query);
const outcomeOf = (query: string) =>
  ask(query).then(
    () => 'done',
    (error: Error) => /: (\d+) /.exec(error.message)?.[1],
  );
/** What needs the grant. */
const REFER =
  'mutation { testSelfHostedCredentialsV2(connectionDetails: { connectionType: "postgres", selfHostedCredentialsType: ENV_VAR, envVarName: "MCD_SALES" }, validationName: "save_credentials") { key } }';
const GRANT = 'mutation { grantSecrets(provider: env, prefix: "MCD_SALES") { prefix } }';
const byCommand = async () => {
  const { code } = await commandLine.run(['secret', 'grant', '--provider', 'env', '--prefix', 'MCD_SALES']);
  return code === 0 ? 'done' : 'refused';
};

test('a grant that a busy gateway refuses is told to whoever asked for it, by command too, and one that is done holds for the next request', async () => {
  level = 'severe';
  const busy = { asked: await outcomeOf(GRANT), command: await byCommand() };
  level = 'none';
  const before = await outcomeOf(REFER);
  const granted = await byCommand();
  expect({ busy, before, granted, after: await outcomeOf(REFER) }).toEqual({
    busy: { asked: '503', command: 'refused' },
    before: '200',
    granted: 'done',
    after: 'done',
  });
});
