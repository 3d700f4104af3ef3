import { DomainError } from '../../domain/errors/errors.ts';
import { type Fields, fault } from './faults.ts';

/** How members are called in a failure: as in a body, or as the vendor's checks of a whole connection call them. */
type Spelling = 'camel' | 'snake';

/** Fields of our kinds, by the names that our own failures have, in the vendor's words. */
const MEMBERS: Readonly<Record<string, Readonly<Record<Spelling, string>>>> = {
  name: { camel: 'configName', snake: 'config_name' },
  host: { camel: 'host', snake: 'host' },
  port: { camel: 'port', snake: 'port' },
  dbName: { camel: 'databaseName', snake: 'database_name' },
  user: { camel: 'userName', snake: 'username' },
  password: { camel: 'password', snake: 'password' },
  sslOptions: { camel: 'ssl', snake: 'ssl' },
};
const OF_SSL: Readonly<Record<string, string>> = { caData: 'ssl.ca', certData: 'ssl.cert', keyData: 'ssl.key' };

/** What a kind refuses by rules of its own is told of the vendor's members. */
export async function withVendorNames<T>(spelling: Spelling, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DomainError ? renamed(error, spelling) : error;
  }
}

function renamed(error: DomainError, spelling: Spelling): DomainError {
  // What is the vendor's already, and bodies that can't be read, are about no single member.
  if (error.details.fet !== undefined || error.details.fault !== undefined) return error;
  if (error.code === 'SECRET_REENTRY_REQUIRED') return reentry(error, spelling);
  if (error.code === 'NAME_TAKEN')
    return fault('FET-1002', 'Another connection has this configName.', { [MEMBERS.name?.[spelling] ?? '']: 'is taken' });
  if (error.code !== 'BAD_REQUEST' && error.code !== 'UNKNOWN_OPTION') return error;
  const { problems, path } = error.details;
  const told = Array.isArray(problems) ? problems : [{ path, message: 'is not valid' }];
  const fields = told.map((problem: { readonly path?: unknown; readonly message?: unknown }) => [
    memberOf(String(problem.path), spelling),
    String(problem.message),
  ]);
  return fault('FET-0001', 'One or more fields do not have a value that they may have.', Object.fromEntries(fields));
}

/** Where a stored secret would go to another destination than it was given for, it has to be given again. */
function reentry({ details }: DomainError, spelling: Spelling): DomainError {
  const names = Array.isArray(details.fields) ? details.fields.map((name) => memberOf(String(name), spelling)) : ['password'];
  const fields: Fields = Object.fromEntries(names.map((name) => [name, 'must be given again']));
  return fault('FET-0402', 'The change alters where secrets are sent, so they have to be given again with it.', fields);
}

function memberOf(path: string, spelling: Spelling): string {
  const [first = '', member = ''] = path.replace(/^(changes|connectionDetails|body)\./, '').split('.');
  if (first === 'sslOptions' || first === 'ssl') return OF_SSL[member] ?? 'ssl.mode';
  return MEMBERS[first]?.[spelling] ?? first;
}
