import { transactional } from '../transactional.ts';
import { defineTrino } from './define-trino.ts';
import { trinoFields } from './trino-fields.ts';

/** Starburst is Trino behind https; among the lead API's databases, where a database is what Trino calls a catalog. */
export function defineStarburst(kind: string, title: string, user: string) {
  return defineTrino({
    kind,
    title,
    dialect: 'Trino',
    tested: { against: 'fake', what: 'Trino 476 in the place of Starburst', client: 'trino' },
    family: transactional,
    fields: trinoFields({ port: 443, scheme: 'https', user, catalogNames: { lead: 'dbName', snake: 'db_name' } }),
    rules: [({ password }) => (password === undefined ? { path: 'password', message: 'is required' } : null)],
  });
}
