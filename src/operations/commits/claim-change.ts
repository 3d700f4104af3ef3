import type { Change } from '../../domain/change/change.ts';
import { isRetryable } from '../../domain/change/wait-for-jobs.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Services } from '../services.ts';

/** A replica that dies while it carries a change out, or finds the other system away, leaves it to the next try after this; longer than a proof may take. */
const CLAIM_MS = 60_000;
/** A change waits for a day at most. */
const CLAIM_KEPT_MS = 25 * 60 * 60 * 1000;

/** Claims are kept where idempotency ids are, under no token's id. */
const CLAIMS = 'gateway';

/** Carries a waiting change out on one replica at a time. Null if another replica is doing the work or has done it. */
export async function claimed<T>({ store }: Services, change: Change, work: () => Promise<T>): Promise<T | null> {
  const key = `commit-waiting/${change.id}`;
  const takenUntil = await store.write(async (tx) => {
    const now = await tx.now();
    const until = now + CLAIM_MS;
    const claim = {
      tokenId: CLAIMS,
      key,
      requestHash: change.candidateHash,
      answer: null,
      keyGeneration: null,
      startedAt: now,
      takenUntil: until,
    };
    if (!(await tx.idempotency.take({ ...claim, expiresAt: now + CLAIM_KEPT_MS }, now)).taken) return null;
    // Read after the claim, because another replica may just have finished the change.
    const latest = await tx.changes.find({ projectId: change.projectId, integrationIds: null }, change.id);
    if (latest?.state === 'PENDING') return until;
    await tx.idempotency.release(CLAIMS, key, until);
    return null;
  });
  if (takenUntil === null) return null;
  const release = () => store.write((tx) => tx.idempotency.release(CLAIMS, key, takenUntil));
  try {
    const value = await work();
    await release();
    return value;
  } catch (error) {
    if (!(error instanceof DomainError && isRetryable(error))) await release();
    throw error;
  }
}
