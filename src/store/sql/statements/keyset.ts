import { and, type Column, gt, gte, lt, lte, or, type Placeholder, type SQL } from 'drizzle-orm';
import type { PageRequest } from '../../../domain/ports/page.ts';

/**
 * The rows after a cursor, newest first. The upper bound is a condition of its own, since the database uses it to find the start in the
 * index.
 */
export function olderThan(at: Column, id: Column, after: PageRequest['after']): SQL | undefined {
  return after === null ? undefined : and(lte(at, after.at), or(lt(at, after.at), lt(id, after.id)));
}

/** Where a page begins: a row, or what a statement that is built once is given. */
type Place = PageRequest['after'] | { readonly at: number | Placeholder; readonly id: string | Placeholder };

/**
 * The rows after a cursor, oldest first. The lower bound is a condition of its own, since the database uses it to find the start in the
 * index.
 */
export function newerThan(at: Column, id: Column, after: Place): SQL | undefined {
  return and(gte(at, after?.at ?? 0), after === null ? undefined : or(gt(at, after.at), gt(id, after.id)));
}
