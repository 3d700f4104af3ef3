import { randomBytes } from 'node:crypto';
import type { ErrorCode } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { repeatToken } from '../access/create-token.ts';
import { repeatLease } from '../leases/read-lease.ts';
import type { Reveal, Services } from '../services.ts';

/** An answer as a repeat of its request gets it. */
export interface KeptAnswer {
  readonly text: string;
  /** Codes of its errors, in their order, the first one's message, and when that says to come back, in seconds. */
  readonly codes: readonly ErrorCode[];
  readonly message: string | null;
  readonly retryAfterSeconds: number | null;
}

/** An answer that shows the value of an account secret is not recorded. */
export type RecordedReveal = Exclude<Reveal, { readonly kind: 'secret' }>;

/** What a recorded answer reveals. The credentials themselves stand in it as a mark. */
type Recorded =
  | { readonly kind: 'acquired' | 'read'; readonly leaseId: string; readonly mark: string }
  | { readonly kind: 'token'; readonly tokenId: string };

/** The first line of what is recorded: what there is to know of the answer without reading it. Mostly that is nothing. */
interface Head extends Partial<Omit<KeptAnswer, 'text'>> {
  readonly reveals?: readonly Recorded[];
}

/** The answer as it is recorded: a line that says what it reveals, and the text, in which a mark stands for the credentials of each lease. */
export function withoutCredentials(
  { text: body, codes, message, retryAfterSeconds }: KeptAnswer,
  reveals: readonly RecordedReveal[],
): string {
  let text = body;
  const recorded: Recorded[] = [];
  for (const reveal of reveals) {
    if (reveal.kind === 'token') {
      recorded.push(reveal);
      continue;
    }
    const shown = JSON.stringify(reveal.credentials);
    if (!body.includes(shown)) continue;
    const mark = `{"mark":"${randomBytes(12).toString('base64url')}"}`;
    // Two leases may show the same: the mark of the first stands for both then, and each is asked for all the same.
    text = text.split(shown).join(mark);
    recorded.push({ kind: reveal.kind, leaseId: reveal.leaseId, mark });
  }
  const head: Head = {
    ...(codes.length === 0 ? {} : { codes }),
    ...(message === null ? {} : { message }),
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
    ...(recorded.length === 0 ? {} : { reveals: recorded }),
  };
  return `${JSON.stringify(head)}\n${text}`;
}

/**
 * The recorded answer for a repeat. What it reveals is checked as if it were asked for now, and audited, before any of it is shown.
 * Throws what the lease, the token or the connection would be refused with by now.
 */
export async function replayKeptAnswer(services: Services, actor: Actor, kept: string): Promise<KeptAnswer> {
  const end = kept.indexOf('\n');
  // It was written by the function above, and opened under its seal.
  const { reveals = [], codes = [], message = null, retryAfterSeconds = null } = JSON.parse(kept.slice(0, end)) as Head;
  let text = kept.slice(end + 1);
  for (const reveal of reveals) {
    if (reveal.kind === 'token') await repeatToken(services, actor, reveal.tokenId);
    else text = text.split(reveal.mark).join(JSON.stringify(await repeatLease(services, actor, reveal.leaseId, reveal.kind)));
  }
  return { text, codes, message, retryAfterSeconds };
}
