import type { Anchor } from '../domain/audit/audit-check.ts';
import type { Store } from '../domain/ports/store.ts';

/** The head of the audit chain, handed on whenever it has moved since it was last kept. `keep` resolves once the anchor can't be lost any more. */
export function anchoring(store: Store, keep: (head: Anchor) => Promise<void>): () => Promise<void> {
  let lastAnchor = 0;
  return async () => {
    const head = await store.read.audit.head();
    if (head === null || head.seq === lastAnchor) return;
    await keep({ seq: head.seq, head: head.chainHash.toString('hex'), at: await store.now() });
    // An anchor that could not be written is tried again, even if nothing was sealed since.
    lastAnchor = head.seq;
  };
}
