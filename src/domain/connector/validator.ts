import type { GrantedAws } from '../aws/gateway-aws.ts';
import type { DescriptionFilter } from './describe.ts';
import type { EgressSession } from './egress.ts';
import type { Problem, ValidatorData } from './validation.ts';

/** What a validator is given. Plain data and the guarded way out; it runs in a worker that has no other. */
export interface ValidatorInput<D> {
  /** Settings and secrets of the candidate, parsed. */
  readonly credentials: D;
  /** Settings of the version in use, of the same kind, or `null` where there is none yet; its secrets too for a validator that `comparesLogins`. */
  readonly current: Partial<D> | null;
  readonly options: ValidatorOptions;
  readonly egress: EgressSession;
  /** Of a kind with a `gatewayRole`: what the run may do as the gateway itself; null, or absent, where the operator granted nothing of it. */
  readonly gatewayAws?: GrantedAws | null;
  /** Aborts at the one overall deadline; a validator passes it on to whatever it waits for. */
  readonly signal: AbortSignal;
}

export interface ValidatorOptions {
  /** Prove that the login works, and leave out what it is permitted to do. */
  readonly skipPermissionTests: boolean;
  /** Of a description: what is asked for; all unless given. */
  readonly describes?: DescriptionFilter;
}

export interface ValidatorReport {
  /** Nothing listed means passed; an error fails it; warnings alone never do. */
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly data?: ValidatorData;
}

export interface Validator<D = never> {
  readonly name: string;
  readonly description: string;
  /** A commit needs this one passed for exactly its candidate. */
  readonly mandatory: boolean;
  /** For health checks of saved versions, which do not run yet. */
  readonly periodic: boolean;
  /** Names of validators that must have passed first; when one failed, this one is skipped. */
  readonly after: readonly string[];
  /** Is given the secrets of the version in use, to log in with them where that version says; else it sees public settings only. */
  readonly comparesLogins: boolean;
  run(input: ValidatorInput<D>): Promise<ValidatorReport>;
}

type ValidatorDefinition<D> = Pick<Validator<D>, 'description' | 'run'> &
  Partial<Pick<Validator<D>, 'mandatory' | 'periodic' | 'after' | 'comparesLogins'>>;

export function validator<D>(name: string, definition: ValidatorDefinition<D>): Validator<D> {
  return { mandatory: false, periodic: false, after: [], comparesLogins: false, ...definition, name };
}
