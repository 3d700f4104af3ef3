import type { ValidatorInput, ValidatorReport } from '../../domain/connector/connector.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import type { SnowflakeDetails } from './index.ts';
import { identifier, problemOf, quoted } from './problems.ts';
import { notSnowflake, SnowflakeError, type SnowflakeSession, withSession } from './session.ts';

type Input = ValidatorInput<SnowflakeDetails>;

/** Roles that may do anything in an account. */
const ADMINISTRATORS = new Set(['ACCOUNTADMIN', 'SECURITYADMIN', 'ORGADMIN', 'GLOBALORGADMIN']);
/** Snowflake's one code for what is not there and for what may not be seen. */
const ABSENT_OR_HIDDEN = new Set(['002003', '002043', '003001']);

/** Runs a check in a session of the candidate's login; what Snowflake refuses becomes a problem. */
export async function inSession(input: Input, check: (session: SnowflakeSession) => Promise<ValidatorReport>): Promise<ValidatorReport> {
  try {
    return await withSession(input, check);
  } catch (error) {
    return { errors: [problemOf(error, input.credentials)], warnings: [] };
  }
}

export function isAbsentOrHidden(error: unknown): boolean {
  return error instanceof SnowflakeError && error.stage === 'query' && ABSENT_OR_HIDDEN.has(error.code);
}

export async function validateConnection(input: Input): Promise<ValidatorReport> {
  return await inSession(input, async (session) => {
    const { rows } = await session.query('SELECT 1');
    // Any server may say success, and proves nothing by it.
    if (rows.length !== 1 || Object.values(rows[0] ?? {})[0] !== '1') throw notSnowflake('query');
    return { errors: [], warnings: [] };
  });
}

export interface Identity {
  readonly user: string;
  readonly role: string | null;
}

export async function askIdentity(session: SnowflakeSession): Promise<Identity> {
  const { rows } = await session.query('SELECT CURRENT_USER() AS "user", CURRENT_ROLE() AS "role"');
  return { user: rows[0]?.user ?? '', role: rows[0]?.role ?? null };
}

export async function validateIdentity(input: Input): Promise<ValidatorReport> {
  return await inSession(input, async (session) => {
    const identity = await askIdentity(session);
    const warnings: Problem[] = [];
    if (identity.role !== null && ADMINISTRATORS.has(identity.role)) {
      warnings.push({
        code: 'NOT_PROTECTED',
        cause: 'the session has an administrator role',
        friendlyMessage: 'This login may do anything in the account.',
        resolution: `Use a role with just what the jobs need, or run: ALTER USER ${quoted(identity.user)} SET DEFAULT_ROLE = <role>;`,
      });
    }
    return { errors: [], warnings, data: { returnedData: identity } };
  });
}

export async function validateWarehouse(input: Input): Promise<ValidatorReport> {
  return await inSession(input, async (session) => {
    const name = input.credentials.warehouse;
    if (name === undefined) return { errors: [], warnings: [noWarehouse()] };
    const warehouse = identifier(name);
    try {
      await session.query(`USE WAREHOUSE ${warehouse}`);
    } catch (error) {
      if (!isAbsentOrHidden(error)) throw error;
      const { role } = await askIdentity(session);
      return { errors: [mayNotUse(warehouse, role ?? 'PUBLIC')], warnings: [] };
    }
    const { rows } = await session.query('SHOW WAREHOUSES');
    const found = rows.find((row) => row.name !== null && row.name !== undefined && quoted(row.name) === warehouse);
    const stuck = found?.state === 'SUSPENDED' && found.auto_resume !== 'true';
    return {
      errors: [],
      warnings: stuck ? [suspended(warehouse)] : [],
      data: { returnedData: { warehouse: name, state: found?.state ?? null } },
    };
  });
}

function noWarehouse(): Problem {
  return {
    code: 'SKIPPED',
    cause: 'no warehouse is given',
    friendlyMessage: "Jobs will use the user's default warehouse, if it has one; that was not checked.",
    resolution: 'Give warehouse.',
  };
}

function mayNotUse(warehouse: string, role: string): Problem {
  return {
    code: 'PERMISSION_MISSING',
    cause: 'the warehouse does not exist, or the role may not use it',
    friendlyMessage: 'The login works, but it can not use the warehouse.',
    resolution: `Check the spelling of warehouse, or run: GRANT USAGE ON WAREHOUSE ${warehouse} TO ROLE ${quoted(role)};`,
  };
}

function suspended(warehouse: string): Problem {
  return {
    code: 'PROVIDER_DOWN',
    cause: 'the warehouse is suspended and does not resume by itself',
    friendlyMessage: 'The login may use the warehouse, but jobs would find it suspended.',
    resolution: `Run: ALTER WAREHOUSE ${warehouse} SET AUTO_RESUME = TRUE;`,
  };
}
