import type { Connection } from '../../connection/connection.ts';
import { hasPassed } from '../../connector/validation.ts';
import type { Validator } from '../../connector/validator.ts';
import { DomainError } from '../../errors/errors.ts';
import type { Actor } from '../../token/actor.ts';
import { PARITY, type ParityRule } from './parity.ts';
import type { Comparison } from './validation-store.ts';

/** Proof older than this no longer counts, milliseconds. */
export const PROOF_MAX_AGE_MS = 15 * 60 * 1000;

/** When the oldest run was that still counts as proof. */
export function proofSince(now: number): number {
  return now - PROOF_MAX_AGE_MS;
}

/**
 * Whether a commit needs proof. An inactive connection does without until it is enabled; on an ADVISORY one it is recorded afterwards. Only
 * an owner may skip it on a VALIDATED one. Throws VALIDATION_FAILED for anyone else who tries.
 */
export function proofRule(
  actor: Pick<Actor, 'permissions'>,
  connection: Pick<Connection, 'isActive' | 'commitPolicy'>,
  skip: boolean,
): 'required' | 'afterwards' | 'not-needed' {
  if (!connection.isActive) return 'not-needed';
  if (connection.commitPolicy === 'ADVISORY') return 'afterwards';
  if (!skip) return 'required';
  if (actor.permissions.has('skip-proof')) return 'afterwards';
  throw new DomainError('VALIDATION_FAILED', "This connection's policy VALIDATED needs proof before a commit; only an owner may skip it.", {
    policy: 'VALIDATED',
  });
}

/** The proof that is stored for one candidate. It counts for no other: another value has another candidate hash. */
export interface FoundProof {
  /** Of the candidate's kind, in order. */
  readonly validators: readonly Pick<Validator, 'name' | 'mandatory'>[];
  /** Names of those whose latest run within the last 15 minutes passed. */
  readonly passed: readonly string[];
  readonly parity: ParityRule | null;
  /** The latest comparison with the version that the rule of parity names, within the same time. */
  readonly compared: Comparison | null;
}

/** Names of the mandatory validators that have not passed, in order. */
export function missingValidators({ validators, passed }: Pick<FoundProof, 'validators' | 'passed'>): readonly string[] {
  return validators.filter(({ mandatory, name }) => mandatory && !passed.includes(name)).map(({ name }) => name);
}

/** True when the logins have to be compared, and no comparison has found that nothing is lost. */
export function lacksComparison({ parity, compared }: Pick<FoundProof, 'parity' | 'compared'>): boolean {
  return parity !== null && (compared === null || !hasPassed(compared));
}

/** The validators that a commit runs first when it needs proof; under WARN a comparison runs too, but stops no commit. */
export function validatorsToRun(proof: FoundProof): { readonly required: readonly string[]; readonly compares: boolean } {
  const compares = lacksComparison(proof);
  const isRequired = compares && proof.parity?.onLoss !== 'warn';
  return { required: [...missingValidators(proof), ...(isRequired ? [PARITY] : [])], compares };
}

/** Names of what a commit still lacks; nothing when the candidate is proven. */
export function missingProof(proof: FoundProof): readonly string[] {
  const { parity, compared } = proof;
  return [...missingValidators(proof), ...(parity === null || suffices(parity, compared) ? [] : [PARITY])];
}

/**
 * Losses can only be accepted after a comparison has looked for them; under WARN a comparison that ran out of time does not count as one.
 */
function suffices({ onLoss }: ParityRule, compared: Comparison | null): boolean {
  if (onLoss === 'warn') return true;
  return compared !== null && (onLoss === 'accept' || hasPassed(compared));
}

/**
 * Called inside the transaction: meanwhile the proof may have become too old, a later run may have failed, the policy may have changed, or
 * another version may be in use. Throws VALIDATION_FAILED.
 */
export function requireProof(proof: FoundProof): void {
  const missing = missingProof(proof);
  if (missing.length > 0)
    throw new DomainError('VALIDATION_FAILED', 'The proof of these credentials no longer holds. Send the request again.', {
      policy: 'VALIDATED',
      validators: missing,
    });
}
