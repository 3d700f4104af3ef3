import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { TestGateway } from './gateway.ts';

const PROGRAM = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const CHILD = fileURLToPath(new URL('./command-child.mjs', import.meta.url));

export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Given {
  readonly stdin?: string;
  /** Laid over that of a command that works on the gateway as its owner. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The built command line on a test's gateway. */
export interface TestCommandLine {
  /** In one process for all commands, one after the other, which is started for the first. */
  run(args: readonly string[], given?: Given): Promise<CommandOutcome>;
  /** What a command prints with `--json`. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the command's.
  json(...args: readonly string[]): Promise<any>;
  /** In a process of its own, as people start it. */
  spawn(args: readonly string[], given?: Given): Promise<CommandOutcome>;
  close(): Promise<void>;
}

export function createTestCommandLine(gateway: () => TestGateway): TestCommandLine {
  let runner: Promise<CommandRunner> | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const environmentOf = ({ environment }: Given) => ({
    ...(process.env.PATH === undefined ? {} : { PATH: process.env.PATH }),
    CHANGEOVER_URL: gateway().url,
    CHANGEOVER_TOKEN: gateway().owner.secret,
    ...environment,
  });

  const run: TestCommandLine['run'] = (args, given = {}) => {
    const outcome = last.then(async () => {
      runner ??= startRunner();
      return await (await runner).run({ args, stdin: given.stdin ?? '', environment: environmentOf(given) });
    });
    last = outcome.catch(() => {});
    return outcome;
  };

  return {
    run,
    json: async (...args) => JSON.parse((await run([...args, '--json'])).stdout),
    async spawn(args, given = {}) {
      const child = spawn(process.execPath, [PROGRAM, ...args], { env: environmentOf(given), stdio: 'pipe' });
      child.stdin.end(given.stdin ?? '');
      const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
      return { code: code as number | null, stdout, stderr };
    },
    close: async () => (await runner)?.close(),
  };
}

interface CommandRunner {
  run(command: {
    readonly args: readonly string[];
    readonly stdin: string;
    readonly environment: Readonly<Record<string, string>>;
  }): Promise<CommandOutcome>;
  close(): Promise<void>;
}

async function startRunner(): Promise<CommandRunner> {
  // Not the terminal that the suites may have: a command would colour what it prints.
  const child = fork(CHILD, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  const said = child.stderr === null ? '' : text(child.stderr);
  child.stdout?.resume();
  let isClosing = false;
  const ended = once(child, 'exit').then(async () => {
    if (!isClosing) throw new Error(`The process of the commands has ended: ${await said}`);
  });
  ended.catch(() => {});
  const message = async () => await Promise.race([once(child, 'message').then(([value]) => value as CommandOutcome), ended]);
  await message();
  return {
    async run(command) {
      const answered = message();
      child.send(command);
      const outcome = await answered;
      if (outcome === undefined) throw new Error('The process of the commands was closed.');
      return outcome;
    },
    async close() {
      isClosing = true;
      child.disconnect();
      await ended;
    },
  };
}
