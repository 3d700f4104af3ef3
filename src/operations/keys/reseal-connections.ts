import { DomainError, type ErrorCode } from '../../domain/errors/errors.ts';
import { type Actor, requireOperator } from '../../domain/token/actor.ts';
import { resealSecrets } from '../account-secrets/reseal-secrets.ts';
import type { Services } from '../services.ts';
import { type ResealedConnection, resealChain } from './reseal-chain.ts';
import { resealStaged } from './reseal-staged.ts';

export interface Resealing {
  /** Connections of which nothing needs an older data key any more. */
  readonly resealed: number;
  /** The same number for removed connections and for changes that create one. */
  readonly remains: number;
  /** Connections that were left as they are, from a version on that was altered; the others are done all the same. */
  readonly failures: readonly { readonly connectionId: string; readonly code: ErrorCode }[];
  /** Where to go on; null when no row of the project needs an older data key. */
  readonly next: string | null;
}

/** A call begins no further batch after this, milliseconds: long chains take their time, and whoever called goes on from there. */
const CALL_MS = 5000;
/** Before the id of every connection. */
const BEGIN = '00000000-0000-0000-0000-000000000000';

/**
 * Seals what older data keys of the project have sealed with the newest one, the account secrets first, then connection by connection, in short transactions while
 * others work. Killed between any two of them, the next call goes on where the last one ended. A version that was altered, and those
 * behind it, are left as they are, for nobody must launder an edited row.
 */
export async function resealConnections(services: Services, actor: Actor, after: string | null): Promise<Resealing> {
  requireOperator(actor);
  const { read } = services.store;
  const keys = await services.vault.forProject(actor.projectId);
  const older = keys.generations.filter((generation) => generation < keys.keyGeneration);
  const until = performance.now() + CALL_MS;
  const failures: { connectionId: string; code: ErrorCode }[] = [];
  const done = { resealed: 0, remains: 0 };
  const begin = after ?? BEGIN;
  if (!(await resealSecrets(services, actor, { keys, until }))) return { ...done, failures, next: begin };
  for (let last = begin; ; ) {
    const connectionId = await read.contents.nextOfGenerations(actor.projectId, older, last);
    if (connectionId === null) return { ...done, failures, next: null };
    if (performance.now() >= until) return { ...done, failures, next: last };
    try {
      if (!(await resealConnection(services, actor, { keys, connectionId, until }))) return { ...done, failures, next: last };
      const isPresent = (await read.connections.find({ projectId: actor.projectId, integrationIds: null }, connectionId)) !== null;
      done[isPresent ? 'resealed' : 'remains'] += 1;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      failures.push({ connectionId, code: error.code });
    }
    last = connectionId;
  }
}

/** False when time was over first. */
async function resealConnection(services: Services, actor: Actor, resealing: ResealedConnection): Promise<boolean> {
  const { connectionId } = resealing;
  let from: number | null = null;
  for (const seen = new Set<string>(); ; ) {
    if (!(await resealChain(services, actor, resealing, from))) return false;
    const staged = await resealStaged(services, actor, resealing);
    if (staged.state !== 'held') return staged.state === 'done';
    if (seen.has(staged.contentId))
      throw new DomainError('INTEGRITY', 'Sealed content is not where it belongs. Run `changeover doctor`.', { connectionId });
    seen.add(staged.contentId);
    from = staged.from;
  }
}
