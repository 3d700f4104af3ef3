import type { ValidatorInput, ValidatorReport } from '../../domain/connector.ts';
import type { Problem } from '../../domain/validation.ts';
import { tlsStrictness } from '../shared/tls.ts';
import type { PostgresDetails } from './index.ts';
import { problemOf, quoted } from './problems.ts';
import { type PostgresSession, withSession } from './session.ts';

type Input = ValidatorInput<PostgresDetails>;

/** Runs a check in a session of the candidate's login; what the server refuses becomes a problem. */
export async function inSession(input: Input, check: (session: PostgresSession) => Promise<ValidatorReport>): Promise<ValidatorReport> {
  try {
    return await withSession(input, check);
  } catch (error) {
    return { errors: [problemOf(error, input.credentials)], warnings: [] };
  }
}

export async function validateConnection(input: Input): Promise<ValidatorReport> {
  await input.egress.probeTcp(input.credentials.host, input.credentials.port);
  return await inSession(input, async (session) => {
    await session.query('SELECT 1');
    return { errors: [], warnings: protection(input.credentials, session.encrypted) };
  });
}

function protection({ ssl }: PostgresDetails, encrypted: boolean): readonly Problem[] {
  if (tlsStrictness(ssl) >= 3) return [];
  return [
    {
      code: 'NOT_PROTECTED',
      cause: encrypted ? 'TLS without verification' : 'no TLS',
      friendlyMessage: encrypted ? 'The connection is encrypted, but nothing proves who answers.' : 'The connection is not encrypted.',
      resolution: 'Give sslOptions with caData, verifyCert or verifyIdentity.',
    },
  ];
}

export async function validateIdentity(input: Input): Promise<ValidatorReport> {
  return await inSession(input, async (session) => {
    const [identity] = await session.query(
      `SELECT current_user AS "user", session_user AS "sessionUser", current_database() AS "database", current_setting('server_version') AS "serverVersion",
              r.rolsuper AS "superuser", r.rolreplication AS "replication", r.rolcreaterole AS "createRole", r.rolcreatedb AS "createDatabase", r.rolvaliduntil::text AS "passwordValidUntil"
         FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`,
    );
    const warnings: Problem[] = [];
    if (identity?.superuser === true) {
      warnings.push({
        code: 'NOT_PROTECTED',
        cause: 'the role is a superuser',
        friendlyMessage: 'This login may do anything on the server.',
        resolution: `Use a role with just what the jobs need, or run: ALTER ROLE ${quoted(input.credentials.user)} NOSUPERUSER;`,
      });
    }
    return { errors: [], warnings, data: { returnedData: identity ?? null } };
  });
}

export async function validatePermissions(input: Input): Promise<ValidatorReport> {
  if (input.options.skipPermissionTests) return skipped();
  return await inSession(input, async (session) => {
    const schemas = await session.query(
      `SELECT n.nspname AS schema, has_schema_privilege(n.oid, 'USAGE') AS usable,
              count(c.oid)::int AS tables, count(c.oid) FILTER (WHERE has_table_privilege(c.oid, 'SELECT'))::int AS readable
         FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
        GROUP BY n.oid, n.nspname ORDER BY n.nspname LIMIT 500`,
    );
    const role = quoted(input.credentials.user);
    const warnings = schemas.flatMap((row): readonly Problem[] => {
      const schema = quoted(String(row.schema));
      const unreadable = Number(row.tables) - Number(row.readable);
      const grants = [
        ...(row.usable === true ? [] : [`GRANT USAGE ON SCHEMA ${schema} TO ${role};`]),
        ...(unreadable > 0 ? [`GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${role};`] : []),
      ];
      if (grants.length === 0 || Number(row.tables) === 0) return [];
      return [
        {
          code: 'PERMISSION_MISSING',
          cause: `schema ${schema}: ${unreadable} of ${row.tables} tables can't be read`,
          friendlyMessage: `The login can't read everything in schema ${schema}.`,
          resolution: `If its jobs need it, run: ${grants.join(' ')}`,
        },
      ];
    });
    const readable = schemas.filter((row) => row.usable === true && Number(row.readable) > 0);
    const tables = schemas.some((row) => Number(row.tables) > 0);
    if (tables && readable.length === 0) {
      const [first] = warnings;
      return {
        errors: first === undefined ? [] : [{ ...first, friendlyMessage: "The login can't read a single table of this database." }],
        warnings: warnings.slice(1, 20),
      };
    }
    return { errors: [], warnings: warnings.slice(0, 20), data: { datasetsValidated: readable.map((row) => String(row.schema)) } };
  });
}

export function skipped(): ValidatorReport {
  return {
    errors: [],
    warnings: [
      {
        code: 'SKIPPED',
        cause: 'skipPermissionTests was set',
        friendlyMessage: 'Permissions were not checked, as was asked for.',
        resolution: 'Run it again without skipPermissionTests.',
      },
    ],
  };
}
