import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestCommandLine } from '../support/gateway/command-line.ts';
import { startGateway, type TestGateway } from '../support/gateway/gateway.ts';
import { createSecretFolder } from '../support/protocol/references.ts';
import { startPostgres } from '../support/servers/embedded-postgres.ts';

/** What managers over the network need is in test/graphql/lead/self-hosted-managers.test.ts. */
const [page = ''] = readFileSync(fileURLToPath(new URL('../../docs/guide/secret-references.md', import.meta.url)), 'utf8').split(
  '\n## Managers\n',
);
const KEEP = 'mutation ($value: String!) { createAccountSecret(name: "campaigns", scope: "global", value: $value) { secret { name } } }';
const secrets = createSecretFolder();
let gateway: TestGateway;
let server: Awaited<ReturnType<typeof startPostgres>>;

beforeAll(async () => {
  [gateway, server] = await Promise.all([startGateway(), startPostgres()]);
});
afterAll(async () => {
  await commandLine.close();
  await gateway.close();
  await server.close();
});

const commandLine = createTestCommandLine(() => gateway);
const changeover = (...args: readonly string[]) => commandLine.run(args);

test('the commands of the guide run in their order, and show no secret', async () => {
  const { hostname, port, pathname, username, password } = new URL(await server.createDatabase('guide'));
  // The guide's own secret, with the values of a server that is here.
  const [, shown = '{}'] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  const { connect_args: args } = JSON.parse(shown) as { readonly connect_args: object };
  const here = {
    ...args,
    host: hostname,
    port: Number(port),
    dbname: pathname.slice(1),
    user: username,
    password: decodeURIComponent(password),
  };
  // What the lead API's command line does.
  await gateway.graphql(KEEP, { value: JSON.stringify({ connect_args: here }) });
  secrets.write('sales.json', { connect_args: here });
  secrets.write('all.json', { sales: { connect_args: here } });
  let id = '';
  const outcomes: string[] = [];
  for (const [, line = ''] of page.matchAll(/^npx changeover (.+)$/gm)) {
    const words = line.replaceAll('/run/secrets/changeover', secrets.folder).replaceAll('<id>', id).split(' ');
    const { code, stdout, stderr } = await changeover(...words);
    id = /^Added Sales: (.*)$/m.exec(stdout)?.[1] ?? id;
    const leaks = here.password !== '' && `${stdout}${stderr}`.includes(here.password);
    outcomes.push(`${words.slice(0, 2).join(' ')}: ${code === 0 ? 'ok' : stderr}${leaks ? ', shows the password' : ''}`);
  }
  const { stdout } = await changeover('connection', 'show', id);
  expect({ outcomes, secret: /^secret:.*$/m.exec(stdout)?.[0] }).toEqual({
    outcomes: [
      'secret grant: ok',
      'secret list: ok',
      'connection add: ok',
      'connection add: ok',
      'connection show: ok',
      'connection update: ok',
      'connection test: ok',
      'connection update: ok',
      'secret destinations: ok',
    ],
    secret: `secret:   file:${secrets.folder}/all.json#sales`,
  });
});

test('an operator sees where a secret of a login alone may be sent, allows another destination, and begins anew', async () => {
  const { hostname, port, pathname, username, password } = new URL(await server.createDatabase('destinations'));
  const path = secrets.write('login.json', { user: username, password: decodeURIComponent(password) });
  await changeover('secret', 'grant', '--provider', 'file', '--prefix', secrets.folder);
  const settings = ['--set', `host=${hostname}`, '--set', `port=${port}`, '--set', `database=${pathname.slice(1)}`];
  const added = await changeover(
    'connection',
    'add',
    '--kind',
    'postgres',
    '--integration',
    'Login',
    '--reference',
    `file:${path}`,
    ...settings,
  );
  const id = /^Added Login: (.*)$/m.exec(added.stdout)?.[1] ?? '';
  const moved = await changeover('connection', 'update', id, '--reference', `file:${path}`, '--set', 'port=1');
  const listed = async () => (JSON.parse((await changeover('secret', 'destinations', '--json')).stdout) as unknown[]).length;
  const allowed = await changeover('secret', 'allow', '--connection', id);
  const before = await listed();
  const released = await changeover('secret', 'release', '--provider', 'file', '--path', path);
  expect({
    moved: /another one/.test(moved.stderr),
    allowed: allowed.stdout,
    before,
    released: released.code,
    after: await listed(),
  }).toEqual({
    moved: true,
    allowed: expect.stringContaining(`host=${hostname} port=${port}`),
    before: 1,
    released: 0,
    after: 0,
  });
});

test('grants are listed as JSON and taken back', async () => {
  await changeover('secret', 'grant', '--provider', 'env', '--prefix', 'MCD_CLI_');
  const listed = JSON.parse((await changeover('secret', 'list', '--json')).stdout) as readonly { readonly prefix: string }[];
  const revoked = await changeover('secret', 'revoke', '--provider', 'env', '--prefix', 'MCD_CLI_', '--json');
  const after = JSON.parse((await changeover('secret', 'list', '--json')).stdout) as readonly { readonly prefix: string }[];
  expect({
    listed: listed.some(({ prefix }) => prefix === 'MCD_CLI_'),
    shown: JSON.parse(revoked.stdout),
    after: after.some(({ prefix }) => prefix === 'MCD_CLI_'),
  }).toEqual({ listed: true, shown: { provider: 'env', prefix: 'MCD_CLI_', revoked: true }, after: false });
});

test.each<[string, readonly string[], RegExp]>([
  [
    'an unknown provider',
    ['secret', 'grant', '--provider', 'CNRY0123456789abcdef', '--prefix', 'MCD_X'],
    /--provider must be one of env, file, aws, gcp, azure, vault\./,
  ],
  [
    'a provider whose secrets are of the project itself',
    ['secret', 'grant', '--provider', 'account', '--prefix', 'smtp'],
    /--provider must be one of env, file, aws, gcp, azure, vault\./,
  ],
  [
    'a provider that nobody has',
    ['secret', 'release', '--provider', 'CNRY0123456789abcdef', '--path', 'MCD_X'],
    /--provider must be one of env, file, account, aws, gcp, azure, vault\./,
  ],
  ['no prefix', ['secret', 'grant', '--provider', 'env'], /'--prefix <prefix>' not specified/],
  ['a project that is no id', ['secret', 'list', '--project', 'CNRY0123456789abcdef'], /--project must be the UUID of a project\./],
  [
    'a reference that is none',
    ['connection', 'add', '--kind', 'postgres', '--integration', 'X', '--reference', 'CNRY0123456789abcdef'],
    /--reference takes provider:path or provider:path#key/,
  ],
  [
    'a reference and secrets',
    ['connection', 'add', '--kind', 'postgres', '--integration', 'X', '--reference', 'env:MCD_X', '--secrets-stdin'],
    /With --reference the secrets stay where they are/,
  ],
])('%s is told, and not quoted', async (_, args, message) => {
  const { code, stdout, stderr } = await changeover(...args);
  expect({ code, stdout, told: message.test(stderr), quoted: stderr.includes('CNRY') }).toEqual({
    code: 2,
    stdout: '',
    told: true,
    quoted: false,
  });
});
