import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommandLine } from '../../src/cli/command-line.ts';
import { createTestCommandLine } from '../support/gateway/command-line.ts';
import { addWebhook, type Receiver, startGateway, startReceiver, type TestGateway } from '../support/gateway/gateway.ts';

const CANARY = 'CNRY0123456789abcdef';

let gateway: TestGateway;
let receiver: Receiver;
let connectionId: string;
let empty: string;

beforeAll(async () => {
  empty = mkdtempSync(join(tmpdir(), 'changeover-cli-'));
  gateway = await startGateway();
  receiver = await startReceiver();
  connectionId = await addWebhook(gateway, receiver, 'Alerts');
});
afterAll(async () => {
  await commandLine.close();
  receiver.close();
  await gateway.close();
  rmSync(empty, { recursive: true, force: true });
});

const commandLine = createTestCommandLine(() => gateway);
const { run: changeover } = commandLine;

describe('a command that is called wrongly', () => {
  test.each([
    ['an unknown command', ['conection', 'list'], /unknown command 'conection' \(Did you mean connection\?\)\nAdd --help/],
    ['an unknown option', ['token', 'list', `--password=${CANARY}`], /unknown option '--password'\nAdd --help/],
    ['a missing option', ['token', 'create', '--name', 'ci'], /'--role <role>' not specified\nAdd --help/],
    ['an unknown role', ['token', 'create', '--name', 'ci', '--role', CANARY], /--role must be one of viewer, job, editor, admin, owner\./],
    ['a number that is none', ['token', 'create', '--name', 'ci', '--role', 'job', '--expires-in-days', CANARY], /from 1 to 3650\./],
    [
      'a name that nothing has',
      ['connection', 'show', CANARY],
      /no connection of that id or name; changeover connection list shows them\./,
    ],
    ['an id that is none', ['lease', 'release', CANARY], /<id> must be a UUID; changeover lease list shows them\./],
    [
      'a member that a group has not',
      ['connection', 'add', '--kind', 'postgres', '--integration', 'X', '--set', `ssl.${CANARY}=1`],
      /ssl has no such member\. Its members: .*verifyCert/,
    ],
    ['a policy that is none', ['connection', 'policy', 'Alerts', '--parity', CANARY], /--parity must be one of REQUIRED, WARN, OFF\./],
    ['a shell that is none', ['completion', CANARY], /one of bash, zsh, fish/],
    ['an unknown kind', ['connection', 'add', '--kind', CANARY, '--integration', 'X'], /Known kinds: .*postgres/],
    [
      'a secret as an argument',
      ['connection', 'add', '--kind', 'webhook', '--integration', 'X', '--set', `signingSecret=${CANARY}`],
      /--secrets-stdin/,
    ],
    [
      'a secret inside a group as an argument',
      [
        'connection',
        'add',
        '--kind',
        'snowflake',
        '--integration',
        'X',
        '--set',
        'account=a',
        '--set',
        `oauth={"clientSecret": "${CANARY}"}`,
      ],
      /oauth\.clientSecret is a secret.*--secrets-stdin/,
    ],
    ['a pair that is none', ['connection', 'add', '--kind', 'webhook', '--integration', 'X', '--set', CANARY], /--set takes field=value/],
    ['an unknown setting', ['connection', 'add', '--kind', 'webhook', '--integration', 'X', '--set', `${CANARY}=1`], /Its settings: url/],
    [
      'a setting of the wrong type',
      ['connection', 'add', '--kind', 'postgres', '--integration', 'X', '--set', `port=${CANARY}`],
      /port must be a whole number\./,
    ],
    ['settings that are missing', ['connection', 'add', '--kind', 'POSTGRES', '--integration', 'X'], /Give --set host=/],
  ])('%s: exit code 2, a line that says what to do, and no value', async (_, args, says) => {
    const { code, stdout, stderr } = await changeover(args);
    expect({ code, stdout, stderr, quoted: stderr.includes(CANARY) }).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(says),
      quoted: false,
    });
  });

  test('a change that changes nothing is not saved', async () => {
    const { code, stderr } = await changeover(['connection', 'update', '00000000-0000-7000-8000-000000000000']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('Say what changes') });
  });

  test('a secret is not asked for where there is no terminal', async () => {
    const { code, stderr } = await changeover(['connection', 'update', connectionId, '--secret', 'signingSecret']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('run this on a terminal') });
  });

  test('text on standard input that is no JSON is not quoted', async () => {
    const { code, stderr } = await changeover(['connection', 'update', connectionId, '--secrets-stdin'], {
      stdin: `{"signingSecret": ${CANARY}`,
    });
    expect({ code, stderr, quoted: stderr.includes(CANARY) }).toEqual({
      code: 2,
      stderr: expect.stringContaining('one JSON object'),
      quoted: false,
    });
  });

  test('with --json the error is JSON with a code, on standard error alone', async () => {
    const { code, stdout, stderr } = await commandLine.spawn(['token', 'create', '--json']);
    expect({ code, stdout, error: JSON.parse(stderr).error }).toEqual({
      code: 2,
      stdout: '',
      error: { code: 'BAD_REQUEST', message: "required option '--name <name>' not specified", next: 'Add --help to see what there is.' },
    });
  });
});

