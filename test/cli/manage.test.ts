import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createTestCommandLine } from '../support/gateway/command-line.ts';
import { addWebhook, startGateway, startReceiver } from '../support/gateway/gateway.ts';
import { addOfKind } from '../support/protocol/parity.ts';
import { startPostgres } from '../support/servers/embedded-postgres.ts';

const server = await startPostgres();
await server.createDatabase('target');
await server.query("create role loader login password 'loader-password-1'; create role loader2 login password 'loader-password-2'");
await server.query('create table orders (id int); grant select on orders to loader', 'target');
const gateway = await startGateway();
const receiver = await startReceiver();
const commandLine = createTestCommandLine(() => gateway);
afterAll(async () => {
  await commandLine.close();
  receiver.close();
  await gateway.close();
  await server.close();
});

const { run: changeover, json } = commandLine;

test('doctor on a database that a failed restore left empty says that there is no store, and makes none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-cli-'));
  writeFileSync(join(folder, 'key'), randomBytes(32).toString('hex'), { mode: 0o600 });
  const environment = {
    CHANGEOVER_URL: '',
    CHANGEOVER_TOKEN: '',
    CHANGEOVER_DATA_DIR: folder,
    CHANGEOVER_DATABASE_URL: await server.createDatabase('unrestored'),
    CHANGEOVER_MASTER_KEY_FILE: join(folder, 'key'),
  };
  const { code, stdout, stderr } = await changeover(['doctor'], { environment });
  const [tables] = await server.query("select count(*)::int as n from pg_tables where schemaname = 'public'", 'unrestored');
  expect({ code, stdout, stderr, tables: tables?.n }).toEqual({
    code: 78,
    stdout: '',
    stderr: expect.stringContaining('there is no store in that database'),
    tables: 0,
  });
});

test('a connection is renamed, disabled, enabled, protected and removed by its name', async () => {
  const id = await addWebhook(gateway, receiver, 'Alerts');
  const codes = [];
  for (const args of [
    ['rename', 'Alerts', 'Pager'],
    ['disable', 'Pager'],
    ['enable', 'Pager'],
    ['protect', 'Pager'],
    ['remove', 'Pager'],
    ['protect', 'Pager', '--off'],
    ['remove', 'Pager'],
  ])
    codes.push((await changeover(['connection', ...args])).code);
  const actions = (await json('audit', 'list', '--first', '7')).map(({ action }: { action: string }) => action);
  const gone = await changeover(['connection', 'show', id]);
  expect({ codes, actions, gone: gone.code }).toEqual({
    codes: [0, 0, 0, 0, 1, 0, 0],
    actions: expect.arrayContaining([
      'connection.delete',
      'connection.protect',
      'connection.enable',
      'connection.disable',
      'connection.rename',
    ]),
    gone: 1,
  });
});

test('a name that several have is refused with their ids, and an id is taken as it is', async () => {
  const ids = [await addWebhook(gateway, receiver, 'Twin'), await addWebhook(gateway, receiver, 'Other')];
  await changeover(['connection', 'rename', ids[1] ?? '', 'Twin']);
  const { code, stderr } = await changeover(['connection', 'show', 'Twin']);
  expect({
    code,
    told: ids.filter((id) => stderr.includes(id)),
    byId: (await changeover(['connection', 'show', ids[0] ?? ''])).code,
  }).toEqual({ code: 2, told: ids, byId: 0 });
});

test('a change is staged, listed, discarded by its connection, and committed by its key', async () => {
  await addWebhook(gateway, receiver, 'Staging');
  const stage = async (secret: string) =>
    JSON.parse(
      (
        await changeover(['connection', 'stage', 'Staging', '--secrets-stdin', '--json'], {
          stdin: JSON.stringify({ signingSecret: secret }),
        })
      ).stdout,
    );
  await stage('a signing secret that is dropped again');
  const open = (await json('connection', 'changes', 'Staging')).map(({ state }: { state: string }) => state);
  const discarded = await changeover(['connection', 'discard', 'Staging']);
  const { key } = await stage('a signing secret that is committed');
  const committed = await changeover(['connection', 'commit', 'Staging', '--key-stdin'], { stdin: JSON.stringify({ key }) });
  const states = (await json('connection', 'changes', 'Staging', '--all')).map(({ state }: { state: string }) => state);
  expect({ open, discarded: discarded.code, committed, states }).toEqual({
    open: ['OPEN'],
    discarded: 0,
    committed: { code: 0, stdout: expect.stringMatching(/^Saved version 2 /), stderr: '' },
    states: ['COMMITTED', 'DISCARDED', 'COMMITTED'],
  });
});

