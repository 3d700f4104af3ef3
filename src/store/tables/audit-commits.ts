import { sql } from 'drizzle-orm';

/** Rows that `doctor` compares the store with: few among many. An index of them is used where a statement says the same. */
export const AUDIT_COMMITS = sql`action in ('connection.create', 'connection.update', 'connection.rollback', 'connection.reseal', 'instance.restore')`;
