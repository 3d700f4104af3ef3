import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway/gateway.ts';
import { startPostgres, type TestPostgres } from '../support/servers/embedded-postgres.ts';
import { stretchWire, type Wire } from '../support/servers/wire.ts';

let server: TestPostgres;
let wire: Wire;
let gateway: TestGateway;
beforeAll(async () => {
  server = await startPostgres();
  wire = await stretchWire(server);
  gateway = await startGateway({ databaseUrl: wire.through(await server.createDatabase('silent_limits')) });
});
afterAll(async () => {
  await gateway.close();
  await wire.close();
  await server.close();
});

test('while the database is silent /readyz answers within 2 s, requests within 8 s, and it serves again within 10 s after it', async () => {
  const load = async (until: { over: boolean }, slowest: { ms: number }) => {
    while (!until.over) {
      const started = performance.now();
      await gateway.graphql('{ getUser { id } }').catch(() => null);
      slowest.ms = Math.max(slowest.ms, performance.now() - started);
    }
  };
  const [until, slowest] = [{ over: false }, { ms: 0 }];
  const clients = Array.from({ length: 40 }, () => load(until, slowest));
  await delay(500);
  wire.mute();
  let slowestReady = 0;
  for (const end = performance.now() + 8000; performance.now() < end; ) {
    const started = performance.now();
    await (await fetch(`${gateway.url}/readyz`)).text();
    slowestReady = Math.max(slowestReady, performance.now() - started);
    await delay(200);
  }
  wire.mend();
  const mended = performance.now();
  while ((await gateway.graphql('{ getUser { id } }')).status !== 200) await delay(50);
  const backMs = performance.now() - mended;
  until.over = true;
  await Promise.all(clients);
  expect(slowestReady).toBeLessThan(2000);
  expect(slowest.ms).toBeLessThan(8000);
  expect(backMs).toBeLessThan(10_000);
});
