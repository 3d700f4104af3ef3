import type { AuditChain } from '../domain/audit/audit-chain.ts';
import type { Vault } from '../domain/ports/vault.ts';
import { auditRowHmac, CHAIN_START, chainHash, keptHash, signCut, signSegment } from './audit-signatures.ts';
import { verifyAuditChain } from './verify-audit-chain.ts';

/** The chain of one instance, by the key that its vault has for the audit. */
export function createAuditChain(vault: Vault): AuditChain {
  return {
    sign: (row) => auditRowHmac(vault, row),
    start: CHAIN_START,
    link: (previous, seq, row) => chainHash(vault, previous, seq, row),
    verify: (pages, anchors, range) => verifyAuditChain(vault, pages, anchors, range),
    signCut: (head) => signCut(vault, head),
    keep: (previous, seq, row) => keptHash(vault, previous, seq, row),
    signSegment: (from, through, previous, head) => signSegment(vault, { from, through }, previous, head),
  };
}
