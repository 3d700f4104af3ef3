import { type ValidationProgress, writeProgress } from '../../../domain/change/proof/validation-progress.ts';
import type { ValidationResult } from '../../../domain/connector/validation.ts';
import type { Actor } from '../../../domain/token/actor.ts';
import type { Services } from '../../services.ts';
import type { Subject } from './subject.ts';

export interface ProgressTeller {
  ended(result: ValidationResult): void;
  /** Says that the validator begins, and how it ended. */
  around(validator: string, run: (startedAt: number) => Promise<ValidationResult>): Promise<ValidationResult>;
}

/** Tells whoever follows the connection or the change, at this gateway or another. It is not waited for, and keeps no validation from anything. */
export function progressTeller({ store }: Pick<Services, 'store'>, { projectId }: Actor, subject: Subject): ProgressTeller {
  const { connectionId, identity, current } = subject;
  const tell = (state: Pick<ValidationProgress, 'validator' | 'status' | 'codes' | 'startedAt' | 'finishedAt'>) => {
    // Of details that belong to no connection nobody can ask.
    if (identity === null && current === null) return;
    store.notifications.notify('validations', writeProgress({ projectId, connectionId, changeId: identity?.changeId ?? null, ...state }));
  };
  const ended = ({ validator, status, errors, warnings, startedAt, finishedAt }: ValidationResult) =>
    tell({ validator, status, codes: [...errors, ...warnings].map(({ code }) => code), startedAt, finishedAt });
  return {
    ended,
    async around(validator, run) {
      const startedAt = await store.now();
      tell({ validator, status: 'running', codes: [], startedAt, finishedAt: null });
      try {
        const result = await run(startedAt);
        ended(result);
        return result;
      } catch (error) {
        tell({ validator, status: 'aborted', codes: [], startedAt, finishedAt: null });
        throw error;
      }
    },
  };
}
