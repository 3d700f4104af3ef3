import { and, type Column, eq, lt, or, type SQL } from 'drizzle-orm';
import type { PageRequest } from '../../domain/store.ts';

/** Rows behind the last one seen, newest first. */
export function behind(at: Column, id: Column, after: PageRequest['after']): SQL | undefined {
  return after === null ? undefined : or(lt(at, after.at), and(eq(at, after.at), lt(id, after.id)));
}
