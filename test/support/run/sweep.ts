import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether sweeps go through all their cases, as in `npm run test:exhaustive`, or through a part. */
    wholeSweeps: boolean;
  }
}

export const isWhole = inject('wholeSweeps');

/** The cases of a sweep: one of so many, spread evenly, unless all are wanted. */
export function sweep<T>(cases: readonly T[], oneOf: number): readonly T[] {
  return isWhole ? cases : cases.filter((_, index) => index % oneOf === 0);
}
