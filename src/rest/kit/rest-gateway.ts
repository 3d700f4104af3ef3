import type { Admission } from '../../admission/admit.ts';
import type { ShownToken } from '../../admission/failed-login-throttle.ts';
import type { RateLimits } from '../../admission/rate-limits.ts';
import type { ReplayQuota } from '../../admission/replay-quota.ts';
import type { Actor, RequestInfo } from '../../domain/token/actor.ts';
import type { Services } from '../../operations/services.ts';

/** What an operator says of the dialects. */
export interface DialectSettings {
  /** The origin that links in answers begin with; null where it is the one that a request was addressed to. */
  readonly publicUrl: string | null;
  /** Requests of one project in MongoDB Atlas' dialect. */
  readonly atlas: { readonly perMinute: number; readonly burst: number };
  /** Id of the API token that Lerian's clients stand for who send none; null where nobody may come without. */
  readonly lerian: { readonly anonymous: string | null };
  /** The version of Posit Connect that its clients are told. */
  readonly posit: { readonly version: string };
}

/** What dialects work with: all of it is shared with the other ways in, so that a caller has one share of the gateway, whichever it uses. */
export interface RestGateway {
  readonly services: Services;
  readonly admission: Admission;
  /** Whether an answer that can be made anew is recorded for this token under its idempotency id. */
  readonly mayKeep: ReplayQuota;
  readonly rateLimits: RateLimits;
  /** Runs a login with what was shown; where too many have failed of late it is put off before anything is looked up. */
  readonly login: (info: RequestInfo, shown: ShownToken, look: () => Promise<Actor>) => Promise<Actor>;
  /** Reports what was not expected; never given a request or a reply. */
  readonly report: (error: unknown, requestId: string) => void;
  readonly dialects: DialectSettings;
  /** The project of the control socket's actor; null for the public listener. */
  readonly localProjectId: string | null;
}
