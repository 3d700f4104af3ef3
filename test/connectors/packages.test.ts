import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createScratchInstall, type RunningGateway } from '../support/gateway/scratch-install.ts';
import { startPostgres } from '../support/servers/embedded-postgres.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const guide = readFileSync(join(root, 'docs/guide/write-a-connector.md'), 'utf8');
const blocks = new Map(
  [...guide.matchAll(/^```(?:js|json|graphql) (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = '', text = '']) => [name, text]),
);
const NAME = 'changeover-connector-metabase';
const SQL_NAME = 'changeover-connector-yugabytedb';
/** The files of the package that the guide makes; the kind that is asked in SQL is another package's. */
const files = [...blocks].filter(([name]) => /^[\w.]+\.(js|json)$/.test(name));

const install = createScratchInstall();
const source = join(install.folder, 'source');
mkdirSync(source);
for (const [name, text] of files) writeFileSync(join(source, name), text);
install.install(source);
// As `npm install` in the package's own folder would have it.
symlinkSync(join(install.folder, 'node_modules'), join(source, 'node_modules'));
const sqlKind = blocks.get('yugabytedb/index.js') ?? '';
install.write(SQL_NAME, { 'package.json': JSON.stringify({ type: 'module', exports: './index.js' }), 'index.js': sqlKind });
mkdirSync(join(source, 'yugabytedb'));
writeFileSync(join(source, 'yugabytedb/index.js'), sqlKind);
mkdirSync(join(install.folder, 'node_modules/@types'), { recursive: true });
for (const name of ['pg', '@types/pg']) symlinkSync(join(root, 'node_modules', name), join(install.folder, 'node_modules', name));
afterAll(() => install.remove());

describe('the connector in docs/guide/write-a-connector.md', () => {
  test('is a package, a connector and a test', () => {
    expect([...blocks.keys()]).toEqual(['package.json', 'index.js', 'yugabytedb/index.js', 'index.test.js', 'request']);
  });

  test('is short: a kind that is asked over HTTP has 40 lines at most, and one that is asked in SQL 80', () => {
    const linesOf = (name: string) => (blocks.get(name) ?? '').trimEnd().split('\n').length;
    expect({ http: linesOf('index.js') <= 40, sql: linesOf('yugabytedb/index.js') <= 80 }).toEqual({ http: true, sql: true });
  });

  test('is packed without its test', () => {
    const packed = ['package.json', 'index.js', 'index.test.js'].map((file) =>
      existsSync(join(install.folder, 'node_modules', NAME, file)),
    );
    expect(packed).toEqual([true, true, false]);
  });

  test('passes its own test', () => {
    const { status, stdout } = spawnSync('npm', ['test', '--silent'], { cwd: source, encoding: 'utf8', timeout: 60_000 });
    expect({ status, failed: status === 0 ? '' : stdout }).toEqual({ status: 0, failed: '' });
  });

  test.each(['index.js', 'yugabytedb/index.js'])('is sound by the types that the package gives: %s', (file) => {
    const options =
      '--noEmit --allowJs --checkJs --strict --module nodenext --target es2023 --skipLibCheck --ignoreConfig --types node'.split(' ');
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), ...options, '--typeRoots', join(root, 'node_modules/@types'), file],
      { cwd: source, encoding: 'utf8', timeout: 60_000 },
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});

describe('the ways in which a package is installed, each by npm and without a registry', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  /** A clone of Changeover: the root package itself, with its dependencies in place. */
  function clone(): string {
    const folder = mkdtempSync(join(tmpdir(), 'changeover-clone-'));
    folders.push(folder);
    const { name, version, type, bin, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, type, bin, exports }));
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
    return folder;
  }
  function author(): string {
    const folder = mkdtempSync(join(tmpdir(), 'changeover-author-'));
    folders.push(folder);
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    return folder;
  }
  const npm = (args: readonly string[], cwd: string) =>
    spawnSync('npm', [...args, '--offline', '--no-audit', '--no-fund', '--loglevel=error'], { cwd, encoding: 'utf8', timeout: 60_000 });
  function placeDependencies(folder: string): void {
    for (const entry of readdirSync(join(root, 'node_modules')))
      if (!existsSync(join(folder, 'node_modules', entry)))
        symlinkSync(join(root, 'node_modules', entry), join(folder, 'node_modules', entry));
  }
  function kindsIn(folder: string): string {
    const module = pathToFileURL(join(folder, 'dist/connectors/load-packages.js')).href;
    const script = `const { loadPackages } = await import('${module}'); console.log((await loadPackages(['${NAME}'])).map(({ connector }) => connector.kind).join());`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 60_000 });
    return stdout.trim() || stderr;
  }

  test.each([
    ['a link', []],
    ['a copy', ['--install-links']],
  ])('in a clone, as %s', (_, options) => {
    const folder = clone();
    const { status, stderr } = npm(['install', '--no-save', ...options, author()], folder);
    placeDependencies(folder);
    expect({ status, stderr, kinds: kindsIn(folder) }).toEqual({ status: 0, stderr: '', kinds: 'metabase' });
  });

  test('a folder of which the author has Changeover beside it, as the guide says, is served with the copy of the gateway', () => {
    const folder = clone();
    const source = author();
    const beside = npm(['install', '--save-dev', root], source);
    const { status } = npm(['install', '--no-save', source], folder);
    placeDependencies(folder);
    const own = spawnSync('npm', ['test', '--silent'], { cwd: source, encoding: 'utf8', timeout: 60_000 });
    expect({ beside: beside.status, own: own.status, status, kinds: kindsIn(folder) }).toEqual({
      beside: 0,
      own: 0,
      status: 0,
      kinds: 'metabase',
    });
  });
});

describe('a connector of a package, in a gateway that names it', () => {
  const server = createServer(({ url, headers }, response) => {
    if (headers['x-api-key'] !== 'mb_a-key') response.writeHead(401).end();
    else response.end(JSON.stringify(url === '/api/database' ? { data: [] } : { id: 1 }));
  });
  let gateway: RunningGateway;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    gateway = await install.serve({ CHANGEOVER_CONNECTORS: NAME });
  });
  afterAll(async () => {
    await gateway.stop();
    server.close();
  });
  const details = (apiKey: string) => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey });

  test('has its kind served, and its validators run in a worker', async () => {
    const request = blocks.get('request') ?? '';
    const answers = [
      await gateway.graphql(request, { details: details('mb_a-key') }),
      await gateway.graphql(request, { details: details('mb_wrong') }),
    ];
    expect(answers).toEqual([
      { data: { testMetabaseCredentialsV2: { validationResult: { success: true, errors: [] } } } },
      {
        data: {
          testMetabaseCredentialsV2: {
            validationResult: { success: false, errors: [expect.objectContaining({ code: 'CREDENTIALS_REJECTED' })] },
          },
        },
      },
    ]);
  });

  test('has its addresses checked like any other', async () => {
    const answer = await gateway.graphql(blocks.get('request') ?? '', {
      details: { ...details('mb_a-key'), url: 'http://169.254.169.254' },
    });
    expect(answer).toEqual({
      data: {
        testMetabaseCredentialsV2: { validationResult: { success: false, errors: [expect.objectContaining({ code: 'EGRESS_DENIED' })] } },
      },
    });
  });
});

describe('a kind of a package that is asked in SQL', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let gateway: RunningGateway;
  beforeAll(async () => {
    server = await startPostgres();
    await server.createDatabase('target');
    await server.query("create role loader login password 'loader-password-1'; create role loader2 login password 'loader-password-2'");
    await server.query(
      'create table orders (id int); grant select, insert on orders to loader; grant select on orders to loader2',
      'target',
    );
    gateway = await install.serve({ CHANGEOVER_CONNECTORS: SQL_NAME, CHANGEOVER_DATA_DIR: join(install.folder, 'sql-data') });
  });
  afterAll(async () => {
    await gateway.stop();
    await server.close();
  });
  const TEST = `mutation ($details: YugabytedbConnectionDetails!, $id: UUID, $name: String!) {
    testYugabytedbCredentialsV2(connectionDetails: $details, connectionId: $id, validationName: $name) {
      validationResult { errors { code resolution } warnings { code } }
    }
  }`;
  const details = (user: string, password: string) => ({ host: '127.0.0.1', port: server.port, database: 'target', user, password });
  const run = async (name: string, given: object, id: string | null = null) => {
    const { data } = (await gateway.graphql(TEST, { details: given, id, name })) as Answer;
    const { errors, warnings } = data.testYugabytedbCredentialsV2.validationResult;
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('tells a wrong password, a wrong database and a wrong port apart', async () => {
    const good = details('loader', 'loader-password-1');
    expect({
      good: await run('validate_connection', good),
      password: await run('validate_connection', { ...good, password: 'another' }),
      database: await run('validate_connection', { ...good, database: 'nowhere' }),
      port: await run('validate_connection', { ...good, port: 1 }),
      identity: await run('validate_identity', good),
      permissions: await run('validate_permissions', good),
    }).toEqual({
      good: ['NOT_PROTECTED'],
      password: ['CREDENTIALS_REJECTED'],
      database: ['DATABASE_NOT_FOUND'],
      port: ['PORT_CLOSED'],
      identity: [],
      permissions: [],
    });
  });

  test('lists what the login in use may do and the new one may not, with the grant that mends it', async () => {
    const staged = (await gateway.graphql(
      'mutation ($details: JSONString!) { stageConnection(connectionType: "yugabytedb", details: $details) { key } }',
      { details: JSON.stringify(details('loader', 'loader-password-1')) },
    )) as { readonly data: { readonly stageConnection: { readonly key: string } } };
    const added = (await gateway.graphql(
      'mutation ($key: String!) { addConnection(key: $key, connectionType: "yugabytedb", name: "DB") { connection { uuid } } }',
      { key: staged.data.stageConnection.key },
    )) as { readonly data: { readonly addConnection: { readonly connection: { readonly uuid: string } } } };
    const { data } = (await gateway.graphql(TEST, {
      details: details('loader2', 'loader-password-2'),
      id: added.data.addConnection.connection.uuid,
      name: 'validate_permission_parity',
    })) as Answer;
    expect(data.testYugabytedbCredentialsV2.validationResult.errors).toEqual([
      { code: 'PERMISSION_LOST', resolution: 'Run: GRANT INSERT ON public.orders TO "loader2";' },
    ]);
  });
});

type Answer = {
  readonly data: {
    readonly testYugabytedbCredentialsV2: {
      readonly validationResult: {
        readonly errors: readonly { readonly code: string; readonly resolution: string }[];
        readonly warnings: readonly { readonly code: string }[];
      };
    };
  };
};

describe('a connection whose package is no longer named', () => {
  let gateway: RunningGateway;
  beforeAll(async () => {
    const before = await install.serve({ CHANGEOVER_CONNECTORS: NAME });
    const { data } = (await before.graphql(
      'mutation { stageConnection(connectionType: "metabase", details: "{\\"url\\": \\"https://bi.example\\", \\"apiKey\\": \\"k\\"}") { key } }',
      {},
    )) as { readonly data: { readonly stageConnection: { readonly key: string } } };
    await before.graphql(
      'mutation ($key: String!) { addConnection(key: $key, connectionType: "metabase", name: "BI", isActive: false) { connection { uuid } } }',
      { key: data.stageConnection.key },
    );
    await before.stop();
    gateway = await install.serve({});
  });
  afterAll(() => gateway.stop());

  test('is listed, and names the setting when it is to be used', async () => {
    const listed = await gateway.graphql(
      '{ connections { edges { node { kind type identifiers } } } getPlatformServices { connections { name } } }',
      {},
    );
    const { data } = (await gateway.graphql('{ connections { edges { node { uuid } } } }', {})) as {
      readonly data: { readonly connections: { readonly edges: readonly { readonly node: { readonly uuid: string } }[] } };
    };
    const tested = await gateway.graphql('query ($id: UUID!) { testExistingConnection(connectionId: $id) { success } }', {
      id: data.connections.edges[0]?.node.uuid,
    });
    expect({ listed, tested: tested.message }).toEqual({
      listed: {
        data: {
          connections: { edges: [{ node: { kind: 'metabase', type: 'CUSTOM_CONNECTOR', identifiers: '{}' } }] },
          getPlatformServices: [{ connections: [{ name: 'BI' }] }],
        },
      },
      tested: 'The connector of this kind is not loaded. Name its package in CHANGEOVER_CONNECTORS.',
    });
  });
});

const ASTRAY =
  'is, or holds, a secret, and no setting says where it is sent. Mark those that do, such as setting(host(), { endpoint: true }) or setting(httpUrl(), { endpoint: ORIGIN }).';

describe('a package that can not be used ends the start with one line that names it and the reason', () => {
  const packageJson = JSON.stringify({ type: 'module', exports: './index.js' });
  const connector = (kind: string, more = '') =>
    `import { defineConnector, validator, setting, secret, secretText, group, httpUrl, z } from 'changeover/connector';
     export default defineConnector({ kind: '${kind}', title: 'T', category: 'other', fields: {${more}}, validators: [validator('validate_connection', { mandatory: true, description: 'd', run: async () => ({ errors: [], warnings: [] }) })] });`;
  const packages: Readonly<Record<string, string>> = {
    'throws-at-once': "throw new Error('the sky is falling\\nand more');",
    'exports-nothing': 'export const connector = 1;',
    'defines-webhook': connector('webhook'),
    'one-kind': connector('same-kind'),
    'same-kind': connector('same-kind'),
    'odd-field': connector('odd', 'when: setting(z.date())'),
    'no-endpoint': connector('astray', 'url: setting(httpUrl()), apiKey: secret(secretText())'),
    'no-endpoint-in-group': connector(
      'astray-too',
      'url: setting(httpUrl()), login: group({ user: setting(z.string()), password: secret(secretText()) })',
    ),
    'own-copy': connector('copied').replace("'changeover/connector'", "'./node_modules/changeover/dist/connectors/connector-api.js'"),
  };
  for (const [name, index] of Object.entries(packages)) install.write(name, { 'package.json': packageJson, 'index.js': index });
  const copy = join(install.folder, 'node_modules/own-copy/node_modules/changeover');
  for (const path of ['package.json', 'dist/domain', 'dist/connectors', 'node_modules']) {
    cpSync(join(install.folder, 'node_modules/changeover', path), join(copy, path), { recursive: true, verbatimSymlinks: true });
  }

  test.each([
    ['not-there', 'the package "not-there" is not installed beside Changeover; run there: npm install not-there.'],
    ['throws-at-once', 'the package "throws-at-once" could not be loaded: the sky is falling.'],
    [
      'exports-nothing',
      'the package "exports-nothing" does not export a connector; its default export has to be what defineConnector returns.',
    ],
    ['defines-webhook', 'the package "defines-webhook" defines the kind "webhook", which is built in.'],
    ['one-kind,same-kind', 'the package "same-kind" defines the kind "same-kind", which the package "one-kind" defines too.'],
    ['odd-field', 'a connector of odd-field can\'t be served: Field "odd.when" has a type that no GraphQL input stands for.'],
    ['no-endpoint', `the package "no-endpoint" could not be loaded: Connector "astray": "apiKey" ${ASTRAY}`],
    ['no-endpoint-in-group', `the package "no-endpoint-in-group" could not be loaded: Connector "astray-too": "login" ${ASTRAY}`],
    [
      'own-copy',
      'the package "own-copy" was made with another copy of Changeover; it has to name changeover among its peerDependencies, and nowhere else.',
    ],
  ])('%s', (names, line) => {
    expect(install.fail({ CHANGEOVER_CONNECTORS: names })).toEqual({ status: 78, stderr: `changeover: CHANGEOVER_CONNECTORS: ${line}\n` });
  });

  test('nothing was written', () => {
    expect(existsSync(join(install.folder, 'none'))).toBe(false);
  });

  test('a path is refused as no name', () => {
    expect(install.fail({ CHANGEOVER_CONNECTORS: '../somewhere' })).toEqual({
      status: 78,
      stderr: 'changeover: CHANGEOVER_CONNECTORS must hold names of npm packages, separated by commas.\n',
    });
  });
});
