import { grantLoss, type LoginInUse, type Loss, lossesOf, rightsLost } from '../kits/parity.ts';
import { readsNothing } from '../kits/sql/readable-schemas.ts';
import { doubleQuoted, type SqlSession } from '../kits/sql/sql-session.ts';
import type { Finding } from '../kits/usual-validators.ts';
import type { HanaDetails } from './fields.ts';

/** A privilege, on its own or by a role. The view answers nothing without this condition, and everybody may ask it of himself. */
interface Right {
  readonly type: string;
  readonly schema: string;
  readonly object: string;
  readonly privilege: string;
  /** Null where it was given to the user himself. */
  readonly role: string | null;
}

const RIGHTS = `SELECT OBJECT_TYPE AS "type", SCHEMA_NAME AS "schema", OBJECT_NAME AS "object", PRIVILEGE AS "privilege",
  GRANTEE AS "grantee", GRANTEE_TYPE AS "granteeType" FROM EFFECTIVE_PRIVILEGES WHERE USER_NAME = CURRENT_USER`;

/** What is owned needs no privilege, and is not listed as one. */
const OWNED = 'SELECT SCHEMA_NAME AS "schema" FROM SCHEMAS WHERE SCHEMA_OWNER = CURRENT_USER';

export async function readRights(session: SqlSession): Promise<readonly Right[]> {
  const listed = (await session.query(RIGHTS)).map((row) => ({
    type: String(row.type),
    schema: String(row.schema ?? ''),
    object: String(row.object ?? ''),
    privilege: String(row.privilege),
    role: row.granteeType === 'ROLE' ? String(row.grantee) : null,
  }));
  const owned = (await session.query(OWNED)).map((row) => ({
    type: 'SCHEMA',
    schema: String(row.schema),
    object: '',
    privilege: 'SELECT',
    role: null,
  }));
  return [...listed, ...owned];
}

/** Whoever may grant or change anybody's data. */
export function isAdministrator(rights: readonly Right[]): boolean {
  return rights.some(({ type, privilege }) => type === 'SYSTEMPRIVILEGE' && (privilege === 'DATA ADMIN' || privilege === 'USER ADMIN'));
}

/** Schemas of which something may be read; the system's own do not count. */
export async function reportReadableSchemas(session: SqlSession, user: string): Promise<Finding> {
  const rights = await readRights(session);
  const readable = rights.filter(({ schema, privilege }) => privilege === 'SELECT' && schema !== '' && !/^(_SYS|SYS)/.test(schema));
  if (readable.length === 0) return { errors: [readsNothing(`GRANT SELECT ON SCHEMA <schema> TO ${doubleQuoted(user.toUpperCase())};`)] };
  return { data: { datasetsValidated: [...new Set(readable.map(({ schema }) => schema))].toSorted() } };
}

/** A privilege on a schema holds for all that is in it. What a role gives is mended by the role. */
export async function findLosses(
  session: SqlSession,
  inUse: LoginInUse<HanaDetails, SqlSession>,
  { user }: HanaDetails,
): Promise<readonly Loss[]> {
  const to = `TO ${doubleQuoted(user.toUpperCase())};`;
  const keysOf = (right: Right) => [right, { ...right, type: 'SCHEMA', object: '' }].map(keyOf);
  return lossesOf(rightsLost(await inUse.read(readRights), await readRights(session), keysOf), (right) => {
    const { privilege, role } = right;
    if (role !== null && role !== 'PUBLIC') return grantLoss(doubleQuoted(role), to, `the role ${doubleQuoted(role)}`);
    return grantLoss(`${privilege}${targetOf(right)}`, to);
  });
}

function targetOf({ type, schema, object }: Right): string {
  if (type === 'SCHEMA') return ` ON SCHEMA ${doubleQuoted(schema)}`;
  if (object === '') return '';
  return schema === '' ? ` ON ${type} ${doubleQuoted(object)}` : ` ON ${doubleQuoted(schema)}.${doubleQuoted(object)}`;
}

function keyOf({ type, schema, object, privilege }: Right): string {
  return JSON.stringify([type === 'SCHEMA' ? 'SCHEMA' : object, schema, type === 'SCHEMA' ? '' : object, privilege]);
}
