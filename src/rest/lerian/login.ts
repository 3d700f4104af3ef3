import type { FastifyInstance } from 'fastify';
import { exchangeClient } from '../../http/access/client-credentials.ts';
import { ReceivedBody } from '../kit/http/received-body.ts';
import type { RestGateway } from '../kit/rest-gateway.ts';
import { writeJson } from '../kit/route.ts';
import { invalid, missing } from './faults.ts';
import { readMembers, wrongType } from './rules/members.ts';
import * as shapes from './shapes/answers.ts';
import * as requests from './shapes/requests.ts';

/** As long as the vendor's bearers last. */
const BEARER_MS = 30 * 60 * 1000;

/** Access Manager's token route: id and secret are those of an API token. A pair that is wrong is answered with 401. */
export function login(app: FastifyInstance, gateway: RestGateway): void {
  const schema = {
    operationId: 'accessToken',
    summary: 'A short-lived bearer',
    body: requests.tokenRequest,
    response: { 200: shapes.tokenAnswer, default: shapes.failure },
  };
  app.post('/v1/login/oauth/access_token', { schema }, async (request, reply) => {
    const given = request.body instanceof ReceivedBody ? request.body.object() : {};
    const { known } = readMembers(given, ['grantType', 'clientId', 'clientSecret']);
    const text = (name: string): string => {
      const value = known[name] ?? null;
      if (value !== null && typeof value !== 'string') throw wrongType(name, 'a string');
      if (value === null || value === '') throw missing({ [name]: 'is required' });
      return value;
    };
    if (text('grantType') !== 'client_credentials') throw invalid({ grantType: 'must be client_credentials' });
    const { token } = await exchangeClient(gateway, request, { id: text('clientId'), secret: text('clientSecret') }, BEARER_MS);
    const body = { accessToken: token.secret, tokenType: 'Bearer', expiresIn: token.expiresInSeconds };
    const answer = writeJson({ body });
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
}
