import { byToken } from '../../http/access/authentication.ts';
import { tokenOfSchemes } from '../../http/access/shown-token.ts';
import type { Dialect } from '../kit/dialect.ts';
import { serveRoutes } from '../kit/route.ts';
import { connections } from './connections.ts';
import { renderProblem } from './errors.ts';
import { overrides } from './overrides.ts';
import { pipelines } from './pipelines.ts';
import { projects } from './projects.ts';
import { secretReferences } from './secret-references.ts';
import { problem } from './shapes.ts';
import { tokenRoute } from './token.ts';

/** Connections of Matillion's Data Productivity Cloud: they hold names of secrets, and a PUT by name replaces their details. */
export const matillion: Dialect = {
  name: 'matillion',
  title: 'Matillion Data Productivity Cloud',
  description: 'Connections that name secrets in vaults, addressed by project and name.',
  prefixes: ['/dpc', '/oauth/dpc'],
  renderError: renderProblem,
  errorShape: problem,
  errorType: 'application/problem+json',
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer', description: 'An API token, or a bearer that was got for one at /oauth/dpc/token.' },
  },
  routes(app, gateway) {
    tokenRoute(app, gateway);
    const authenticate = byToken(gateway, tokenOfSchemes('Bearer'));
    serveRoutes(app, gateway, { dialect: matillion, authenticate }, [
      ...connections,
      ...overrides,
      ...projects,
      ...secretReferences,
      ...pipelines,
    ]);
  },
};
