import { DomainError } from '../../domain/errors/errors.ts';

/**
 * Work that looks at a connection and then changes it, for callers who named no version. Another change may be committed between the two:
 * then both are done again, until they ran `mostRuns` times. Throws what the work throws.
 */
export async function againWhenOvertaken<T>(work: () => Promise<T>, mostRuns = 4): Promise<T> {
  for (let run = 1; ; run += 1) {
    try {
      return await work();
    } catch (error) {
      const wasOvertaken = error instanceof DomainError && error.code === 'VERSION_CONFLICT';
      if (!wasOvertaken || run === mostRuns) throw error;
    }
  }
}
