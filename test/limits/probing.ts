import { readFileSync, writeFileSync } from 'node:fs';
import type { GatewayProcess } from '../support/gateway/gateway-process.ts';
import { eventually } from '../support/outcomes/eventually.ts';

/** The longest that a probe had to wait while something else went on, milliseconds; what it waited for a core is not counted. */
export async function probing(gateway: Pick<GatewayProcess, 'url' | 'child'>, work: () => Promise<unknown>): Promise<number> {
  let going = true;
  const waits: number[] = [];
  const probes = (async () => {
    while (going) waits.push(await probe(gateway));
  })();
  await work();
  going = false;
  await probes;
  return Math.max(...waits);
}

/** What it has in memory, from the system: its own metrics are made once in a second. */
export function residentMegabytes({ child }: Pick<GatewayProcess, 'child'>): number {
  return statusOf(child.pid, 'VmRSS');
}

/** The most that it had in memory while something went on. */
export async function peakMegabytes({ child }: Pick<GatewayProcess, 'child'>, work: () => Promise<unknown>): Promise<number> {
  // Five is what sets the peak back (proc(5)).
  writeFileSync(`/proc/${child.pid}/clear_refs`, '5');
  await work();
  return statusOf(child.pid, 'VmHWM');
}

function statusOf(pid: number | undefined, name: string): number {
  const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kilobytes) * 1024) / 1e6;
}

/** What is in use of a gateway that was started with COLLECT_ON_SIGNAL, its garbage collected. */
export async function usedMegabytes({ child, printed }: Pick<GatewayProcess, 'child' | 'printed'>): Promise<number> {
  const told = () => [...printed().matchAll(/^in use: (\S+) MB$/gm)].map(([, megabytes]) => Number(megabytes));
  const before = told().length;
  child.kill('SIGUSR2');
  return await eventually(async () => {
    const now = told();
    if (now.length === before) throw new Error('the gateway has not told yet');
    return now.at(-1) ?? 0;
  });
}

/** How long one request waited, milliseconds; what it waited for a core is not counted. */
export async function probe({ url, child }: Pick<GatewayProcess, 'url' | 'child'>): Promise<number> {
  const core = () => waitedForCore(child.pid) + waitedForCore(process.pid);
  const [started, waited] = [performance.now(), core()];
  await (await fetch(`${url}/livez`)).text();
  return Math.max(0, performance.now() - started - (core() - waited));
}

/** How long the main thread of a process was ready to run while others had the cores, milliseconds. Only Linux tells it. */
function waitedForCore(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
