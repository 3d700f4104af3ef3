import { CHANGE_OUTCOMES } from '../../domain/ports/observer.ts';

/** Of the server's own table of routes, so the list is closed. */
const ROUTES = 'path of a route, such as /graphql or /explorer/*; other for what is not served';
const PURPOSES = 'create, update or roll-back';

/**
 * Every metric of ours, once: it is registered, and the reference page is made, from this table. A label's text says where its
 * values come from, which is always a closed list: never an id, a name that a caller chose, or a value.
 */
export const METRICS = {
  changeover_http_requests_total: {
    type: 'counter',
    help: 'Requests that were answered.',
    labels: { route: ROUTES, status: 'HTTP status' },
  },
  changeover_http_request_seconds: {
    type: 'histogram',
    help: 'Time to answer a request.',
    labels: { route: ROUTES },
    buckets: [0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
  },
  changeover_changes_total: {
    type: 'counter',
    help: 'Changes by what became of them. A roll-back is a change with that purpose; a repeat that changed nothing is not counted.',
    labels: { purpose: PURPOSES, outcome: CHANGE_OUTCOMES.join(', ') },
  },
  changeover_changes_refused_total: {
    type: 'counter',
    help: 'Details that were not staged, and changes that were not committed.',
    labels: { purpose: PURPOSES, code: 'error code' },
  },
  changeover_validations_total: {
    type: 'counter',
    help: 'Runs of validators, and probes of the network.',
    labels: { kind: 'kind, or network', validator: 'validator, or probe', code: 'first code of the result; NONE when it passed' },
  },
  changeover_validation_seconds: {
    type: 'histogram',
    help: 'Time that a validator ran, without its wait in the queue.',
    labels: { kind: 'kind, or network' },
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  changeover_validations_running: { type: 'gauge', help: 'Validators that run now, in this process.', labels: {} },
  changeover_validations_waiting: { type: 'gauge', help: 'Validators that wait in the queue, in this process.', labels: {} },
  changeover_leases_live: { type: 'gauge', help: 'Leases that jobs hold now, in the whole store, counted up to 10000.', labels: {} },
  changeover_versions_waiting_to_retire: {
    type: 'gauge',
    help: 'PREVIOUS versions, still valid for the jobs that hold them, in the whole store, counted up to 10000.',
    labels: {},
  },
  changeover_oldest_version_waiting_days: {
    type: 'gauge',
    help: 'Days since the oldest of the PREVIOUS versions was made; 0 where there is none.',
    labels: {},
  },
  changeover_audit_rows_unsealed: {
    type: 'gauge',
    help: 'Audit rows that are not chained yet, counted up to 10000. More than a few for long: the sealer does not get on.',
    labels: {},
  },
} as const satisfies Record<string, Metric>;

interface Metric {
  readonly type: 'counter' | 'histogram' | 'gauge';
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly buckets?: readonly number[];
}

export type MetricName = keyof typeof METRICS;
export type NamesOf<T extends Metric['type']> = { [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never }[MetricName];
export type LabelsOf<N extends MetricName> = Readonly<Record<keyof (typeof METRICS)[N]['labels'], string | number>>;
