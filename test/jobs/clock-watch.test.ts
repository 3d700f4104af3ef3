import { expect, test } from 'vitest';
import { createClockWatch } from '../../src/jobs/clock-watch.ts';

type Store = Parameters<typeof createClockWatch>[0];

/** A store's time and a machine's timer, each of which goes as it is told; `kept` is what the store holds between processes. */
function createMachine() {
  const machine = { at: 1_000_000, elapsed: 500_000, kept: new Map<string, number>() };
  const clock = {
    find: async (id: string) => machine.kept.get(id) ?? null,
    set: async (id: string, at: number) => void machine.kept.set(id, at),
  };
  // Of the store, the watch takes nothing else.
  const store = {
    now: async () => machine.at,
    read: { clock },
    write: async (work: (tx: unknown) => Promise<unknown>) => await work({ clock }),
  } as unknown as Store;
  return {
    ...machine,
    pass(wall: number, timer: number) {
      machine.at += wall;
      machine.elapsed += timer;
    },
    start: (boot: string | null = 'a') => createClockWatch(store, { elapsed: () => machine.elapsed, boot }),
  };
}

test('a clock that is set forward is told from time that passed, once; one that is set back is no alarm', async () => {
  const { pass, start } = createMachine();
  const watch = start();
  const seen = [await watch.check()];
  for (const [wall, timer] of [
    [10_000, 10_000],
    [3_610_000, 10_000],
    [10_000, 10_000],
    [-3_590_000, 10_000],
    [10_000, 10_000],
  ] as const) {
    pass(wall, timer);
    seen.push(await watch.check());
  }
  expect(seen).toEqual([0, 0, 3_600_000, 0, 0, 0]);
});

test('a clock that was set forward while no gateway ran is told by the next one; a stop of any length, and another start of the machine, are not', async () => {
  const { pass, start } = createMachine();
  await start().check();
  pass(86_400_000, 86_400_000);
  const stopped = await start().check();
  pass(7_205_000, 5_000);
  const setForward = await start().check();
  const again = await start().check();
  pass(7_205_000, 5_000);
  const rebooted = await start('b').check();
  const unknown = await start(null).check();
  expect({ stopped, setForward, again, rebooted, unknown }).toEqual({
    stopped: 0,
    setForward: 7_200_000,
    again: 0,
    rebooted: 0,
    unknown: 0,
  });
});
