import type { RecordKind } from '../dialect/dialect-record.ts';

/** Where a project keeps names of secrets under names of its own. */
export const SECRET_REFERENCES: RecordKind = { dialect: 'matillion', entity: 'secret-reference' };
