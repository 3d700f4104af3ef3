import { expect } from 'vitest';
import type { CommandLine } from '../world/command-line.ts';
import type { World } from '../world/world.ts';

/** What earlier steps found out, by name. */
export type Memory = Readonly<Record<string, string>>;

/** One command of a user's, and what has to come of it. */
export interface Step {
  readonly args: readonly string[] | ((memory: Memory) => readonly string[]);
  /** What the user answers to prompts. */
  readonly answers?: string;
  /** Other settings of the client, such as another token. */
  readonly as?: (memory: Memory) => Readonly<Record<string, string>>;
  readonly exit?: number;
  readonly prints?: readonly RegExp[];
  /** What the gateway has to say of itself afterwards. */
  readonly holds?: (world: World, memory: Memory) => Promise<boolean>;
  readonly keeps?: (world: World, memory: Memory) => Promise<Memory>;
}

/** Runs the steps in their order: each ends with its code, prints and leaves what it has to, and sends valid documents alone. */
export async function runSteps(world: World, line: Pick<CommandLine, 'run'>, steps: readonly Step[], known: Memory = {}): Promise<void> {
  let memory = known;
  for (const [index, { args, answers = '', as, exit = 0, prints = [], holds, keeps }] of steps.entries()) {
    const words = typeof args === 'function' ? args(memory) : args;
    const { code, output } = await line.run(words, { ...world.settings, ...as?.(memory) }, answers);
    const notPrinted = prints.filter((pattern) => !pattern.test(output)).map(String);
    const held = holds === undefined || (await holds(world, memory));
    const { faults } = world.faultsOfDocuments();
    expect({ step: index + 1, words: words.join(' '), code, notPrinted, held, faults }, output).toEqual({
      step: index + 1,
      words: words.join(' '),
      code: exit,
      notPrinted: [],
      held: true,
      faults: [],
    });
    if (keeps !== undefined) memory = { ...memory, ...(await keeps(world, memory)) };
  }
}

export function options(named: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(named).flatMap(([option, value]) => (value === '' ? [`--${option}`] : [`--${option}`, value]));
}
