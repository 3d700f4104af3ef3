import type { ReplayQuota } from '../../admission/replay-quota.ts';
import type { HttpGateway } from '../../http/http-gateway.ts';

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

/** What dialects work with. */
export interface RestGateway extends HttpGateway {
  /** Whether an answer that can be made anew is recorded for this token under its idempotency id. */
  readonly mayKeep: ReplayQuota;
  readonly dialects: DialectSettings;
}
