import { readFileSync } from 'node:fs';
import type { GatewayProcess } from '../support/gateway/gateway-process.ts';

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

export async function residentMegabytes({ url }: Pick<GatewayProcess, 'url'>): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^changeover_process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]) / 1e6;
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
