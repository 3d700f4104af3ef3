import type { ValidatorOptions } from '../../../domain/connector/validator.ts';
import type { Actor } from '../../../domain/token/actor.ts';
import type { Services } from '../../services.ts';
import type { Subject } from './subject.ts';

export interface TestOptions extends Partial<ValidatorOptions> {
  /** The site to dial from, for details that no site holds yet; the project's only one when null. */
  readonly siteId?: string | null;
  /** Answers that nothing was checked, and records no proof. */
  readonly skipValidation?: boolean;
  /** Ends the run early; the validators' sockets are destroyed. */
  readonly signal?: AbortSignal;
  /** A commit waits for it: it goes before what somebody only wants to know. */
  readonly isProof?: boolean;
}

/** Validators that are run on one subject, for one caller. */
export interface ValidationRun {
  readonly services: Services;
  readonly actor: Actor;
  readonly subject: Subject;
  readonly options: TestOptions;
}
