import type { GraphqlApi } from '../graphql/yoga.ts';
import type { RestGateway } from '../rest/kit/rest-gateway.ts';
import type { Certificate } from './connections/certificate.ts';
import type { ClientPatience } from './connections/connections.ts';
import type { AccessLogRecord } from './observation/access-log-record.ts';
import type { Metrics } from './observation/metrics.ts';
import type { Readiness } from './observation/readiness.ts';
import type { Proxies } from './request/client-address.ts';

/** What the server serves, and what it holds requests to. */
export interface Gateway extends RestGateway {
  readonly graphql: GraphqlApi;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  readonly readiness: () => Promise<Readiness>;
  /** Null where plain HTTP is served, as the control socket always is. */
  readonly certificate: Certificate | null;
  readonly proxies: Proxies;
  /** Connections that one address may have open; those of a trusted proxy are not counted. */
  readonly connectionsPerAddress: number;
  readonly patience: ClientPatience;
  /** Told of every request once it is answered. */
  readonly observe: (request: AccessLogRecord) => void;
  readonly state: { draining: boolean };
}
