import type { DescriptionFilter } from '../../../domain/connector/describe.ts';
import type { Problem } from '../../../domain/connector/validation.ts';
import { optionalDriver } from '../../kits/driver.ts';
import type { Parity } from '../../kits/parity.ts';
import { problem } from '../../kits/problems.ts';
import { MOST_COLUMNS, quotedLiteral } from '../../kits/sql/describe-tables.ts';
import type { SqlRow, SqlSession } from '../../kits/sql/sql-session.ts';
import type { Identity } from '../../kits/usual-validators.ts';
import { transactional } from '../transactional.ts';
import { tdsRefusals } from './refusals.ts';
import { bracketed, findLosses } from './rights.ts';

interface TdsServer {
  /** What the server says of itself as EngineEdition; another kind is meant by the others. */
  readonly editions: readonly number[];
  /** The statement that takes a user into a role. */
  readonly addMember?: (role: string, user: string) => string;
  /** What a comparison of rights can not see. */
  readonly unseen?: readonly Problem[];
}

/** Where a login is. */
interface Place {
  readonly host: string;
  readonly port: number;
  readonly database?: string | undefined;
}

const WHO = `SELECT SUSER_SNAME() AS [login], USER_NAME() AS [user], DB_NAME() AS [database], CAST(SERVERPROPERTY('EngineEdition') AS int) AS [edition],
  CASE WHEN IS_ROLEMEMBER('db_owner') = 1 OR IS_SRVROLEMEMBER('sysadmin') = 1 THEN 1 ELSE 0 END AS [owner]`;

const READABLE = `SELECT s.name AS [schema], USER_NAME() AS [user], COUNT(o.object_id) AS [tables],
  SUM(CASE WHEN HAS_PERMS_BY_NAME(QUOTENAME(s.name) + '.' + QUOTENAME(o.name), 'OBJECT', 'SELECT') = 1 THEN 1 ELSE 0 END) AS [readable]
  FROM sys.schemas s LEFT JOIN sys.objects o ON o.schema_id = s.schema_id AND o.type IN ('U', 'V')
  WHERE s.name NOT IN ('sys', 'INFORMATION_SCHEMA', 'guest') AND s.name NOT LIKE 'db[_]%' GROUP BY s.name`;

/** The catalogue shows a login what it has a right on, and nothing else. */
const columnsOf = ({ schema, tables }: DescriptionFilter) =>
  `SELECT TOP (${MOST_COLUMNS + 1}) s.name AS [schema], o.name AS [table], c.name AS [field], CASE WHEN s.name = SCHEMA_NAME() THEN 1 ELSE 0 END AS [own]
  FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id JOIN sys.columns c ON c.object_id = o.object_id
  WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0${schema === null ? '' : ` AND s.name = N${quotedLiteral(schema)}`}${
    tables === null ? '' : ` AND LOWER(o.name) IN (${['NULL', ...tables.map((name) => `N${quotedLiteral(name)}`)].join(', ')})`
  } ORDER BY [own] DESC, s.name, o.name, c.column_id`;

/** What SQL Server and what else Microsoft serves under its protocol have in common, as a part of a definition. */
export function tdsServer({ editions, addMember = alterRole, unseen = [] }: TdsServer) {
  const parity: Omit<Parity<Place, SqlSession>, 'login'> = {
    on: ['host', 'port', 'database'],
    // Only rights of one's own are to be seen whole, so both log in.
    comparesLogins: true,
    losses: async (session, inUse) => ({ losses: await findLosses(session, inUse.read, addMember), warnings: unseen }),
  };
  return {
    family: transactional,
    driver: optionalDriver({ tedious: '19' }),
    speaks: 'TDS, with TLS inside',
    leastPrivileges: [
      'CREATE USER [<user>] FOR LOGIN [<login>];',
      'GRANT CONNECT TO [<user>];',
      'GRANT SELECT ON SCHEMA::[<schema>] TO [<user>];',
    ],
    tested: {
      against: 'fake',
      what: 'a fake of the login exchange, TLS inside TDS included, which checks users, passwords and tokens',
      client: 'tedious',
    },
    probe: 'SELECT 1 AS [one]',
    refusals: tdsRefusals,
    async identity(session: SqlSession): Promise<Identity> {
      const [who] = await session.query(WHO);
      const isOther = who !== undefined && !editions.includes(Number(who.edition));
      return {
        who,
        administrator:
          Number(who?.owner) === 1
            ? `run: ALTER ROLE db_owner DROP MEMBER ${bracketed(String(who?.user))}; and grant what they need.`
            : null,
        warnings: isOther ? [otherKind(Number(who.edition))] : [],
      };
    },
    permissions: {
      query: READABLE,
      grants: ({ schema, user }: SqlRow) => [`GRANT SELECT ON SCHEMA::${bracketed(String(schema))} TO ${bracketed(String(user))};`],
    },
    parity,
    describe: (session: SqlSession, filter: DescriptionFilter) => session.query(columnsOf(filter)),
  } as const;
}

function alterRole(role: string, user: string): string {
  return `ALTER ROLE ${bracketed(role)} ADD MEMBER ${user};`;
}

const EDITIONS: Readonly<Record<number, string>> = {
  5: 'azure-sql-database',
  6: 'azure-dedicated-sql-pool',
  8: 'sql-server, as a managed instance',
  11: 'microsoft-fabric, or a serverless pool',
};

function otherKind(edition: number): Problem {
  return problem(
    'SKIPPED',
    `EngineEdition is ${edition}`,
    `What answers is another kind of server: ${EDITIONS[edition] ?? 'sql-server'}.`,
    'Make the connection as of that kind, if statements that mend permissions are to fit.',
  );
}
