import type { FastifyInstance } from 'fastify';
import { byToken } from '../../http/access/authentication.ts';
import { tokenOfSchemes } from '../../http/access/shown-token.ts';
import { byDigest } from '../kit/access/digest.ts';
import type { Dialect } from '../kit/dialect.ts';
import { publicOrigin } from '../kit/http/public-origin.ts';
import { type Call, serveRoutes } from '../kit/route.ts';
import { countingGroups } from './group-rate.ts';
import { groupRoutes } from './groups.ts';
import { integrationRoutes } from './integrations.ts';
import { oauthRoutes } from './oauth.ts';
import { V2, writeAnswer } from './wire/answers.ts';
import { renderError } from './wire/errors.ts';
import { error, nothing } from './wire/shapes.ts';
import { requireVersion } from './wire/version.ts';

const BASE = '/api/atlas';
const V1 = `${BASE}/v1.0`;

/** The third-party integrations of MongoDB Atlas, as its command line, SDKs and Terraform provider know them. */
export const atlas: Dialect = {
  name: 'atlas',
  title: 'MongoDB Atlas third-party integrations',
  description: 'A group is a project, and each service that can alert or be sent metrics is a connection of its own.',
  prefixes: [BASE, '/api/oauth', '/api/private'],
  renderError,
  errorShape: error,
  securitySchemes: {
    digest: { type: 'http', scheme: 'digest', description: 'The id of an API token as public key, its secret as private key.' },
    bearer: { type: 'http', scheme: 'bearer', description: 'A bearer of /api/oauth/token, or an API token.' },
  },
  routes(app, gateway) {
    app.addHook('onSend', (_request, reply, payload, done) => {
      // Fastify adds a charset to JSON, and takes the type off an empty answer unless that is null: upstream does neither.
      if (reply.getHeader('content-type') === 'application/json; charset=utf-8') reply.header('content-type', 'application/json');
      done(null, reply.statusCode === 204 ? null : payload);
    });
    const originOf = ({ request }: Call) => publicOrigin(gateway, request);
    const authenticate = countingGroups(gateway, byDigest(gateway, byToken(gateway, tokenOfSchemes('Bearer'))));
    const routes = [V2, V1].flatMap((prefix) => {
      const suffix = prefix === V2 ? '' : 'V1';
      return [...groupRoutes(prefix, suffix, originOf), ...integrationRoutes(prefix, suffix, originOf)];
    });
    const order = { asksWhoFirstBelow: BASE, admit: requireVersion };
    serveRoutes(app, gateway, { dialect: atlas, authenticate, ...order, write: writeAnswer }, routes);
    oauthRoutes(app, gateway);
    telemetry(app);
  },
};

/** What the command line tells of itself after each command. Nobody reads it here. */
function telemetry(app: FastifyInstance): void {
  for (const url of ['/api/private/v1.0/telemetry/events', '/api/private/unauth/telemetry/events'])
    app.post(url, { schema: { response: { 204: nothing } } }, (_request, reply) => reply.code(204).send());
}
