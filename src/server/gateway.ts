import type { LoginThrottle } from '../admission/failed-login-throttle.ts';
import type { RateLimits } from '../admission/rate-limits.ts';
import type { GraphqlApi } from '../graphql/yoga.ts';
import type { Services } from '../operations/services.ts';
import type { Patience } from './connections/connections.ts';
import type { AccessLogRecord } from './observation/access-log-record.ts';
import type { Metrics } from './observation/metrics.ts';
import type { Readiness } from './observation/readiness.ts';
import type { Proxies } from './request/client-address.ts';

/** What the server serves, and what it holds requests to. */
export interface Gateway {
  readonly services: Services;
  readonly graphql: GraphqlApi;
  readonly rateLimits: RateLimits;
  readonly logins: LoginThrottle;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  readonly readiness: () => Promise<Readiness>;
  readonly proxies: Proxies;
  /** Connections that one address may have open; those of a trusted proxy are not counted. */
  readonly connectionsPerAddress: number;
  readonly patience: Patience;
  /** Reports what was not expected; never given a request or a reply. */
  readonly report: (error: unknown, requestId: string) => void;
  /** Told of every request once it is answered. */
  readonly observe: (request: AccessLogRecord) => void;
  /** The project of the control socket's actor; null for the public listener. */
  readonly localProjectId: string | null;
  readonly state: { draining: boolean };
}