test('an update that waits for a job ends with 3, and is discarded by the name of its connection', async () => {
  const id = await addWebhook(gateway, receiver, 'Held');
  const policy = await changeover(['connection', 'policy', 'Held', '--in-flight', 'wait', '--json']);
  const job = await gateway.token('job');
  await gateway.graphql('mutation ($id: UUID!) { acquireLease(connectionId: $id, job: "nightly") { key } }', { id }, job);
  const updated = await changeover(['connection', 'update', 'Held', '--secrets-stdin'], {
    stdin: '{"signingSecret": "another signing secret, long enough"}',
  });
  const discarded = await changeover(['connection', 'discard', 'Held']);
  expect({
    inFlight: JSON.parse(policy.stdout).inFlight,
    updated: updated.code,
    committed: updated.stdout,
    discarded: discarded.code,
  }).toEqual({ inFlight: 'WAIT', updated: 3, committed: expect.stringContaining('waits for the running jobs'), discarded: 0 });
});

test('a commit that jobs refuse names them', async () => {
  const id = await addWebhook(gateway, receiver, 'Busy');
  await changeover(['connection', 'policy', 'Busy', '--in-flight', 'REFUSE']);
  const job = await gateway.token('job');
  await gateway.graphql('mutation ($id: UUID!) { acquireLease(connectionId: $id, job: "hourly load") { key } }', { id }, job);
  const { code, stderr } = await changeover(['connection', 'update', 'Busy', '--secrets-stdin'], {
    stdin: '{"signingSecret": "another signing secret, long enough"}',
  });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/\n {2}hourly load holds version 1 since 20\S+, until 20\S+ at the latest\n/),
  });
});

test('a login that may do less is refused with what it lacks, and saved with the flag, which shows it', async () => {
  await addOfKind(
    gateway,
    'postgres',
    { host: '127.0.0.1', port: server.port, database: 'target', user: 'loader', password: 'loader-password-1' },
    'Sales',
  );
  const update = (...more: readonly string[]) =>
    changeover(['connection', 'update', 'Sales', '--set', 'user=loader2', '--secrets-stdin', ...more], {
      stdin: '{"password": "loader-password-2"}',
    });
  const refused = await update();
  const accepted = await update('--accept-permission-losses');
  expect({ refused: refused.code, stderr: refused.stderr, accepted: accepted.code, stdout: accepted.stdout }).toEqual({
    refused: 1,
    stderr: expect.stringMatching(/GRANT SELECT ON TABLE "public"\.orders TO "loader2";[\s\S]*--accept-permission-losses/),
    accepted: 0,
    stdout: expect.stringMatching(/^Saved version 2 .*\nlost: SELECT on table "public"\.orders; to give it: GRANT SELECT/),
  });
});

test('one member of a group is set, and its others stay', async () => {
  const details = {
    host: '127.0.0.1',
    port: server.port,
    database: 'target',
    user: 'loader',
    password: 'loader-password-1',
    ssl: { disabled: true },
  };
  await addOfKind(gateway, 'postgres', details, 'Grouped');
  await changeover(['connection', 'disable', 'Grouped']);
  const { code, stderr } = await changeover(['connection', 'update', 'Grouped', '--set', 'ssl.verifyIdentity=false', '--secrets-stdin'], {
    stdin: '{"password": "loader-password-1"}',
  });
  expect({ code, stderr, ssl: (await json('connection', 'show', 'Grouped')).settings.ssl }).toEqual({
    code: 0,
    stderr:
      'changeover: if ssl has secrets (keyData, keyPassword), they are cleared by this; to keep them, give all of ssl with --secrets-stdin.\n',
    ssl: { disabled: true, verifyIdentity: false },
  });
});

test.each([
  ['connection ro', 'roll-back'],
  ['connection update Sales --acc', '--accept-permission-losses'],
  ['connection --json lis', 'list'],
  ['to', 'token'],
  ['run -- connection ro', ''],
])('bash completes "changeover %s" with "%s"', async (words, completed) => {
  const script = (await changeover(['completion', 'bash'])).stdout;
  const asked = `COMP_WORDS=(changeover ${words}); COMP_CWORD=${words.split(' ').length}; _changeover; echo $COMPREPLY`;
  expect(spawnSync('bash', ['-s'], { input: `${script}${asked}\n`, encoding: 'utf8' }).stdout.trim()).toBe(completed);
});

test('the scripts of the other shells name every command', async () => {
  const [zsh, fish] = [await changeover(['completion', 'zsh']), await changeover(['completion', 'fish'])];
  expect({
    zsh: zsh.stdout.startsWith('#compdef changeover\n'),
    fishCommands: /-a roll-back /.test(fish.stdout),
    fishOptions: /-l accept-permission-losses /.test(fish.stdout),
  }).toEqual({ zsh: true, fishCommands: true, fishOptions: true });
});

test('help says what is required, and which kinds there are', async () => {
  const { stdout } = await changeover(['connection', 'add', '--help']);
  expect(stdout.replace(/\s+/g, ' ')).toMatch(/--kind <kind> one of .*postgres.* \(required\)/);
});
