import { sql } from 'drizzle-orm';

/** The few rows among many that `doctor` compares the store with. Their index is used where a statement has exactly this condition. */
export const AUDIT_COMMITS = sql`action in ('connection.create', 'connection.update', 'connection.rollback', 'connection.reseal', 'instance.restore')`;
