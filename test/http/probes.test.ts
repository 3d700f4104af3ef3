import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMetrics } from '../../src/http/metrics.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

test('/livez, /readyz and /metrics answer without a token, and tell of no id, name or address', async () => {
  await gateway.graphql('{ getUser { id } }');
  const [live, ready, metrics = ''] = await Promise.all(
    ['/livez', '/readyz', '/metrics'].map(async (path) => await (await fetch(gateway.url + path)).text()),
  );
  const labels = [...metrics.matchAll(/^changeover_http\w*\{([^}]*)\}/gm)].flatMap(([, text = '']) => text.split(','));
  const strange = labels.filter((label) => !/^(route="(\/graphql|\/explorer|other)"|status="\d{3}"|le="[\d.+Inf]+")$/.test(label));
  expect([
    live,
    ready,
    metrics.includes('changeover_leases_live 0'),
    strange,
    metrics.includes(gateway.owner.id),
    metrics.includes(gateway.app.projectId),
  ]).toEqual(['{"status":"ok"}', '{"status":"ready"}', true, [], false, false]);
});

test('metrics go on while the store does not answer, without what only it knows', async () => {
  const down = () => Promise.reject(new Error('down'));
  const metrics = createMetrics({ store: { now: down, read: { leases: { countLive: down }, versions: { waiting: down } } } as never });
  metrics.observeRequest('/graphql', 503, 1);
  const text = await metrics.text();
  expect([
    text.includes('changeover_http_requests_total{route="/graphql",status="503"} 1'),
    /^changeover_leases_live \d/m.test(text),
  ]).toEqual([true, false]);
});
