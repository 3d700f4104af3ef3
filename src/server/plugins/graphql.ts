import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { httpAnswer, prefersResponseType } from '../../graphql/answer.ts';
import { type OperationParams, OperationRequest, readParams } from '../../graphql/operation-request.ts';
import { acceptsStream } from '../../graphql/plugins/answer/http-answer.ts';
import { headerOf } from '../../http/headers.ts';
import { parseObject } from '../../http/json.ts';
import { WaitingClient } from '../../http/waiting-client.ts';
import type { Gateway } from '../gateway.ts';
import { authentication } from './authentication.ts';

/**
 * GraphQL over HTTP. `application/json` answers 200 for every failure of a document or of the domain, since real clients drop the
 * message of another status; `application/graphql-response+json`, when Accept names it, has statuses; `text/event-stream` has streams.
 */
export function graphql(app: FastifyInstance, gateway: Gateway): void {
  const options = { exposeHeadRoute: false, onRequest: authentication(gateway) };
  app.get('/graphql', options, (request, reply) => throughYoga(gateway, request, reply, readQuery(request)));
  app.post('/graphql', options, async (request, reply) => {
    // The parser gives nothing else.
    const params = readParams((request.body ?? parseObject('')) as Readonly<Record<string, unknown>>);
    const { accept } = request.headers;
    if (prefersResponseType(accept) || acceptsStream(accept)) return await throughYoga(gateway, request, reply, params);
    const operationRequest = operationRequestOf(gateway, request, reply, params);
    const answer = await gateway.graphql.run(operationRequest);
    note(request, operationRequest, answer.codes);
    const { status, headers, body } = httpAnswer(answer, false);
    return reply.code(status).headers(headers).send(body);
  });
}

/** The way of all that is more than one plain answer: Yoga's own handler, which makes objects of Fetch around it. */
async function throughYoga(gateway: Gateway, request: FastifyRequest, reply: FastifyReply, params: OperationParams): Promise<FastifyReply> {
  const operationRequest = operationRequestOf(gateway, request, reply, params);
  const { accept = '*/*' } = request.headers;
  const given = { method: request.method, url: '/graphql', headers: { accept, 'content-type': 'application/json' }, body: params };
  const response = await gateway.graphql.yoga.handleNodeRequestAndResponse(given, reply, { operationRequest });
  note(request, operationRequest, operationRequest.answer?.codes ?? []);
  reply.code(response.status);
  for (const name of ['content-type', 'retry-after', 'allow']) {
    const value = response.headers.get(name);
    if (value !== null) reply.header(name, value);
  }
  const isStream = response.headers.get('content-type')?.startsWith('application/') !== true;
  return isStream && response.body !== null ? reply.send(Readable.from(response.body)) : reply.send(await response.text());
}

function operationRequestOf(
  { services }: Gateway,
  request: FastifyRequest,
  reply: FastifyReply,
  params: OperationParams,
): OperationRequest {
  const id = headerOf(request.raw, 'x-mcd-idempotent-id');
  return new OperationRequest({
    services,
    actor: request.actor,
    params,
    client: new WaitingClient(reply.raw),
    idempotency: id === undefined ? null : { id, request: `${request.url}\n${request.bodyText}` },
  });
}

/** What the log and the audit are told of the operation. */
function note({ record }: FastifyRequest, { operation }: OperationRequest, codes: typeof record.codes): void {
  record.codes = codes;
  record.isMutation = operation?.isMutation === true;
  record.operation = operation?.name ?? null;
}

function readQuery({ query }: FastifyRequest): OperationParams {
  // The router's parser of queries gives texts, and lists of them.
  const { query: text, variables, operationName } = query as Readonly<Record<string, unknown>>;
  return readParams({
    query: text,
    ...(typeof variables === 'string' && variables !== '' ? { variables: parseObject(variables) } : {}),
    ...(operationName === undefined ? {} : { operationName }),
  });
}
