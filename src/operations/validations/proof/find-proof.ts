import { PARITY, type ParityRule } from '../../../domain/change/proof/parity.ts';
import { type FoundProof, proofSince } from '../../../domain/change/proof/proof.ts';
import type { ValidationReaders } from '../../../domain/change/proof/validation-store.ts';
import type { Actor } from '../../../domain/token/actor.ts';
import { connectorOf } from '../../connections/find-connector.ts';
import type { Candidate } from '../../references/resolve-credentials.ts';
import type { Services } from '../../services.ts';

/** Whose proof is asked for, and what it is compared with. */
export interface ToProve {
  readonly candidate: Pick<Candidate, 'kind' | 'candidateHash'>;
  readonly parity: ParityRule | null;
}

/** The proof of exactly this candidate as the store has it now, or as a transaction sees it. */
export async function findProof(
  services: Services,
  actor: Actor,
  { candidate, parity }: ToProve,
  from: { readonly validations: ValidationReaders; now(): Promise<number> } = {
    validations: services.store.read.validations,
    now: () => services.store.now(),
  },
): Promise<FoundProof> {
  const { projectId } = actor;
  const { candidateHash } = candidate;
  const since = proofSince(await from.now());
  return {
    validators: connectorOf(services, candidate.kind).validators,
    passed: await from.validations.passed(projectId, candidateHash, since),
    parity,
    compared:
      parity === null
        ? null
        : await from.validations.comparison(projectId, candidateHash, { validator: PARITY, comparedWith: parity.comparedWith, since }),
  };
}
