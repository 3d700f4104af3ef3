import { readBreakGlassReason } from '../../domain/change/break-glass.ts';
import type { CommitOptions } from '../../domain/change/commit-verdict.ts';
import { readWait } from '../../domain/change/wait-for-jobs.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';

export interface CommitInput {
  readonly key: string;
  readonly connectionId: string;
  /** Honoured on ADVISORY connections, and for an owner on VALIDATED ones: committed as unproven, then validated at once. */
  readonly skipProof?: boolean;
  /** Why an owner commits although jobs hold the connection; 1 to 500 characters, and audited. It lifts no other rule. */
  readonly breakGlass?: string;
  /** Commits although the new login may do less than the one in use; what is lost is audited. */
  readonly acceptsLosses?: boolean;
  /** What is written in the same transaction, once the change has become CURRENT; not for a repeat. */
  readonly beside?: (tx: Writers) => Promise<void>;
}

export interface WaitingCommit extends CommitInput {
  /** How long to wait for live leases under WAIT, milliseconds; an hour by default. */
  readonly waitMs?: number;
}

/** Throws FORBIDDEN, BAD_REQUEST. */
export function readOptions(
  actor: Actor,
  { skipProof = false, acceptsLosses = false, breakGlass }: Omit<CommitInput, 'key'>,
): CommitOptions {
  if (breakGlass === undefined) return { skipProof, acceptsLosses, breakGlass: null };
  requirePermission(actor, 'break-glass');
  return { skipProof, acceptsLosses, breakGlass: readBreakGlassReason(breakGlass) };
}

/** Throws what `commitOrWait` throws for options that are wrong or not the actor's to give: whoever stages first asks before. */
export function requireCommitOptions({ settings }: Services, actor: Actor, input: Omit<WaitingCommit, 'key'>): void {
  readWait(settings, input.waitMs);
  readOptions(actor, input);
}
