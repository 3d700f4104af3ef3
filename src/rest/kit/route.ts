import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { z } from 'zod';
import { Deadline } from '../../admission/deadline.ts';
import type { OperationPriority, Priority } from '../../admission/priority.ts';
import type { Actor } from '../../domain/token/actor.ts';
import type { Permission } from '../../domain/token/roles.ts';
import type { Authenticate } from '../../http/access/authentication.ts';
import { authenticated } from '../../http/access/authentication.ts';
import type { Answer } from '../../http/error-answer.ts';
import { headerOf } from '../../http/headers.ts';
import { WaitingClient } from '../../http/waiting-client.ts';
import { requireRight } from '../../operations/access/require-right.ts';
import type { Services } from '../../operations/services.ts';
import type { Dialect } from './dialect.ts';
import { NO_BODY, ReceivedBody } from './http/received-body.ts';
import type { RestGateway } from './rest-gateway.ts';
import { runOperation } from './run-operation.ts';

/** What the OpenAPI document says of a route. */
export interface RouteShapes {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Media types of the body, and of what is answered with 2xx; JSON unless it says otherwise. */
  readonly consumes?: readonly string[];
  readonly produces?: readonly string[];
  /** By status; null for an answer without a body. Failures have the dialect's own shape, and need not be said. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
}

/** One operation of a dialect: wire in, an operation, wire out. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  /** A name of ours, for the log, the audit and the OpenAPI document. */
  readonly operation: string;
  readonly summary: string;
  /** Quick and of normal priority unless it says otherwise. */
  readonly priority?: OperationPriority;
  /** Whether it changes something: everything but a GET, unless it says otherwise. */
  readonly isMutation?: boolean;
  /** Refused without it before anything of the request is read. The operation asks for what it needs all the same. */
  readonly right?: Permission;
  readonly shapes: RouteShapes;
  readonly run: (call: Call) => Promise<RouteAnswer>;
}

/** What a route's work is given. Nothing of it has been checked but who is calling. */
export interface Call {
  readonly services: Services;
  readonly actor: Actor;
  /** Aborts when the time is over or the client is gone. */
  readonly signal: AbortSignal;
  readonly params: Readonly<Record<string, string>>;
  /** Texts, and lists of them where a name is given more than once. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly body: ReceivedBody;
  readonly request: FastifyRequest;
  /** A header that was sent once, or that node joins to one text. */
  header(name: string): string | undefined;
}

export interface RouteAnswer {
  /** 200 unless it says otherwise. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; left out for an answer without a body. */
  readonly body?: unknown;
}

const withPriority = (priority: Priority, slow: boolean): OperationPriority => ({ priority, slow });

/** What routes ask of the gateway, as operations of GraphQL do. */
export const PRIORITIES = {
  leases: withPriority('critical', false),
  commits: withPriority('critical', true),
  dials: withPriority('normal', true),
  validates: withPriority('expendable', true),
  lists: withPriority('expendable', false),
  normal: withPriority('normal', false),
} as const;

export interface RouteOptions {
  readonly dialect: Dialect;
  readonly authenticate: Authenticate;
  /**
   * Below this path nobody who is unknown is told what is served. Bodies are read before: a client that sends its own with a probe that has
   * to be refused keeps its connection only so.
   */
  readonly asksWhoFirstBelow?: string;
  /** What is looked at of a request once its caller is known, also of one that no route takes. */
  readonly admit?: (request: FastifyRequest) => void;
  /** How an answer is written; JSON unless the dialect has options for it. */
  readonly write?: (answer: RouteAnswer, request: FastifyRequest) => Answer;
}

/** Serves routes to callers that are known. What anybody may ask for is a plain route of Fastify. */
export function serveRoutes(app: FastifyInstance, gateway: RestGateway, options: RouteOptions, routes: readonly Route[]): void {
  const { dialect, authenticate, asksWhoFirstBelow: guarded, admit = () => {}, write = writeJson } = options;
  const hooks = [authenticated(gateway, authenticate), async (request: FastifyRequest) => admit(request)];
  const known =
    guarded === undefined
      ? { config: { asksWho: true }, onRequest: hooks }
      : { config: { asksWho: true, asksWhoFirst: true }, preHandler: hooks };
  for (const route of routes) {
    const { method, url } = route;
    const handler = async (request: FastifyRequest, reply: FastifyReply) => {
      const { status, headers, body } = await answerRoute(gateway, { route, dialect, write }, request, reply);
      return reply.code(status).headers(headers).send(body);
    };
    const schema = schemaOf(route, dialect);
    app.route({ method: method satisfies HTTPMethods, url, schema, ...known, handler });
  }
  if (guarded === undefined) return;
  const nothing = { ...known, config: { ...known.config, servesNothing: true } };
  // Of QUERY Fastify itself wants a content type before any hook could refuse the path.
  const method = app.supportedMethods.filter((one) => one !== 'QUERY');
  for (const url of [guarded, `${guarded}/*`]) app.route({ ...nothing, method, url, handler: (_request, reply) => reply.callNotFound() });
}

/** Other products' clients send none of ours; a dialect's that do are answered once, too. */
const IDEMPOTENCY_HEADER = 'x-mcd-idempotent-id';

interface Served {
  readonly route: Route;
  readonly dialect: Dialect;
  readonly write: (answer: RouteAnswer, request: FastifyRequest) => Answer;
}

async function answerRoute(
  gateway: RestGateway,
  { route, dialect, write }: Served,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Answer> {
  const { operation, priority = PRIORITIES.normal, isMutation = route.method !== 'GET', right } = route;
  const body = request.body instanceof ReceivedBody ? request.body : NO_BODY;
  const id = headerOf(request.raw, IDEMPOTENCY_HEADER);
  const deadline = new Deadline(new WaitingClient(reply.raw));
  const idempotency = id === undefined ? null : { id, request: `${request.method} ${request.url}\n${body.bytes.toString('base64')}` };
  const asked = { ...priority, request, operation, isMutation, deadline, idempotency, renderError: dialect.renderError };
  return await runOperation(gateway, asked, async (services) => {
    const { actor } = request;
    if (right !== undefined) requireRight(actor, right);
    const answer = await route.run({
      services,
      actor,
      get signal() {
        return deadline.signal;
      },
      // The router gives texts, and its parser of queries lists of them where a name is given more than once.
      params: request.params as Call['params'],
      query: request.query as Call['query'],
      body,
      request,
      header: (name) => headerOf(request.raw, name),
    });
    return write(answer, request);
  });
}

export function writeJson({ status = 200, headers = {}, body }: RouteAnswer): Answer {
  if (body === undefined) return { status, headers, body: '' };
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body: JSON.stringify(body) };
}

/** What Fastify's generator of OpenAPI documents reads; nothing is validated by it. */
function schemaOf({ operation, summary, shapes }: Route, { errorShape, securitySchemes }: Dialect) {
  const { params, query, headers, body, consumes, produces, answers } = shapes;
  const response = Object.fromEntries(Object.entries(answers).map(([status, shape]) => [status, shape ?? z.undefined()]));
  return {
    operationId: operation,
    summary,
    // Any of them will do.
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { querystring: query }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
    ...(consumes === undefined ? {} : { consumes: [...consumes] }),
    ...(produces === undefined ? {} : { produces: [...produces] }),
    response: { ...response, default: errorShape },
  };
}
