import type { Connector, ConnectorDefinition } from '../../domain/connector/connector.ts';
import { defineConnector } from '../../domain/connector/define-connector.ts';
import type { DetailsOf, FieldShape } from '../../domain/connector/field.ts';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { httpMeaningOf, httpProblem } from './http/http-problem.ts';
import { HttpFailure } from './http/http-session.ts';
import { lossesOf, notComparable, type Parity, rightsLost } from './parity.ts';
import type { Meaning, Meanings } from './problems.ts';
import { describeTables, type ListColumns } from './sql/describe-tables.ts';
import { reportReadable } from './sql/readable-schemas.ts';
import { serverProblem } from './sql/server-problem.ts';
import { type SqlRow, type SqlSession, selectOne, withSqlSession } from './sql/sql-session.ts';
import {
  type Check,
  type Checks,
  describing,
  type Identity,
  type IdentityCheck,
  type System,
  usualValidators,
} from './usual-validators.ts';

export interface SqlConnectorDefinition<F extends FieldShape, S extends SqlSession>
  extends Omit<ConnectorDefinition<F>, 'validators' | 'describe'>,
    Omit<Checks<DetailsOf<F>, S>, 'permissions' | 'parity'> {
  /** Logs in. A driver is imported in here and nowhere else: the gateway itself never loads it. */
  connect(input: ValidatorInput<DetailsOf<F>>): Promise<S>;
  /** What the server's codes mean, where that differs from the usual meaning of their SQLSTATE class. */
  readonly refusals?: Meanings<DetailsOf<F>>;
  /** Explains what codes do not; null for the rest. */
  explain?(error: unknown, details: DetailsOf<F>): Meaning | null;
  /** A statement that answers 1, `SELECT 1` unless given. */
  readonly probe?: string;
  /** Where the server is, for kinds that do not have the fields `host` and `port`. */
  server?(details: DetailsOf<F>): { readonly host: string; readonly port: number } | null;
  /**
   * One row that says who the login is. For a login that may do anything, `administrator` returns what to do about that, as in `run: REVOKE
   * ...;`.
   */
  readonly identity?: IdentityQuery | IdentityCheck<DetailsOf<F>, S>;
  readonly permissions?: ReadableQuery | Check<DetailsOf<F>, S>;
  readonly parity?: Parity<DetailsOf<F>, S> | PrivilegeQuery<DetailsOf<F>, S>;
  /** Asks for the columns of the tables that the login may read, `MOST_COLUMNS` and one at most, table by table and in their order. */
  readonly describe?: ListColumns<DetailsOf<F>, S>;
}

interface IdentityQuery {
  readonly query: string;
  administrator?(row: SqlRow): string | null;
}

/** Rows of `schema`, how many `tables` it has, how many of them are `readable`, and whether the schema is `usable` at all. */
interface ReadableQuery {
  readonly query: string;
  /** The statements that make all of a schema readable. */
  grants(row: SqlRow): readonly string[];
}

/** Compares what a query lists for both logins: rows of `privilege` and `object`. The login is the only parameter of the query. */
interface PrivilegeQuery<D, S> extends Omit<Parity<D, S>, 'losses'> {
  readonly privileges: string;
  /** The statement that gives a login what the row says. */
  grant(row: SqlRow, login: string): string;
}

const CONNECTION = 'Resolves the host, connects, agrees on TLS and logs in; says which of these failed.';

/** A kind that is asked in SQL, over whatever transport. Where it has fields `host` and `port`, DNS and TCP are tried first: that tells their failures apart. */
export function defineSqlConnector<F extends FieldShape, S extends SqlSession>(definition: SqlConnectorDefinition<F, S>): Connector {
  const {
    called = definition.title,
    connect,
    refusals = {},
    explain,
    probe,
    server = serverOf,
    identity,
    permissions,
    parity,
    describe,
  } = definition;
  const system: System<DetailsOf<F>, S> = {
    checks: definition.checks,
    describes: { validate_connection: CONNECTION, ...definition.describes },
    connection: (session) => selectOne(session, probe),
    title: called,
    identity: typeof identity === 'object' ? (session) => askIdentity(session, identity) : identity,
    permissions:
      typeof permissions === 'object'
        ? async (session) => reportReadable(await session.query(permissions.query), permissions.grants)
        : permissions,
    parity: parity !== undefined && 'privileges' in parity ? byPrivileges(parity) : parity,
    reach: async ({ credentials, egress }) => {
      const at = server(credentials);
      if (at !== null) await egress.probeTcp(at.host, at.port);
    },
    withSession: (input, use) => withSqlSession(() => connect(input), input.signal, use),
    explain(error, { credentials: details, egress }) {
      const own = explain?.(error, details) ?? null;
      return error instanceof HttpFailure
        ? httpProblem(error, called, own ?? httpMeaningOf(refusals, error, details))
        : serverProblem(error, { title: called, refusals, details, own, network: egress.firstFailure() });
    },
  };
  const { describe: _, ...rest } = definition;
  return defineConnector<F>({
    ...rest,
    validators: usualValidators(system),
    ...(describe === undefined ? {} : { describe: describing(system, (session, input) => describeTables(session, input, describe)) }),
  });
}

function serverOf(details: object): { readonly host: string; readonly port: number } | null {
  const { host, port } = details as { readonly host?: unknown; readonly port?: unknown };
  return typeof host === 'string' && typeof port === 'number' ? { host, port } : null;
}

async function askIdentity(session: SqlSession, { query, administrator }: IdentityQuery): Promise<Identity> {
  const [row] = await session.query(query);
  return { who: row ?? null, administrator: row === undefined ? null : (administrator?.(row) ?? null) };
}

function byPrivileges<D, S extends SqlSession>({ privileges, grant, ...parity }: PrivilegeQuery<D, S>): Parity<D, S> {
  const keysOf = ({ privilege, object }: SqlRow) => [JSON.stringify([privilege, object])];
  return {
    ...parity,
    async losses(session, { name }, { credentials }) {
      const after = parity.login(credentials) ?? '';
      const had = await session.query(privileges, [name]);
      if (had.length === 0) throw notComparable('nothing of it can be seen', 'No privilege of the login in use can be seen');
      return lossesOf(rightsLost(had, await session.query(privileges, [after]), keysOf), (row) => ({
        what: `${row.privilege} on ${row.object}`,
        mend: grant(row, after),
      }));
    },
  };
}
