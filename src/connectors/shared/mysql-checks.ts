import type { ValidatorInput, ValidatorReport } from '../../domain/connector/connector.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { type Account, readAccount } from './mysql-account.ts';
import { type Grant, isCovered, quoted } from './mysql-grants.ts';
import type { MysqlDetails } from './mysql-kind.ts';
import { mysqlProblem } from './mysql-problems.ts';
import { withMysqlSession } from './mysql-session.ts';
import { skippedAsAsked } from './skipped-as-asked.ts';
import { checkConnection, inSession, type SqlRow, type SqlSystem } from './sql.ts';

type Input = ValidatorInput<MysqlDetails>;

export const mysql: SqlSystem<MysqlDetails> = { withSession: withMysqlSession, problemOf: mysqlProblem };

export async function validateConnection(input: Input): Promise<ValidatorReport> {
  return await checkConnection(mysql, input);
}

const EVERYTHING: Grant = { privilege: 'ALL PRIVILEGES', column: null, type: 'TABLE', database: null, object: null };

export async function validateIdentity(input: Input): Promise<ValidatorReport> {
  return await inSession(mysql, input, async (session) => {
    const [identity] = await session.query(
      'SELECT CURRENT_USER() AS `user`, USER() AS sessionUser, DATABASE() AS `database`, VERSION() AS serverVersion',
    );
    const { name, grants } = await readAccount(session);
    const superuser = isCovered(grants, EVERYTHING) || isCovered(grants, { ...EVERYTHING, privilege: 'SUPER' });
    const warnings: readonly Problem[] = superuser
      ? [
          {
            code: 'NOT_PROTECTED',
            cause: 'the account has ALL PRIVILEGES or SUPER on everything',
            friendlyMessage: 'This login may do anything on the server.',
            resolution: `Use an account with just what the jobs need, or run: REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${name}; and grant that.`,
          },
        ]
      : [];
    return { errors: [], warnings, data: { returnedData: { ...identity, superuser, roles: grants.roles } } };
  });
}

export async function validatePermissions(input: Input): Promise<ValidatorReport> {
  if (input.options.skipPermissionTests) return skippedAsAsked();
  return await inSession(mysql, input, async (session) => {
    const account = await readAccount(session);
    const { database } = input.credentials;
    // Lists what the login has some privilege on; of the rest it can't know.
    const tables = await session.query(
      `SELECT table_schema AS \`database\`, table_name AS \`table\` FROM information_schema.tables
        WHERE table_schema NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys') AND (? = '' OR table_schema = ?)
        ORDER BY 1, 2 LIMIT 5000`,
      [database ?? '', database ?? ''],
    );
    const readable = tables.filter((table) => mayRead(account, table));
    const wanted: Grant = { privilege: 'SELECT', column: null, type: 'TABLE', database: database ?? null, object: null };
    if (readable.length === 0 && !isCovered(account.grants, wanted)) {
      return {
        errors: [
          {
            code: 'PERMISSION_MISSING',
            cause: 'no table can be read',
            friendlyMessage: "The login can't read a single table.",
            resolution: `Run: GRANT SELECT ON ${database === undefined ? '<database>' : quoted(database)}.* TO ${account.name};`,
          },
        ],
        warnings: [],
      };
    }
    const databases = [...new Set(readable.map((table) => String(table.database)))];
    return { errors: [], warnings: unreadable(account, tables).slice(0, 20), data: { datasetsValidated: databases } };
  });
}

/** A privilege on a column is enough to read a table in part, which is what was meant by granting it so. */
function mayRead({ grants }: Account, { database, table }: SqlRow): boolean {
  const wanted: Grant = { privilege: 'SELECT', column: null, type: 'TABLE', database: String(database), object: String(table) };
  return (
    isCovered(grants, wanted) ||
    grants.held.some(
      (grant) =>
        grant.column !== null && grant.privilege === 'SELECT' && grant.database === wanted.database && grant.object === wanted.object,
    )
  );
}

function unreadable(account: Account, tables: readonly SqlRow[]): readonly Problem[] {
  return tables
    .filter((table) => !mayRead(account, table))
    .map(({ database, table }) => {
      const name = `${quoted(String(database))}.${quoted(String(table))}`;
      return {
        code: 'PERMISSION_MISSING',
        cause: `table ${name} is visible and can't be read`,
        friendlyMessage: `The login may do something with table ${name}, but not read it.`,
        resolution: `If its jobs need it, run: GRANT SELECT ON ${name} TO ${account.name};`,
      };
    });
}
