import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { lerianClient } from '../../support/gateway/lerian-client.ts';
import { startPostgres, type TestPostgres } from '../../support/servers/embedded-postgres.ts';

const { jobs } = inject('clients');
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A password that a shell, JSON and a command's arguments each read differently. */
const PASSWORD = 'p\\n"$HOME" \'q';

let postgres: TestPostgres;
let gateway: TestGateway;
let folder: string;
let id: string;
/** What the page's own commands have made. */
let token = '';

beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.createDatabase('sales');
  await postgres.query('create role loader login');
  await postgres.query(withPassword(PASSWORD));
  await postgres.query('create table loads (by text); grant select, insert on loads to loader', 'sales');
  gateway = await startGateway();
  id = await add('loads');
  folder = mkdtempSync(join(tmpdir(), 'changeover-guide-'));
  // As an installation of the package leaves it, for npx.
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  symlinkSync(join(root, 'dist/cli/main.js'), join(folder, 'node_modules/.bin/changeover'));
  writeFileSync(join(folder, 'load.sql'), "insert into loads values ('curl');\n");
  writeFileSync(
    join(folder, 'load.sh'),
    `#!/bin/sh
PGPASSWORD=$CONNECTION_PASSWORD exec psql -h "$CONNECTION_HOST" -p "$CONNECTION_PORT" -U "$CONNECTION_USER" -d "$CONNECTION_DATABASE" -c "insert into loads values ('run')"
`,
  );
  chmodSync(join(folder, 'load.sh'), 0o755);
});
afterAll(async () => {
  await gateway?.close();
  await postgres?.close();
});

async function add(configName: string): Promise<string> {
  const login = { host: postgres.host, port: postgres.port, databaseName: 'sales', userName: 'loader', password: PASSWORD };
  return (await lerianClient(gateway).create({ configName, ...login })).body.id;
}

/** The blocks of a page, in their order, by what they are written in. */
function blocksOf(page: string, language: string): readonly string[] {
  const source = readFileSync(join(root, 'docs/guide', page), 'utf8');
  return [...source.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, kind, code = '']) => (kind === language ? [code] : []));
}

function blockWith(page: string, language: string, piece: string): string {
  const found = blocksOf(page, language).filter((code) => code.includes(piece));
  if (found.length !== 1) throw new Error(`${page} has ${found.length} blocks with ${piece}`);
  return found[0] ?? '';
}

async function run(program: string, args: readonly string[], given: Readonly<Record<string, string>> = {}) {
  const env = { PATH: process.env.PATH, HOME: folder, CHANGEOVER_URL: gateway.url, CHANGEOVER_TOKEN: token, ID: id, ...given };
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number | null, stdout, stderr };
}

const shell = (code: string, given?: Readonly<Record<string, string>>) => run('sh', ['-euc', code], given);
const loaded = async () => (await postgres.query('select by from loads order by 1', 'sales')).map(({ by }) => by);
const unload = () => postgres.query('truncate loads', 'sales');

/** How each lease on the connection has gone, by its audit. */
async function leaseLife() {
  const query =
    'query ($id: UUID!) { auditLog(filter: { entityId: $id }) { edges { node { action } } } leases(connectionId: $id, live: true) { edges { node { id } } } }';
  const { data } = await gateway.graphql(query, { id });
  const edges: readonly { readonly node: { readonly action: string } }[] = data.auditLog.edges;
  const actions = edges.map(({ node }) => node.action).filter((action) => /^lease\.(acquire|renew|release)$/.test(action));
  return { actions: actions.toReversed(), live: data.leases.edges.length };
}

test('the commands of the page on jobs make a token, and load a table by changeover run, by curl and from Python, each with a lease that ends', async () => {
  const page = 'jobs.md';
  const made = await shell(blockWith(page, 'sh', 'token create'), { CHANGEOVER_TOKEN: gateway.owner.secret });
  token = JSON.parse(made.stdout).secret;
  const byRun = await shell(blockWith(page, 'sh', 'changeover run'));
  const curl = blockWith(page, 'sh', 'trap release EXIT');
  const byCurl = await shell(`${curl}\n${blockWith(page, 'sh', 'leases/renew')}`);
  const byPython = await run(jobs.python, ['-c', blockWith(page, 'python', 'changeover_client')]);
  const outcomes = { made, byRun, byCurl, byPython };
  const told = Object.values(outcomes).map(({ stderr }) => stderr);
  expect(
    {
      codes: Object.fromEntries(Object.entries(outcomes).map(([name, { code }]) => [name, code])),
      loaded: await loaded(),
      leases: await leaseLife(),
      quoted: Object.values(outcomes).some(({ stdout, stderr }) => stdout.includes(PASSWORD) || stderr.includes(PASSWORD)),
    },
    told.join('\n'),
  ).toEqual({
    codes: { made: 0, byRun: 0, byCurl: 0, byPython: 0 },
    loaded: ['curl', 'python', 'run'],
    leases: {
      actions: ['lease.acquire', 'lease.release', 'lease.acquire', 'lease.renew', 'lease.release', 'lease.acquire', 'lease.release'],
      live: 0,
    },
    quoted: false,
  });
  await unload();
});

test('the settings of the page lead Airflow to the connection', async () => {
  const home = join(folder, 'airflow');
  mkdirSync(home);
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
  // What is an example in it: an address, a file and an id.
  const settings = blockWith('jobs.md', 'ini', 'ChangeoverSecretsBackend')
    .replace('https://changeover.example.com', gateway.url)
    .replace('/run/secrets/changeover-job', tokenFile)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, id);
  writeFileSync(join(home, 'airflow.cfg'), settings);
  const script = `import json
from airflow.configuration import get_custom_secret_backend
print(json.dumps({"got": json.loads(get_custom_secret_backend().get_conn_value("warehouse"))}))`;
  const { code, stdout, stderr } = await run(jobs.python, ['-c', script], { AIRFLOW_HOME: home, CHANGEOVER_URL: '', CHANGEOVER_TOKEN: '' });
  const said = /^\{"got".*\}$/m.exec(stdout)?.[0] ?? '{}';
  expect({ code, said: JSON.parse(said) }, stderr.slice(-2000)).toMatchObject({
    code: 0,
    said: {
      got: { conn_type: 'postgres', host: postgres.host, port: postgres.port, login: 'loader', password: PASSWORD, schema: 'sales' },
    },
  });
});

test('the commands of the page on REST rotate a password, and take it back', async () => {
  const sales = await add('sales');
  await postgres.query(withPassword('the new one'));
  const asBefore = `PGPASSWORD=${postgres.password} psql -q -h ${postgres.host} -p ${postgres.port} -U ${postgres.user} -c "$AS_BEFORE"`;
  const code = [blockWith('rest.md', 'sh', '/commit'), asBefore, blockWith('rest.md', 'sh', '/roll-back')].join('\n');
  const rotated = await shell(code, { ID: sales, CHANGEOVER_TOKEN: gateway.owner.secret, AS_BEFORE: withPassword(PASSWORD) });
  const version = (await lerianClient(gateway).get(sales)).headers.get('etag');
  const printed = rotated.stdout.match(/"(?:COMMITTED|failed|validate_connection)"/g);
  expect({ code: rotated.code, printed, version }, rotated.stderr).toEqual({
    code: 0,
    printed: ['"validate_connection"', '"COMMITTED"', '"COMMITTED"'],
    version: '"3"',
  });
});

function withPassword(password: string): string {
  return `alter role loader password '${password.replaceAll("'", "''")}'`;
}
