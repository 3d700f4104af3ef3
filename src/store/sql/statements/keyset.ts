import { and, type Column, gt, gte, lt, lte, or, type Placeholder, type SQL } from 'drizzle-orm';
import type { PageRequest } from '../../../domain/ports/page.ts';

/** The rows after a cursor, newest first. The upper bound stands apart from the rest because an index is entered by it. */
export function olderThan(at: Column, id: Column, after: PageRequest['after']): SQL | undefined {
  return after === null ? undefined : and(lte(at, after.at), or(lt(at, after.at), lt(id, after.id)));
}

/** Where a page begins: a row, or what a statement that is built once is given. */
type Place = PageRequest['after'] | { readonly at: number | Placeholder; readonly id: string | Placeholder };

/** The rows after a cursor, oldest first. The lower bound stands apart from the rest because an index is entered by it. */
export function newerThan(at: Column, id: Column, after: Place): SQL | undefined {
  return and(gte(at, after?.at ?? 0), after === null ? undefined : or(gt(at, after.at), gt(id, after.id)));
}
