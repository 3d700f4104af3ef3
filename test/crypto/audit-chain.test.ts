import { expect, test } from 'vitest';
import { auditRowHmac, CHAIN_START, chainHash } from '../../src/crypto/audit-signatures.ts';
import { createVault } from '../../src/crypto/vault.ts';
import { verifyAuditChain } from '../../src/crypto/verify-audit-chain.ts';
import type { AuditRow } from '../../src/domain/audit/audit.ts';

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
/** As a store gives them: in pages, sealed rows by their number. */
function inPages(rows: readonly AuditRow[], size: number) {
  const sealed = rows.filter(({ seq }) => seq !== null).sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  async function* pages(of: readonly AuditRow[]) {
    for (let start = 0; start < of.length; start += size) yield of.slice(start, start + size);
  }
  return { sealed: () => pages(sealed), unsealed: () => pages(rows.filter(({ seq }) => seq === null)) };
}
const kinds = async (rows: readonly AuditRow[], anchors = [anchor(chain(10), 10)], size = 3) => [
  ...new Set((await verifyAuditChain(vault, inPages(rows, size), anchors)).findings.map(({ kind }) => kind)),
];

test('a whole chain has nothing to find, in whatever pages it is read', async () => {
  expect(await Promise.all([1, 3, 10, 100].map((size) => kinds(chain(10), undefined, size)))).toEqual([[], [], [], []]);
});

test('what is far too much to list is found to be wrong all the same, and listed in part', async () => {
  const rows = chain(300).map((row) => ({ ...row, details: { n: 0 } }));
  const { ok, findings } = await verifyAuditChain(vault, inPages([...rows, ...rows.map((row) => ({ ...row, seq: null }))], 50), []);
  expect({ ok, findings: findings.length }).toEqual({ ok: false, findings: 200 });
});

test('#105 edited, missing, reordered, truncated, wiped and inserted rows are told apart', async () => {
  const rows = chain(10);
  const at = (index: number) => rows[index] as AuditRow;
  const edited = rows.map((row, index) => (index === 4 ? { ...row, details: { n: 99 } } : row));
  const reordered = rows.map((row, index) => (index === 3 ? { ...at(4), seq: 4 } : index === 4 ? { ...at(3), seq: 5 } : row));
  const forged = [...rows, { ...at(9), id: 'forged', seq: 11 }];
  expect({
    edited: await kinds(edited),
    missing: await kinds(rows.filter((_, index) => index !== 4)),
    reordered: await kinds(reordered),
    truncated: await kinds(rows.slice(0, 7)),
    wiped: await kinds([]),
    forged: (await kinds(forged)).includes('edited'),
    unanchored: await kinds(rows, [{ seq: 5, head: 'ff', at: 0 }]),
    unsealed: await kinds([
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

test('a row that waits for its number is told as edited when it was, too', async () => {
  const waiting = { ...(chain(1)[0] as AuditRow), seq: null, chainHash: null };
  const findings = async (row: AuditRow) =>
    (await verifyAuditChain(vault, inPages([row], 3), [])).findings.map(({ kind, rowId }) => `${kind} ${rowId}`);
  expect({ whole: await findings(waiting), edited: (await findings({ ...waiting, actorName: 'another' })).sort() }).toEqual({
    whole: ['unsealed row-1'],
    edited: ['edited row-1', 'unsealed row-1'],
  });
});

test('a link holds for one number alone', () => {
  const row = { id: 'row', rowHmac: Buffer.alloc(32, 2) };
  expect(chainHash(vault, CHAIN_START, 1, row)).not.toEqual(chainHash(vault, CHAIN_START, 2, row));
});

test('the head stands for every row before it: two pasts that differ in their first row alone have different heads', () => {
  const rows = chain(3);
  const headOver = (first: Buffer) => {
    let previous: Buffer = CHAIN_START;
    for (const [index, { id, rowHmac }] of rows.entries())
      previous = chainHash(vault, previous, index + 1, { id, rowHmac: index === 0 ? first : rowHmac });
    return previous.toString('hex');
  };
  const own = rows[0]?.rowHmac ?? Buffer.alloc(0);
  expect({ own: headOver(own), isSame: headOver(Buffer.alloc(32)) === headOver(own) }).toEqual({
    own: rows[2]?.chainHash?.toString('hex'),
    isSame: false,
  });
});
