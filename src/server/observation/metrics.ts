import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ValidatorRunner } from '../../domain/connector/validator-runner.ts';
import type { Observer } from '../../domain/ports/observer.ts';
import { inTime } from '../../domain/time/in-time.ts';
import type { Services } from '../../operations/services.ts';
import { countLiveLeases, countUnsealedAudit, measureWaitingVersions } from '../../operations/upkeep/measure-store.ts';
import type { AccessLogRecord } from './access-log-record.ts';
import { type LabelsOf, METRICS, type NamesOf } from './metric-table.ts';
import { oncePerSecond } from './readiness.ts';

/** What operators watch. Labels hold routes, kinds and codes; never an id or a value. */
export interface Metrics extends Omit<Observer, 'leftOut'> {
  readonly contentType: string;
  answered(request: Pick<AccessLogRecord, 'route' | 'status' | 'ms'>): void;
  text(): Promise<string>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** What the store has not said by then is left out, milliseconds. */
const READING_MS = 2000;

export function createMetrics({ store, load }: Pick<Services, 'store'> & Pick<ValidatorRunner, 'load'>): Metrics {
  const registry = new Registry();
  // Two gauges are of one answer.
  const waiting = oncePerSecond(() => measureWaitingVersions({ store }));
  collectDefaultMetrics({ register: registry, prefix: 'changeover_' });
  const { count, observe } = register(registry, {
    changeover_validations_running: async () => load().running,
    changeover_validations_waiting: async () => load().waiting,
    changeover_leases_live: () => countLiveLeases({ store }),
    changeover_versions_waiting_to_retire: async () => (await waiting()).count,
    changeover_oldest_version_waiting_days: async () => (await waiting()).oldestMs / DAY_MS,
    changeover_audit_rows_unsealed: () => countUnsealedAudit({ store }),
  });
  return {
    contentType: registry.contentType,
    answered({ route, status, ms }) {
      count('changeover_http_requests_total', { route, status });
      observe('changeover_http_request_seconds', { route }, ms);
    },
    changed: (purpose, outcome) => count('changeover_changes_total', { purpose, outcome }),
    refused: (purpose, code) => count('changeover_changes_refused_total', { purpose, code }),
    validated({ kind, validator, codes, ms }) {
      count('changeover_validations_total', { kind, validator, code: codes[0] ?? 'NONE' });
      observe('changeover_validation_seconds', { kind }, ms);
    },
    // Read without a token, so it asks the store at most once a second.
    text: oncePerSecond(() => registry.metrics()),
  };
}

/** Makes each row of the table a metric. A gauge is read when somebody asks; the others are told. */
function register(registry: Registry, readings: Readonly<Record<NamesOf<'gauge'>, () => Promise<number>>>) {
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  for (const [name, metric] of Object.entries(METRICS)) {
    const options = { name, help: metric.help, labelNames: Object.keys(metric.labels), registers: [registry] };
    if (metric.type === 'counter') counters.set(name, new Counter(options));
    else if (metric.type === 'histogram') histograms.set(name, new Histogram({ ...options, buckets: [...metric.buckets] }));
  }
  for (const [name, read] of Object.entries(readings)) {
    // The record's keys are the table's gauges, by its type.
    const { help } = METRICS[name as NamesOf<'gauge'>];
    new Gauge({ name, help, registers: [registry], collect: reading(read) });
  }
  return {
    count: <N extends NamesOf<'counter'>>(name: N, labels: LabelsOf<N>) => counters.get(name)?.inc({ ...labels }),
    observe: <N extends NamesOf<'histogram'>>(name: N, labels: LabelsOf<N>, ms: number) =>
      histograms.get(name)?.observe({ ...labels }, ms / 1000),
  };
}

/** Sets a gauge to what is read. While that fails there is no sample, and the other figures go on. */
function reading(read: () => Promise<number>) {
  return async function collect(this: Gauge): Promise<void> {
    try {
      this.set(await inTime(read(), READING_MS, () => new Error('late')));
    } catch {
      this.remove();
    }
  };
}
