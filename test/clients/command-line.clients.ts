import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ADD_COMMANDS, type AddCommand } from './commands/add-commands.ts';
import { FIRST_DATABASE, firstConnection, update } from './commands/first-connection.ts';
import { beforeGrant, READER, withGrant } from './commands/granted-roles.ts';
import { LEFT_OUT } from './commands/left-out.ts';
import { NOT_SERVED } from './commands/not-served.ts';
import { keysAndSecrets, selfHosted, signingIn } from './commands/project-work.ts';
import { REFUSED } from './commands/refused-commands.ts';
import { type Memory, options, runSteps, type Step } from './commands/step.ts';
import { STREAMING, streamingStory } from './commands/streaming.ts';
import { startAccount } from './world/aws-account.ts';
import { type CommandLine, runProgram, startCommandLine } from './world/command-line.ts';
import { SECRET, type Systems, startSystems } from './world/systems.ts';
import { openWorld, type World } from './world/world.ts';

const clients = inject('clients');
const home = mkdtempSync(join(tmpdir(), 'changeover-clients-home-'));

let line: CommandLine;
let systems: Systems;
let world: World;
beforeAll(async () => {
  line = startCommandLine(clients, home);
  systems = await startSystems();
  world = await openWorld({ vendors: systems.vendorPorts, authorities: [systems.authority] });
});
afterAll(async () => {
  line?.close();
  await world?.close();
  await systems?.close();
});

/** A story on a gateway of its own, on which nothing happened before. */
async function tell(steps: readonly Step[], given: (own: World) => Promise<Readonly<Record<string, string>>>, own = openWorld()) {
  const fresh = await own;
  try {
    await runSteps(fresh, line, steps, await given(fresh));
  } finally {
    await fresh.close();
  }
}

describe('the command line', () => {
  test('does all that a user does with a first connection', async () => {
    await systems.postgres.createDatabase('first');
    await systems.postgres.query(FIRST_DATABASE, 'first');
    const { ca, port } = systems.verified;
    await tell(firstConnection, async () => ({ ca, port: String(port) }));
  });

  test('keeps credentials outside of the gateway', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'changeover-clients-secrets-'));
    const { host, port } = systems.postgres;
    const content = JSON.stringify({ connect_args: { host, port, dbname: 'sales', user: 'loader', password: SECRET } });
    for (const name of ['sales.json', 'sales-2.json']) writeFileSync(join(folder, name), content, { mode: 0o600 });
    await tell(
      selfHosted,
      async ({ ask }) => {
        const grant = 'mutation ($p: SecretProvider!, $x: String!) { grantSecrets(provider: $p, prefix: $x) { prefix } }';
        await ask(grant, { p: 'file', x: folder });
        await ask(grant, { p: 'env', x: 'MCD_SALES' });
        return { secret: join(folder, 'sales.json') };
      },
      openWorld({ settings: { MCD_SALES: content } }),
    );
  });

  test('works by roles of AWS once the operator has granted them', async () => {
    await systems.postgres.query(
      `create role "IAMR:reader" login password 'temporary-password'; grant select on orders to "IAMR:reader"`,
      'sales',
    );
    const account = await startAccount();
    const { host, port } = systems.postgres;
    const content = JSON.stringify({ connect_args: { host, port, dbname: 'sales', user: 'loader', password: SECRET } });
    const own = await openWorld({ settings: { ...account.settings, MCD_SALES: account.encrypted(content) } });
    try {
      await own.ask('mutation { grantSecrets(provider: env, prefix: "MCD_SALES") { prefix } }');
      await runSteps(own, line, beforeGrant);
      const changeover = [
        fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url)),
        'aws-role',
        'grant',
        '--role',
        READER,
        '--json',
      ];
      const env = { CHANGEOVER_URL: own.gatewayUrl, CHANGEOVER_TOKEN: own.owner.secret };
      const { externalId } = JSON.parse((await runProgram(process.execPath, changeover, { env, home })).output);
      account.trust(externalId);
      await runSteps(own, line, withGrant, { externalId, database: String(systems.postgres.port) });
    } finally {
      await own.close();
      account.close();
    }
  });

  test('makes, shows and ends keys and secrets', async () => {
    await tell(keysAndSecrets, async () => ({}));
  });

  test('signs in by key and by client credentials, each as the program itself', async () => {
    const own = await openWorld();
    try {
      const program = {
        run: (args: readonly string[], env: Readonly<Record<string, string>>) => runProgram(clients.montecarlo, args, { env, home }),
      };
      await runSteps(own, program, signingIn, { id: own.owner.id, secret: own.owner.secret });
    } finally {
      await own.close();
    }
  });

  test.each(ADD_COMMANDS)('adds, tests, changes and removes by $command', async (given) => {
    await runSteps(world, line, stepsOf(given));
  });

  test.each(REFUSED)('is told what is missing by $command', async ({ command, options: given, prints }) => {
    const steps = [{ args: ['integrations', command, ...options(given(systems))], answers: 'y\n', exit: 1, prints: [prints] }];
    await runSteps(world, line, steps);
  });

  test.each(STREAMING)('tests, adds and removes $kind', async (given) => {
    await runSteps(world, line, streamingStory(systems, given));
  });
});

