import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Services } from '../operations/services.ts';
import { oncePerSecond } from './readiness.ts';

/** What operators watch. Labels hold routes, kinds and codes; never an id or a value. */
export interface Metrics {
  readonly contentType: string;
  observeRequest(route: string, status: number, ms: number): void;
  text(): Promise<string>;
}

export function createMetrics({ store }: Pick<Services, 'store'>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'changeover_' });
  const requests = new Counter({
    name: 'changeover_http_requests_total',
    help: 'Requests by route and status.',
    labelNames: ['route', 'status'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'changeover_http_request_seconds',
    help: 'Time to answer.',
    labelNames: ['route'],
    buckets: [0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [registry],
  });
  new Gauge({
    name: 'changeover_leases_live',
    help: 'Leases that jobs hold now.',
    registers: [registry],
    collect: reading(async () => await store.read.leases.countLive(await store.now())),
  });
  new Gauge({
    name: 'changeover_versions_waiting_to_retire',
    help: 'PREVIOUS versions, still valid for the jobs that hold them.',
    registers: [registry],
    collect: reading(async () => (await store.read.versions.waiting()).count),
  });
  return {
    contentType: registry.contentType,
    observeRequest(route, status, ms) {
      requests.inc({ route, status });
      duration.observe({ route }, ms / 1000);
    },
    // Read without a token, so it asks the store at most once a second.
    text: oncePerSecond(() => registry.metrics()),
  };
}

/** Sets a gauge to what the store says. While it says nothing there is no sample, and the other figures go on. */
function reading(read: () => Promise<number>) {
  return async function collect(this: Gauge): Promise<void> {
    try {
      this.set(await read());
    } catch {
      this.remove();
    }
  };
}
