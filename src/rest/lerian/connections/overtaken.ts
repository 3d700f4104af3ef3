import { DomainError } from '../../../domain/errors/errors.ts';

const MOST_RUNS = 4;

/**
 * Work that looks at a connection and then changes it. Another change may be committed between the two: then both are done again, a few
 * times. Throws what the work throws.
 */
export async function againWhenOvertaken(work: () => Promise<void>): Promise<void> {
  for (let run = 1; ; run += 1) {
    try {
      return await work();
    } catch (error) {
      const wasOvertaken = error instanceof DomainError && error.code === 'VERSION_CONFLICT';
      if (!wasOvertaken || run === MOST_RUNS) throw error;
    }
  }
}