/** Refused with a wrong secret and kept nowhere, added with the right one, changed, and removed. */
function stepsOf(given: AddCommand): readonly Step[] {
  const { command, kind, options: right, wrong, refused, secret, isUnnamed, joins, joinedBy, warns, also } = given;
  const name = { name: `of ${command}` };
  const all = { ...right(systems), ...(isUnnamed === true ? {} : name) };
  const first = ADD_COMMANDS.find((other) => other.command === joins);
  const add = (named: Readonly<Record<string, string>>) => (memory: Memory) => [
    'integrations',
    command,
    ...options({ ...named, ...(joinedBy === undefined ? {} : { [joinedBy]: memory.joinedIntegration ?? '' }) }),
  ];
  const connectionOf = async ({ ask }: World, joined = '') =>
    (await ask('{ connections { edges { node { uuid kind integrationId currentVersion { version } } } } }')).connections.edges
      .map(({ node }: { readonly node: object }) => node)
      .find((node: { readonly kind: string; readonly uuid: string }) => node.kind === kind && node.uuid !== joined);
  const isAt = (version: number) => async (own: World, memory: Memory) =>
    (await connectionOf(own, memory.joined))?.currentVersion.version === version;
  const remove = (of: string): Step => ({
    args: (memory) => ['integrations', 'remove', '--connection-id', memory[of] ?? '', '--no-prompt'],
    prints: [/Success! Removed/],
  });
  const before: readonly Step[] =
    first === undefined
      ? []
      : [
          {
            args: ['integrations', first.command, ...options({ ...first.options(systems), ...name })],
            answers: 'y\n',
            keeps: async ({ ask }) => {
              const { node } = (await ask('{ connections { edges { node { uuid kind integrationId } } } }')).connections.edges.find(
                (edge: { readonly node: { readonly kind: string } }) => edge.node.kind === first.kind,
              );
              return { joined: node.uuid, joinedIntegration: node.integrationId };
            },
          },
        ];
  return [
    ...before,
    {
      args: add({ ...all, ...wrong }),
      answers: 'y\n',
      exit: 1,
      prints: [refused],
      holds: async (own, { joined }) => (await connectionOf(own, joined)) === undefined,
    },
    {
      args: add(all),
      answers: 'y\n',
      prints: [/Success/, ...(warns === undefined ? [] : [warns])],
      holds: isAt(1),
      keeps: async (own, { joined }) => ({ id: (await connectionOf(own, joined)).uuid }),
    },
    { args: ({ id = '' }) => ['integrations', 'test', '--connection-id', id], prints: [/"success": true/] },
    ...(secret === undefined
      ? []
      : [
          { args: update({ [secret]: 'wrong' }), exit: 1, holds: isAt(1) },
          {
            args: update({ [secret]: right(systems)[secret.replaceAll('_', '-')] ?? SECRET }),
            prints: [/Success! Updated/],
            holds: isAt(2),
          },
        ]),
    ...(also?.(systems) ?? []),
    remove('id'),
    ...(first === undefined ? [] : [remove('joined')]),
  ];
}

describe('what the command line has', () => {
  test('is run by a line of the tables, or is left out for a reason', async () => {
    const { commands } = await line.inventory();
    const isLeftOut = (command: string) => Object.keys(LEFT_OUT).find((words) => command.startsWith(words));
    const covered = new Set(wordsOf());
    expect({
      missing: commands.filter((command) => !covered.has(command) && isLeftOut(command) === undefined),
      both: commands.filter((command) => covered.has(command) && isLeftOut(command) !== undefined),
      reasonsForNothing: Object.keys(LEFT_OUT).filter((words) => !commands.some((command) => command.startsWith(words))),
    }).toEqual({ missing: [], both: [], reasonsForNothing: [] });
  });

  test('sends documents that are valid, but for those of what is not served', async () => {
    const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));
    const { documents } = await line.inventory();
    const invalid = Object.entries(documents).filter(([, text]) => validate(schema, parse(text)).length > 0);
    const fieldsOf = (entries: readonly (readonly [string, string])[]) =>
      [...new Set(entries.map(([name]) => name.split(' ')[0]))].toSorted();
    console.log(
      `${Object.keys(documents).length - invalid.length} of ${Object.keys(documents).length} documents of the command line are valid`,
    );
    expect(fieldsOf(invalid)).toEqual(Object.keys(NOT_SERVED).toSorted());
  });
});

/** The commands of the tables. */
function wordsOf(): readonly string[] {
  const stories: readonly (readonly Step[])[] = [
    firstConnection,
    withGrant,
    selfHosted,
    keysAndSecrets,
    signingIn,
    ...STREAMING.map((given) => streamingStory(systems, given)),
    ...ADD_COMMANDS.map(({ also }) => also?.(systems) ?? []),
  ];
  const steps = stories.flat().map(({ args }) => (typeof args === 'function' ? args({}) : args));
  return [...steps, ...[...ADD_COMMANDS, ...REFUSED].map(({ command }) => ['integrations', command])].map((args) =>
    args.filter((word, index) => index < 2 && !word.startsWith('-')).join(' '),
  );
}
