import { byToken } from '../../http/access/authentication.ts';
import { shownToken } from '../../http/access/shown-token.ts';
import type { Dialect } from '../kit/dialect.ts';
import { serveRoutes } from '../kit/route.ts';
import { changes } from './changes.ts';
import { connections } from './connections.ts';
import { renderProblem } from './errors.ts';
import { held } from './held.ts';
import { leases } from './leases.ts';
import { problem } from './shapes.ts';

/** Our own way in over REST, small: what jobs and scripts need without GraphQL. */
export const native: Dialect = {
  name: 'native',
  title: 'Changeover',
  description: 'What jobs and scripts need without GraphQL. A request with x-mcd-idempotent-id is carried out once.',
  prefixes: ['/api/v1'],
  renderError: renderProblem,
  errorShape: problem,
  errorType: 'application/problem+json',
  securitySchemes: {
    // One form alone: of two that show two tokens, as a generator of requests sends them, neither is taken.
    bearer: { type: 'http', scheme: 'bearer', description: 'An API token, or a bearer that was got for one at /oauth2/token.' },
  },
  routes(app, gateway) {
    const authenticate = byToken(gateway, shownToken);
    serveRoutes(app, gateway, { dialect: native, authenticate }, [...connections, ...changes, ...leases, ...held]);
  },
};
