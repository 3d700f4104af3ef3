import type { GatewayProcess } from '../support/gateway/gateway-process.ts';

/** The longest that a probe had to wait while something else went on, milliseconds. */
export async function probing({ url }: Pick<GatewayProcess, 'url'>, work: () => Promise<unknown>): Promise<number> {
  let going = true;
  const waits: number[] = [];
  const probes = (async () => {
    while (going) {
      const started = performance.now();
      await (await fetch(`${url}/livez`)).text();
      waits.push(performance.now() - started);
    }
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
