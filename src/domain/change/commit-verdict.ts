import type { Connection } from '../connection/connection.ts';
import type { ErrorCode } from '../errors/errors.ts';
import type { Lease } from '../lease/lease.ts';
import type { Actor } from '../token/actor.ts';
import { isOnCurrent, requireBase } from './base-version.ts';
import type { Change } from './change.ts';
import { isHeldBack } from './in-flight.ts';
import { lossesOf, PARITY, type PermissionLoss } from './proof/parity.ts';
import { type FoundProof, lacksComparison, missingProof, missingValidators, proofRule, requireProof } from './proof/proof.ts';
import type { Comparison } from './proof/validation-store.ts';

export interface CommitOptions {
  readonly skipProof: boolean;
  /** The reason for break-glass. Null: live leases count. */
  readonly breakGlass: string | null;
  /** Commits although the new login may do less than the one in use. */
  readonly acceptsLosses: boolean;
}

/** All that a commit is decided by. */
export interface CommitCase {
  readonly actor: Pick<Actor, 'permissions'>;
  /** It has to be open: call `requireOpen` first. */
  readonly change: Pick<Change, 'baseVersion'>;
  readonly connection: Pick<Connection, 'isActive' | 'commitPolicy' | 'inFlight' | 'currentVersion'>;
  readonly proof: FoundProof;
  readonly liveLeases: readonly Lease[];
  readonly options: Pick<CommitOptions, 'skipProof' | 'breakGlass'>;
}

export interface CommitVerdict {
  /** Live leases hold it back. */
  readonly isHeldBack: boolean;
  /** The new version is proven, asked for or not. */
  readonly proven: boolean;
  /** It is validated at once after the commit. */
  readonly validatesAfterwards: boolean;
  /** The comparison that the proof rests on; null where none was needed. */
  readonly compared: Comparison | null;
}

/**
 * Whether a change may be committed, in the order in which it is refused: its base is CURRENT, the policy allows to skip the proof where
 * that was asked for, the proof holds, and no job holds the commit back. Throws VERSION_CONFLICT, VALIDATION_FAILED.
 */
export function commitVerdict({ actor, change, connection, proof, liveLeases, options }: CommitCase): CommitVerdict {
  requireBase(change, connection);
  const rule = proofRule(actor, connection, options.skipProof);
  if (rule === 'required') requireProof(proof);
  const proven = missingProof(proof).length === 0;
  return {
    isHeldBack: isHeldBack(connection, liveLeases, options.breakGlass),
    proven,
    validatesAfterwards: !proven && rule === 'afterwards',
    compared: rule === 'required' ? proof.compared : null,
  };
}

/** What a commit would do as things stand. */
export interface CommitForecast {
  /** Validators that it would run first. */
  readonly missingValidators: readonly string[];
  /** What the latest comparison found that the new login may not do; null where none was made or is needed. */
  readonly losses: readonly PermissionLoss[] | null;
  /** What would stop it; missing proof alone is no obstacle. */
  readonly obstacles: readonly ErrorCode[];
}

/** The same rules, asked before anything is proven, and without a refusal: all that stands in the way is told at once. */
export function commitForecast({ actor, change, connection, proof, liveLeases }: Omit<CommitCase, 'options'>): CommitForecast {
  const isNeeded = proofRule(actor, connection, false) === 'required';
  const { parity, compared } = proof;
  const losses = compared === null ? null : lossesOf(compared.errors);
  const obstacles: ErrorCode[] = [];
  if (isNeeded && parity?.onLoss === 'refuse' && losses !== null && losses.length > 0) obstacles.push('VALIDATION_FAILED');
  if (!isOnCurrent(change, connection)) obstacles.push('VERSION_CONFLICT');
  if (isHeldBack(connection, liveLeases)) obstacles.push('CONNECTION_IN_USE');
  return {
    missingValidators: isNeeded ? [...missingValidators(proof), ...(lacksComparison(proof) ? [PARITY] : [])] : [],
    losses,
    obstacles,
  };
}
