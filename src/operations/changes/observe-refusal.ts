import type { Change } from '../../domain/change/change.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Services } from '../services.ts';

/** Stages or commits, and tells the observer when that is refused; the refusal goes on to the caller. */
export async function observeRefusal<T>(
  { observer }: Pick<Services, 'observer'>,
  purpose: Change['purpose'],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    observer.refused(purpose, error instanceof DomainError ? error.code : 'INTERNAL');
    throw error;
  }
}
