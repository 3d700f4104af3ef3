import { sql } from 'drizzle-orm';

/** Credentials are sealed here or stay in an outside manager, and never both or neither. */
export const SEALED_OR_REFERENCE = sql`(content_id is null) = (reference is not null) and (cipher_hash is null) = (content_id is null)`;