test("an option of the job's own command is not taken for one of ours", async () => {
  const { code, stderr } = await commandLine.spawn(['run', '--connection', 'no-uuid', '--', 'job', '--json']);
  expect({ code, isNamed: stderr.startsWith('changeover: ') }).toEqual({ code: 125, isNamed: true });
});

describe('a command that is refused', () => {
  test('exits with 1 and the code of the gateway', async () => {
    const { code, stderr } = await changeover(['connection', 'show', '00000000-0000-7000-8000-000000000000', '--json']);
    expect({ code, error: JSON.parse(stderr).error.code }).toEqual({ code: 1, error: 'NOT_FOUND' });
  });

  test('says what to look at when no gateway answers', async () => {
    const { code, stderr } = await changeover(['token', 'list'], { environment: { CHANGEOVER_URL: 'http://127.0.0.1:1' } });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "changeover: The gateway can't be reached (ECONNREFUSED).\nCheck that it runs, and the address in CHANGEOVER_URL.\n",
    });
  });
});

test('a secret goes from standard input to a new version, which the old one outlives', async () => {
  const saved = await changeover(['connection', 'update', connectionId, '--secrets-stdin'], {
    stdin: JSON.stringify({ signingSecret: 'another signing secret, long enough' }),
  });
  const shown = await changeover(['connection', 'show', connectionId, '--json']);
  const { versions } = JSON.parse(shown.stdout);
  expect({ saved, versions: versions.map(({ version, label }: { version: number; label: string }) => `${version} ${label}`) }).toEqual({
    saved: { code: 0, stdout: expect.stringMatching(/^Saved version 2 /), stderr: '' },
    versions: ['2 CURRENT', '1 PREVIOUS'],
  });
});

test('a command in a folder without a store says so and makes none; with the making of a token a new instance begins', async () => {
  const environment = { CHANGEOVER_URL: '', CHANGEOVER_TOKEN: '', CHANGEOVER_DATA_DIR: join(empty, 'data') };
  const listed = await commandLine.spawn(['token', 'list', '--json'], { environment });
  const isMade = existsSync(join(empty, 'data'));
  const created = await commandLine.spawn(['token', 'create', '--name', 'ci', '--role', 'admin', '--json'], { environment });
  const after = await commandLine.spawn(['token', 'list', '--json'], { environment });
  expect({
    listed: { ...listed, stderr: JSON.parse(listed.stderr).error.message },
    isMade,
    created: [created.code, created.stderr],
    after: JSON.parse(after.stdout).map(({ name }: { name: string }) => name),
  }).toEqual({
    listed: { code: 78, stdout: '', stderr: expect.stringContaining(`there is no store in ${join(empty, 'data')}`) },
    isMade: false,
    created: [0, `changeover: made a new store in ${join(empty, 'data')}, since there was none.\n`],
    after: ['ci'],
  });
});

test('every command that answers has --json: the others run a program to its end, or print what a shell runs', () => {
  const leaves = (command: Command): readonly Command[] => (command.commands.length === 0 ? [command] : command.commands.flatMap(leaves));
  const without = leaves(createCommandLine()).filter((command) => !command.options.some(({ long }) => long === '--json'));
  expect(without.map((command) => command.name())).toEqual(['serve', 'completion', 'run']);
});
