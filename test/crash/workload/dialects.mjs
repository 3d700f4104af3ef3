// What clients of other products ask for, and scripts of the native REST: connections of each dialect, and the requests that change them.
import { createConnection } from '../../../build/operations/connections/create-connection.js';

const PROPERTIES = { secretName: 'seed.json', secretKey: 'password' };
const OF_MATILLION = { authType: 'GENERIC_SECRET', connectionProperties: PROPERTIES };
const OF_PROMETHEUS = { serviceDiscovery: 'http', enabled: true };

/** One connection of each dialect, as that makes it. Nobody is dialled for them outside of this machine. */
export async function seedDialects(services, actor, receiverUrl) {
  const ids = {};
  const add = async (dialect, given) => {
    const { connectionId } = await createConnection(services, actor, { policy: { commitPolicy: 'ADVISORY' }, ...given });
    ids[dialect] = connectionId;
  };
  await add('lerian', {
    kind: 'postgres',
    details: { host: '127.0.0.1', port: 1, database: 'seed', user: 'reader', password: 'a password' },
    facets: { lerian: { productName: 'billing' } },
    integration: { namespace: 'lerian', name: 'seed-of-lerian' },
  });
  await add('matillion', {
    kind: 'matillion-component-basic',
    details: { authProvider: 'NONE', description: 'seed', ...OF_MATILLION },
    integration: { namespace: 'matillion', name: 'seed-of-matillion' },
  });
  await add('atlas', {
    kind: 'prometheus',
    details: { username: 'seed', password: 'a password', ...OF_PROMETHEUS },
    integration: { namespace: 'atlas', name: 'PROMETHEUS' },
  });
  await add('posit', {
    kind: 'posit-custom',
    details: { authType: 'Service Account', clientId: 'client', clientSecret: 'a secret', scopes: 'seed', tokenUri: receiverUrl },
    integration: { name: 'Seed of posit' },
  });
  return ids;
}

/**
 * What is sent, by what is asked for. `shown` is where the answer has the tag that was sent; those that have it come without an idempotency
 * id, as these products' clients do, so that sending one again may take effect again.
 */
export const REQUESTS = {
  patchLerian: ({ tag }, { dialects }) => ({
    method: 'PATCH',
    path: `/v1/management/connections/${dialects.lerian}`,
    body: { databaseName: tag, metadata: { tag } },
    shown: (body) => body.databaseName,
  }),
  putMatillion: ({ tag }, { projectId }) => ({
    method: 'PUT',
    path: `/dpc/v1/projects/${projectId}/connections?connectionName=seed-of-matillion`,
    body: {
      platformConnectionType: 'COMPONENT_BASIC',
      authType: OF_MATILLION.authType,
      connectionDetails: { description: tag, connectionProperties: PROPERTIES },
    },
    shown: (body) => body.connectionDetails.description,
  }),
  putAtlas: ({ tag }, { projectId }) => ({
    method: 'PUT',
    path: `/api/atlas/v2/groups/${projectId.replaceAll('-', '').slice(-24)}/integrations/PROMETHEUS`,
    body: { username: tag, ...OF_PROMETHEUS },
    shown: (body) => body.results.find(({ type }) => type === 'PROMETHEUS')?.username,
  }),
  patchPosit: ({ tag }, { dialects }) => ({
    method: 'PATCH',
    path: `/__api__/v1/oauth/integrations/${dialects.posit}`,
    body: { config: { scopes: tag } },
    shown: (body) => body.config.scopes,
  }),
  restStage: ({ id, changes }) => ({ method: 'POST', path: `/api/v1/connections/${id}/changes`, body: { changes } }),
  restCommit: ({ id, key }) => ({ method: 'POST', path: `/api/v1/connections/${id}/commit`, body: { key } }),
};

/** Whose connection is changed by what is sent without an idempotency id. */
export const UNGUARDED = { patchLerian: 'lerian', putMatillion: 'matillion', putAtlas: 'atlas', patchPosit: 'posit' };

/** In the form of an answer of GraphQL, so that what looks at those looks at these. */
export async function overRest(url, world, { verb, variables }, headers) {
  const { method, path, body, shown } = REQUESTS[verb](variables, world);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...headers, accept: verb === 'putAtlas' ? 'application/vnd.atlas.2023-01-01+json' : '*/*' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  const { status } = response;
  const told = await response.json();
  const data = {
    status,
    etag: response.headers.get('etag'),
    ...told,
    ...(shown === undefined || status >= 300 ? {} : { shown: shown(told) }),
  };
  if (status < 300) return { status, answer: { data: { [verb]: data } } };
  // The native one alone tells our codes. Of the others 503 says that nobody knows, or that nothing was done.
  const code = UNGUARDED[verb] === undefined ? told.code : ({ 429: 'RATE_LIMITED', 503: 'UNAVAILABLE' }[status] ?? `status ${status}`);
  return { status, answer: { errors: [{ extensions: { code }, told }] } };
}
