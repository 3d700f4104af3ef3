import { setting } from '../../domain/connector/field.ts';
import { text } from '../../domain/connector/field-types.ts';

/** The database that a session is in for good. */
export function databaseField(longest: number) {
  return setting(text(longest), {
    identity: true,
    names: { lead: 'dbName', snake: 'db_name', selfHosted: { dbname: true } },
    title: 'Database',
    description: 'Name of the database to connect to.',
  });
}
