import { expect, test } from 'vitest';
import { auditRowHmac, CHAIN_START, chainHash, verifyAuditChain } from '../../src/crypto/audit-chain.ts';
import { createVault } from '../../src/crypto/vault.ts';
import type { AuditRow } from '../../src/domain/audit.ts';

const vault = await createVault({
  masterKey: Buffer.alloc(32, 1),
  instanceId: 'i',
  keyStore: { find: async () => [], insertIfAbsent: async (key) => ({ ...key, createdAt: 0 }) },
});

function chain(count: number): AuditRow[] {
  const rows: AuditRow[] = [];
  let previous: Buffer = CHAIN_START;
  for (let seq = 1; seq <= count; seq += 1) {
    const row = {
      id: `row-${seq}`,
      projectId: 'p',
      at: seq,
      actorTokenId: 't',
      actorName: 'a',
      action: 'change.stage' as const,
      entity: 'connection' as const,
      entityId: 'c',
      details: { n: seq },
      requestId: null,
      clientIp: null,
      client: {},
    };
    const rowHmac = auditRowHmac(vault, row);
    previous = chainHash(vault, previous, seq, { id: row.id, rowHmac });
    rows.push({ ...row, rowHmac, seq, chainHash: previous });
  }
  return rows;
}

const anchor = (rows: readonly AuditRow[], seq: number) => ({ seq, head: rows[seq - 1]?.chainHash?.toString('hex') ?? '', at: 0 });
const kinds = (rows: readonly AuditRow[], anchors = [anchor(chain(10), 10)]) => [
  ...new Set(verifyAuditChain(vault, rows, anchors).map(({ kind }) => kind)),
];

test('a whole chain has nothing to find, in whatever order its rows are read', () => {
  expect([kinds(chain(10)), kinds(chain(10).reverse())]).toEqual([[], []]);
});

test('#105 edited, missing, reordered, truncated, wiped and inserted rows are told apart', () => {
  const rows = chain(10);
  const at = (index: number) => rows[index] as AuditRow;
  const edited = rows.map((row, index) => (index === 4 ? { ...row, details: { n: 99 } } : row));
  const reordered = rows.map((row, index) => (index === 3 ? { ...at(4), seq: 4 } : index === 4 ? { ...at(3), seq: 5 } : row));
  const forged = [...rows, { ...at(9), id: 'forged', seq: 11 }];
  expect({
    edited: kinds(edited),
    missing: kinds(rows.filter((_, index) => index !== 4)),
    reordered: kinds(reordered),
    truncated: kinds(rows.slice(0, 7)),
    wiped: kinds([]),
    forged: kinds(forged).includes('edited'),
    unanchored: kinds(rows, [{ seq: 5, head: 'ff', at: 0 }]),
    unsealed: kinds([
      ...rows,
      { ...at(9), id: 'row-9b', seq: null, chainHash: null, rowHmac: auditRowHmac(vault, { ...at(9), id: 'row-9b' }) },
    ]),
  }).toEqual({
    edited: ['edited'],
    missing: ['missing'],
    reordered: ['reordered'],
    truncated: ['truncated'],
    wiped: ['truncated'],
    forged: true,
    unanchored: ['unanchored'],
    unsealed: ['unsealed'],
  });
});
