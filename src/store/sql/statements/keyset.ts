import { and, type Column, gt, gte, lt, lte, or, type SQL } from 'drizzle-orm';
import type { PageRequest } from '../../../domain/ports/page.ts';

/** Rows behind the last one seen, newest first. The upper bound is said apart from the rest: by it an index is entered. */
export function behind(at: Column, id: Column, after: PageRequest['after']): SQL | undefined {
  return after === null ? undefined : and(lte(at, after.at), or(lt(at, after.at), lt(id, after.id)));
}

/** Rows beyond the last one seen, the earliest first. The lower bound is said apart from the rest: by it an index is entered. */
export function beyond(at: Column, id: Column, after: PageRequest['after']): SQL | undefined {
  return and(gte(at, after?.at ?? 0), after === null ? undefined : or(gt(at, after.at), gt(id, after.id)));
}
