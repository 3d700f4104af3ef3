import type { AuditRow } from '../../domain/audit/audit.ts';
import type { Version } from '../../domain/connection/connection.ts';
import type { Readers } from '../../domain/ports/store.ts';
import { createPacer } from '../../domain/time/pacer.ts';
import type { Services } from '../services.ts';

/** What resealing made of the versions of a connection, as the signed audit tells it, looked up in pieces: a chain may be of any length. */
export interface Seals {
  /** The MAC that a version of this number has now, by the one that it was given at first. */
  now(version: number, rowMac: string): Promise<string>;
  /** MACs that the version of this number had before it was given the one that it has now, the latest first. */
  former(version: number, rowMac: string): Promise<readonly string[]>;
}

/** Numbers of the versions that one batch signed anew. */
interface Span {
  readonly from: number;
  readonly through: number;
}

interface Batch extends Span {
  readonly at: number;
  readonly id: string;
}

const PAGE = 20;
const ALL_TIME = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** Reads only which batches there were. Of the batches themselves, the last one that was needed is kept in memory. */
export async function followSeals({ auditChain }: Pick<Services, 'auditChain'>, from: Readers, connectionId: string): Promise<Seals> {
  const batches: Batch[] = [];
  const pacer = createPacer();
  let page: readonly AuditRow[] = [];
  do {
    page = await from.audit.commitsOf(connectionId, ALL_TIME, page.at(-1) ?? null, PAGE);
    for (const row of page) if (row.action === 'connection.reseal') batches.push({ at: row.at, id: row.id, ...spanOf(row) });
    await pacer.pause();
  } while (page.length === PAGE);
  const movesOf = rememberLast(async ({ at, id }) => {
    const rows = await from.audit.commitsOf(connectionId, { from: at, to: at }, null, 1000);
    const row = rows.find((one) => one.id === id);
    return row === undefined ? [] : movesIn(auditChain, row);
  });
  const of = (version: number) => batches.filter((batch) => batch.from <= version && version <= batch.through);
  return {
    async now(version, rowMac) {
      let mac = rowMac;
      for (const batch of of(version)) mac = (await movesOf(batch)).find(([before]) => before === mac)?.[1] ?? mac;
      return mac;
    },
    async former(version, rowMac) {
      const former: string[] = [];
      for (const batch of of(version).toReversed()) {
        const before = formerIn(await movesOf(batch), former.at(-1) ?? rowMac);
        if (before !== undefined) former.push(before);
      }
      return former;
    },
  };
}

/** The seals of one connection after the other; versions are looked at in their order. */
export function sealsInTurn(services: Pick<Services, 'auditChain'>, from: Readers): (connectionId: string) => Promise<Seals> {
  let known: { readonly connectionId: string; readonly seals: Seals } | null = null;
  return async (connectionId) => {
    if (known?.connectionId !== connectionId) known = { connectionId, seals: await followSeals(services, from, connectionId) };
    return known.seals;
  };
}

/**
 * MACs that a version had before it was given the one that it has now, the latest first. The newest batches are looked at first: a
 * resealing that goes on needs its last one alone, however long the chain is, and others wait to write meanwhile.
 */
export async function* formerMacs(
  { auditChain }: Pick<Services, 'auditChain'>,
  tx: Readers,
  { connectionId, version, rowMac }: Pick<Version, 'connectionId' | 'version' | 'rowMac'>,
): AsyncGenerator<Buffer> {
  let current = rowMac.toString('hex');
  for (
    let [row] = await tx.audit.resealsOf(connectionId, null, 1);
    row !== undefined;
    [row] = await tx.audit.resealsOf(connectionId, row, 1)
  ) {
    const { from, through } = spanOf(row);
    const moves = from <= version && version <= through ? movesIn(auditChain, row) : [];
    const before = formerIn(moves, current);
    if (before === undefined) continue;
    yield Buffer.from(before, 'hex');
    current = before;
  }
}

function formerIn(moves: Moves, mac: string): string | undefined {
  return moves.find(([from, to]) => to === mac && from !== to)?.[0];
}

function spanOf({ details }: AuditRow): Span {
  return { from: Number(details.from ?? 0), through: Number(details.through ?? Number.MAX_SAFE_INTEGER) };
}

type Moves = readonly (readonly [string, string])[];

/** A row that is not signed by us counts for nothing: `audit verify` tells of it. */
function movesIn(auditChain: Services['auditChain'], row: AuditRow): Moves {
  return auditChain.sign(row).equals(row.rowHmac) ? ((row.details.rowMacs ?? []) as Moves) : [];
}

function rememberLast(read: (batch: Batch) => Promise<Moves>): (batch: Batch) => Promise<Moves> {
  const known = new Map<string, Moves>();
  return async (batch) => {
    const found = known.get(batch.id);
    if (found !== undefined) return found;
    const moves = await read(batch);
    // Versions come in their order, and each resealing has one batch for them.
    if (known.size >= PAGE) known.delete(known.keys().next().value ?? '');
    known.set(batch.id, moves);
    return moves;
  };
}
