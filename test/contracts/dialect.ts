import createFastify, { type FastifyRequest } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Overrides } from '../../src/app/overrides.ts';
import { DomainError, ERROR_CODES, type ErrorCode } from '../../src/domain/errors/errors.ts';
import { ROLES, type Role } from '../../src/domain/token/roles.ts';
import { type Dialect, serveDialect } from '../../src/rest/kit/dialect.ts';
import type { RestGateway } from '../../src/rest/kit/rest-gateway.ts';
import { startGateway, type TestGateway, type TestToken } from '../support/gateway/gateway.ts';
import { type KeptLog, keepLog } from '../support/gateway/kept-log.ts';
import { type RestAnswer, rest } from '../support/gateway/rest-client.ts';
import { describeOnEachEngine } from '../support/store/engines.ts';

/** In every secret that a case sends: it must come back nowhere. */
export const CANARY = 'CNRY-dialect-secret-';

export interface DialectScene<World> {
  readonly gateway: TestGateway;
  readonly tokens: Readonly<Record<Role, TestToken>>;
  readonly world: World;
  /** A secret that no other case sends. */
  secret(): string;
}

export interface AskedRequest {
  readonly path: string;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One operation of a dialect, asked so that it succeeds for whoever may. */
export interface RouteCase<World> {
  /** Makes what the request is about, and says it. Called for each request anew. */
  readonly ask: (scene: DialectScene<World>) => AskedRequest | Promise<AskedRequest>;
  readonly roles: readonly Role[];
  readonly status: number;
  /** The same of something that there is not, where the request names something. */
  readonly unknown?: (scene: DialectScene<World>) => AskedRequest & { readonly status: number };
  /** Its answers show credentials: that is what it is for. */
  readonly reveals?: boolean;
}

export interface DialectContract<World> {
  readonly dialect: Dialect;
  readonly settings?: Readonly<Record<string, string>>;
  readonly overrides?: Overrides;
  /** How a token is shown. */
  readonly headersOf: (token: TestToken) => Readonly<Record<string, string>>;
  readonly world: (gateway: TestGateway) => Promise<{ readonly world: World; close(): void }>;
  /** By the name of the operation: each has one. */
  readonly cases: Readonly<Record<string, RouteCase<World>>>;
  /** How somebody without the right is told; 403 unless it says otherwise. */
  readonly refused?: number;
  /** How a path is asked for that the dialect has not, below its prefix. */
  readonly nowhere: string;
  /** A connection that the dialect makes, by the id that GraphQL knows. */
  readonly makes?: (scene: DialectScene<World>) => Promise<string>;
}

interface ServedRoute {
  readonly method: string;
  readonly operation: string;
  readonly answers: Readonly<Record<string, z.ZodType>>;
}

const ALL_ROLES = Object.keys(ROLES) as Role[];
const SOME_ID = '0197f6a2-0000-7000-8000-000000000000';

/** What every dialect holds to, on both engines: who may do what, what is told of what goes wrong, and that its document is true. */
export function describeDialect<World>(contract: DialectContract<World>): void {
  const { dialect, cases, headersOf } = contract;

  test('each code of ours has its answer, in the shape of a failure and with a status of one', () => {
    const request = { headers: {}, url: dialect.prefixes[0], raw: { headers: {}, url: dialect.prefixes[0] } } as unknown as FastifyRequest;
    const found = (Object.keys(ERROR_CODES) as ErrorCode[]).flatMap((code) => {
      const { status } = ERROR_CODES[code];
      const told = dialect.renderError(new DomainError(code, 'A message of ours.', { path: 'field' }), request, status);
      const body: unknown = typeof told.body === 'string' ? JSON.parse(told.body) : told.body;
      const fits = dialect.errorShape.safeParse(body).success && (told.status ?? status) >= 400;
      return fits ? [] : [code];
    });
    expect(found).toEqual([]);
  });

  describeOnEachEngine(`the dialect ${dialect.name}`, ({ databaseUrl }) => {
    let scene: DialectScene<World>;
    let routes: readonly ServedRoute[];
    let log: KeptLog;
    let close = () => {};
    const answers: { readonly operation: string; readonly answer: RestAnswer }[] = [];
    const secrets: string[] = [];

    beforeAll(async () => {
      log = keepLog();
      const url = await databaseUrl();
      const settings = { CHANGEOVER_LOG_LEVEL: 'debug', CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '1000', ...contract.settings };
      const gateway = await startGateway({
        ...contract.overrides,
        ...(url === null ? {} : { databaseUrl: url }),
        settings,
        logStream: log.stream,
      });
      const made = await contract.world(gateway);
      close = () => made.close();
      const tokens = {} as Record<Role, TestToken>;
      for (const role of ALL_ROLES) tokens[role] = await gateway.token(role);
      const secret = () => {
        const value = `${CANARY}${secrets.length}-${'x'.repeat(24)}`;
        secrets.push(value);
        return value;
      };
      scene = { gateway, tokens, world: made.world, secret };
      routes = await routesOf(dialect);
    });
    afterAll(async () => {
      await scene.gateway.close();
      close();
    });

    const send = async (operation: string, { path, body, headers = {} }: AskedRequest, token: TestToken | null) => {
      const method = methodOf(operation);
      const options = { token: null, body, headers: { ...(token === null ? {} : headersOf(token)), ...headers } };
      const answer = await rest(scene.gateway, `${method} ${path}`, options);
      answers.push({ operation, answer });
      return answer;
    };
    const methodOf = (operation: string) => routes.find((route) => route.operation === operation)?.method as 'GET';
    const isFailure = ({ body, headers }: RestAnswer) =>
      dialect.errorShape.safeParse(body).success && (headers.get('content-type') ?? '').startsWith(dialect.errorType ?? 'application/json');
    const told = (answer: RestAnswer) => ({ status: answer.status, isFailure: isFailure(answer) });

    test('each operation has its case, and each case its operation', () => {
      expect(Object.keys(cases).sort()).toEqual(routes.map(({ operation }) => operation).sort());
    });

    describe.each(Object.keys(cases))('%s', (operation) => {
      // The name is one of the cases'.
      const one = cases[operation] as RouteCase<World>;

      test('answers whoever may, and refuses the others', async () => {
        const verdicts: Record<string, unknown> = {};
        for (const role of ALL_ROLES) {
          const answer = await send(operation, await one.ask(scene), scene.tokens[role]);
          verdicts[role] = one.roles.includes(role) ? answer.status : told(answer);
        }
        const refused = { status: contract.refused ?? 403, isFailure: true };
        expect(verdicts).toEqual(Object.fromEntries(ALL_ROLES.map((role) => [role, one.roles.includes(role) ? one.status : refused])));
      });

      test('knows nobody without a token, or with a wrong one', async () => {
        const asked = await one.ask(scene);
        const none = await send(operation, asked, null);
        const wrong = await send(operation, asked, { id: SOME_ID, secret: `chg_pat_${'a'.repeat(43)}` });
        expect([told(none), told(wrong)]).toEqual([
          { status: 401, isFailure: true },
          { status: 401, isFailure: true },
        ]);
      });

      test('tells what it does not know', async () => {
        if (one.unknown === undefined) return expect(one.unknown).toBeUndefined();
        const { status, ...asked } = one.unknown(scene);
        const [role = 'owner'] = one.roles;
        expect(told(await send(operation, asked, scene.tokens[role]))).toEqual({ status, isFailure: true });
      });

      test('refuses bodies that cannot be read, and quotes none of them', async () => {
        const asked = await one.ask(scene);
        if (asked.body === undefined) return expect(asked.body).toBeUndefined();
        const [role = 'owner'] = one.roles;
        const bodies: readonly string[] = [
          `{"${CANARY}`,
          `{"a":1,"a":"${CANARY}"}`,
          `"${CANARY}"`,
          `{"${CANARY}":${'['.repeat(5000)}${']'.repeat(5000)}}`,
        ];
        for (const body of bodies) {
          const answer = await send(operation, { ...asked, body }, scene.tokens[role]);
          expect({ body: body.slice(0, 30), isFailure: isFailure(answer), is4xx: answer.status >= 400 && answer.status < 500 }).toEqual({
            body: body.slice(0, 30),
            isFailure: true,
            is4xx: true,
          });
        }
        const large = await send(operation, { ...asked, body: `"${'x'.repeat(262_144)}"` }, scene.tokens[role]);
        const packed = { ...asked, headers: { ...asked.headers, 'content-encoding': 'gzip' } };
        expect([told(large), told(await send(operation, packed, scene.tokens[role]))]).toEqual([
          { status: 413, isFailure: true },
          { status: 415, isFailure: true },
        ]);
      });
    });

    test('a path that it has not, and a method that a path has not, are told in its form', async () => {
      const { nowhere } = contract;
      const headers = headersOf(scene.tokens.owner);
      const [first] = Object.entries(cases);
      const { path } = await (first?.[1].ask(scene) ?? { path: nowhere });
      const unknown = await rest(scene.gateway, `GET ${nowhere}`, { token: null, headers });
      const method = await rest(scene.gateway, `OPTIONS ${path}`, { token: null, headers });
      expect({ unknown: told(unknown), method: told(method), allow: method.headers.get('allow') !== null }).toEqual({
        unknown: { status: 404, isFailure: true },
        method: { status: 405, isFailure: true },
        allow: true,
      });
    });

    test('GraphQL sees the connection that it made', async () => {
      if (contract.makes === undefined) return expect(contract.makes).toBeUndefined();
      const id = await contract.makes(scene);
      const { data } = await scene.gateway.graphql('query ($id: UUID!) { connection(id: $id) { uuid } }', { id });
      expect(data?.connection?.uuid).toBe(id);
    });

    // Of whatever a test asks, each answer is one that the document has and no fault of ours; and no secret that was sent is in one that does not reveal it, or in the log.
    afterEach(() => {
      const asked = answers.splice(0);
      const untrue = asked.flatMap(({ operation, answer }) => {
        const { answers: shapes = {} } = routes.find((route) => route.operation === operation) ?? {};
        const shape = shapes[answer.status] ?? shapes.default;
        const fits = shape?.safeParse(answer.text === '' ? undefined : answer.body).success === true && answer.status < 500;
        return fits ? [] : [`${operation}: ${answer.status} ${answer.text.slice(0, 200)}`];
      });
      const quoting = asked.filter(({ operation, answer }) => cases[operation]?.reveals !== true && answer.text.includes(CANARY));
      expect({
        untrue,
        quoting: quoting.map(({ operation, answer }) => `${operation}: ${answer.status}`),
        logged: log.lines.filter((line) => line.includes(CANARY)),
      }).toEqual({ untrue: [], quoting: [], logged: [] });
    });
  });
}

/** The operations of a dialect whose callers are known, as its document has them. */
async function routesOf(dialect: Dialect): Promise<readonly ServedRoute[]> {
  const found: ServedRoute[] = [];
  const app = createFastify();
  app.addHook('onRoute', ({ method, schema, config }) => {
    const { operationId, response } = (schema ?? {}) as { readonly operationId?: string; readonly response?: ServedRoute['answers'] };
    const isKnown = config !== undefined && 'asksWho' in config;
    if (operationId !== undefined && response !== undefined && isKnown && method !== 'HEAD')
      found.push({ method: String(method), operation: operationId, answers: response });
  });
  // Nothing is asked of it while routes are registered.
  await serveDialect(app, dialect, {} as RestGateway);
  await app.ready();
  return found;
}
