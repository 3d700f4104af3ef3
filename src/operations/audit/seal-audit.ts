import type { Services } from '../services.ts';

/** Rows that one transaction seals, and how many of those a pass has. */
const BATCH = 500;
const BATCHES = 20;

/** Numbers and chains what was written since the last time, in transactions of a bounded size. Asks first: an idle gateway writes nothing. */
export async function sealAudit({ store, auditChain }: Services): Promise<number> {
  if ((await store.read.audit.countUnsealed(1)) === 0) return 0;
  let sealed = 0;
  // Rows that arrive faster than they are sealed wait for the next pass.
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const count = await store.write((tx) =>
      tx.audit.seal(BATCH, auditChain.start, (previous, seq, row) => auditChain.link(previous, seq, row)),
    );
    sealed += count;
    if (count < BATCH) break;
  }
  return sealed;
}
