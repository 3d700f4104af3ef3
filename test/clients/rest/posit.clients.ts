import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { externalIdOf } from '../../../src/operations/aws/external-id.ts';
import { type AwsRole, startFakeAws } from '../../support/fakes/aws/fake-aws.ts';
import { arnOf, REGION, userOf } from '../../support/fakes/aws/test-account.ts';
import { startFakeTokenEndpoint } from '../../support/fakes/fake-token-endpoint.ts';
import { startGateway, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { rest } from '../../support/gateway/rest-client.ts';
import { runProgram } from '../world/command-line.ts';
import { installPosit } from './install-posit.ts';

const { python, rsconnect, sdkTests } = installPosit();
const home = mkdtempSync(join(tmpdir(), 'changeover-posit-'));
const INTEGRATIONS = '/__api__/v1/oauth/integrations';

const ROLE = arnOf('role', 'reader');
const user = { ...userOf('gateway', ['sts:AssumeRole']), secretAccessKey: 'the-secret-key-of-the-gateway' };
const roles: AwsRole[] = [];

let gateway: TestGateway;
let aws: Awaited<ReturnType<typeof startFakeAws>>;
let provider: Awaited<ReturnType<typeof startFakeTokenEndpoint>>;
let admin: TestToken;
beforeAll(async () => {
  aws = await startFakeAws({ users: [user], roles, region: REGION, services: {} });
  const keyFile = join(home, 'aws.json');
  writeFileSync(keyFile, JSON.stringify({ AccessKeyId: user.accessKeyId, SecretAccessKey: user.secretAccessKey }), { mode: 0o600 });
  gateway = await startGateway({ settings: { CHANGEOVER_AWS_KEY_FILE: keyFile, CHANGEOVER_AWS_ENDPOINTS: `sts=${aws.url}` } });
  provider = await startFakeTokenEndpoint([{ id: 'client', secret: 'right' }]);
  admin = await gateway.token('admin');
});
afterAll(async () => {
  await gateway?.close();
  provider?.close();
  aws?.close();
});

const environment = () => ({ CONNECT_SERVER: gateway.url, CONNECT_API_KEY: admin.secret, PYTHONDONTWRITEBYTECODE: '1' });

describe('posit-sdk, as PyPI has it', () => {
  test('passes its own integration tests of OAuth integrations, which begin with none', async () => {
    const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--rootdir', sdkTests];
    const files = ['oauth/test_integrations.py', 'test_client.py'].map((file) => join(sdkTests, 'tests/posit/connect', file));
    const { code, output } = await runProgram(python, [...args, ...files], { env: environment(), home });
    expect({ code, passed: /\b5 passed\b/.test(output), others: /failed|skipped|error/.test(output) }, output).toEqual({
      code: 0,
      passed: true,
      others: false,
    });
  });

  test('associates content, exchanges its session token for credentials, rotates a secret, and is told what is wrong', async () => {
    const { data } = await gateway.graphql('mutation { registerConsumer(name: "report") { sessionToken consumer { id } } }');
    const { sessionToken, consumer } = data.registerConsumer;
    await gateway.app.services.store.write((tx) =>
      tx.awsRoleGrants.insert({ projectId: gateway.app.projectId, roleArn: ROLE, createdAt: 1, createdBy: null }),
    );
    roles.push({ arn: ROLE, trusts: [user.arn], externalId: externalIdOf(gateway.app.services, gateway.app.projectId), allow: [] });
    const env = { ...environment(), PROVIDER: provider.url, CONTENT: consumer.id, SESSION_TOKEN: sessionToken, ROLE, REGION };
    const script = new URL('posit-sdk-steps.py', import.meta.url).pathname;
    const { code, output } = await runProgram(python, ['-W', 'error', script], { env, home });
    expect({ code, steps: JSON.parse(output) }, output).toEqual({
      code: 0,
      steps: {
        description: null,
        version: '2025.09.0',
        user: 'administrator',
        associated: [true, true],
        app_guid: true,
        'of integration': 1,
        which: 257,
        credentials: ['token-of-client', 'Bearer'],
        cleared: 0,
        aws: ['ASIA', true, true, true],
        'not granted': [219, true],
        rotated: true,
        refused: [228, 400],
        sessions: [0, 0],
        'found by': true,
        gone: [4, 404],
      },
    });
  });
});

describe("rsconnect-python's integration commands, as PyPI has them", () => {
  const command = (...args: readonly string[]) => {
    const words = args[0] === 'templates' ? 2 : 1;
    const given = [...args.slice(0, words), '--server', gateway.url, '--api-key', admin.secret, ...args.slice(words)];
    return runProgram(rsconnect, ['integration', ...given], { env: environment(), home });
  };
  const jsonOf = ({ output }: { readonly output: string }) =>
    JSON.parse(output.slice(output.search(/[[{]/), Math.max(output.lastIndexOf('}'), output.lastIndexOf(']')) + 1));

  test('add, show, edit, list and remove an integration; what edit does not name stays, the secret included', async () => {
    const config = {
      auth_mode: 'Confidential',
      authorization_uri: 'https://idp.invalid/a',
      token_uri: 'https://idp.invalid/t',
      client_id: 'c',
      use_pkce: 'true',
    };
    const pairs = Object.entries({ ...config, client_secret: 's' }).flatMap(([name, value]) => ['-C', `${name}=${value}`]);
    const added = await command('add', '-t', 'custom', '-N', 'by hand', ...pairs);
    const { guid } = jsonOf(added);
    const edited = await command('edit', guid, '-C', 'scopes=openid', '-d', 'described');
    const same = await command('edit', guid);
    const shown = await command('show', guid);
    const listed = await command('list');
    const removed = await command('remove', guid);
    expect(
      {
        edited: jsonOf(edited).config,
        same: jsonOf(same).updated_time === jsonOf(edited).updated_time,
        shown: [jsonOf(shown).name, jsonOf(shown).description],
        listed: listed.output.includes(guid),
        removed: [removed.code, removed.output.includes(`Deleted integration ${guid}.`)],
      },
      [added, edited, removed].map(({ output }) => output).join('\n'),
    ).toEqual({
      edited: { ...config, use_pkce: true, scopes: 'openid' },
      same: true,
      shown: ['by hand', 'described'],
      listed: true,
      removed: [0, true],
    });
  });

  test('list and show templates, and say what is refused', async () => {
    const listed = await command('templates', 'list');
    const shown = await command('templates', 'show', 'azure');
    const refused = await command('add', '-t', 'custom', '-C', 'tennant_id=x');
    expect(
      {
        listed: listed.output.includes('vertex-ai'),
        shown: jsonOf(shown).id,
        refused: [refused.code, refused.output.includes('tennant_id')],
      },
      [listed, shown, refused].map(({ output }) => output).join('\n'),
    ).toEqual({ listed: true, shown: 'azure', refused: [1, true] });
  });
});

test('curl changes a secret without a type, as the recipes do', async () => {
  const config = { authorization_uri: 'https://idp.invalid/a', token_uri: 'https://idp.invalid/t', client_id: 'c', client_secret: 's' };
  const made = await rest(gateway, `POST ${INTEGRATIONS}`, { body: { name: 'curled', template: 'custom', config } });
  const curl = (...args: readonly string[]) =>
    runProgram(
      'curl',
      [
        '--silent',
        '--show-error',
        '-X',
        'PATCH',
        '-H',
        `Authorization: Key ${admin.secret}`,
        ...args,
        `${gateway.url}${INTEGRATIONS}/${made.body.guid}`,
      ],
      { env: {}, home },
    );
  const asForm = await curl('--data', '{"config":{"client_secret":"n"}}');
  const untyped = await curl('-H', 'Content-Type:', '--data', '{"name":"renamed"}');
  expect([JSON.parse(asForm.output).guid, JSON.parse(untyped.output).name]).toEqual([made.body.guid, 'renamed']);
});
