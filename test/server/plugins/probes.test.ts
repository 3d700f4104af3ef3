import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMetrics } from '../../../src/server/observation/metrics.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

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
  const strange = labels.filter(
    (label) => !/^(route="(\/graphql|\/explorer|\/livez|\/readyz|\/metrics|other)"|status="\d{3}"|le="[\d.+Inf]+")$/.test(label),
  );
  expect({
    live,
    ready,
    hasLeases: metrics.includes('changeover_leases_live 0'),
    strange,
    showsId: metrics.includes(gateway.owner.id),
    showsProject: metrics.includes(gateway.app.projectId),
  }).toEqual({ live: '{"status":"ok"}', ready: '{"status":"ready"}', hasLeases: true, strange: [], showsId: false, showsProject: false });
});

test('metrics go on while the store does not answer, without what only it knows', async () => {
  const down = () => Promise.reject(new Error('down'));
  const read = { leases: { countLive: down }, versions: { waiting: down }, audit: { countUnsealed: down } };
  const metrics = createMetrics({ store: { now: down, read } as never, load: () => ({ running: 0, waiting: 0 }) });
  metrics.answered({ route: '/graphql', status: 503, ms: 1 });
  const text = await metrics.text();
  expect({
    hasRequests: text.includes('changeover_http_requests_total{route="/graphql",status="503"} 1'),
    hasStore: /^changeover_(leases_live|versions_waiting\w*|oldest\w*|audit\w*) \d/m.test(text),
    hasValidations: text.includes('changeover_validations_running 0'),
  }).toEqual({ hasRequests: true, hasStore: false, hasValidations: true });
});
