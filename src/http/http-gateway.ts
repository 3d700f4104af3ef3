import type { Admission } from '../admission/admit.ts';
import type { ShownToken } from '../admission/failed-login-throttle.ts';
import type { RateLimits } from '../admission/rate-limits.ts';
import type { Actor, RequestInfo } from '../domain/token/actor.ts';
import type { Services } from '../operations/services.ts';

/** What every way in over HTTP works with, so that a caller has one share of the gateway, whichever it uses. */
export interface HttpGateway {
  readonly services: Services;
  readonly admission: Admission;
  readonly rateLimits: RateLimits;
  /** Runs a login with what was shown; where too many have failed of late it is put off before anything is looked up. */
  readonly login: (info: RequestInfo, shown: ShownToken, look: () => Promise<Actor>) => Promise<Actor>;
  /** Reports what was not expected; never given a request or a reply. */
  readonly report: (error: unknown, requestId: string) => void;
  /** The project of the control socket's actor; null for the public listener. */
  readonly localProjectId: string | null;
}
