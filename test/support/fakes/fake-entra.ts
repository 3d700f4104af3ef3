import type { FakeReply, FakeRequest } from './json-server.ts';

export interface FakeEntraApp {
  readonly clientId: string;
  readonly secret?: string;
  readonly isExpired?: boolean;
  /** A token of somebody else that is federated with it. */
  readonly federated?: string;
}

export interface FakeEntraUser {
  readonly name: string;
  readonly password: string;
  readonly needsSecondFactor?: boolean;
  readonly isFederated?: boolean;
}

interface Tenant {
  readonly tenant: string;
  readonly apps: readonly FakeEntraApp[];
  readonly users?: readonly FakeEntraUser[];
}

/** A FAKE of Microsoft Entra's token endpoint, made from what msal sends and the documented AADSTS codes. */
export function createFakeEntra({ tenant, apps, users = [] }: Tenant) {
  const issued = new Map<string, { readonly audience: string; readonly who: string }>();

  function issue(clientId: string, who: string, scope: string): FakeReply {
    const resource = scope.split(' ').find((one) => one.endsWith('/.default'));
    if (resource === undefined) return refused(400, 'invalid_scope', 70011, 'The provided value for scope is not valid.');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part({ appid: clientId, oid: `oid-of-${who}`, tid: tenant, n: issued.size })}.signature`;
    issued.set(token, { audience: resource.replace(/\/\.default$/, ''), who });
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token } };
  }

  return {
    /** What Entra answers; null for a request that is not its own. */
    answer({ method, url, headers, body }: FakeRequest): FakeReply | null {
      const realm = /^\/common\/userrealm\/(.+)$/.exec(url.pathname)?.[1];
      if (realm !== undefined && url.searchParams.get('api-version') === '1.0')
        return {
          status: 200,
          body: { account_type: users.find(({ name }) => name === decodeURIComponent(realm))?.isFederated ? 'Federated' : 'Managed' },
        };
      const described = /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration$/.exec(url.pathname)?.[1];
      if (described !== undefined)
        return described === tenant
          ? describeTenant(tenant, String(headers.host))
          : refused(400, 'invalid_tenant', 90002, 'Tenant not found.');
      const named = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(url.pathname)?.[1];
      if (named === undefined) return null;
      if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded')
        return refused(400, 'invalid_request', 900144, 'The request body must contain a form.');
      if (named !== tenant) return refused(400, 'invalid_request', 90002, 'Tenant not found.');
      const form = new URLSearchParams(body);
      const app = apps.find(({ clientId }) => clientId === form.get('client_id'));
      if (app === undefined) return refused(400, 'unauthorized_client', 700016, 'Application was not found in the directory.');
      if (form.get('grant_type') === 'client_credentials') {
        if (form.has('client_assertion')) {
          const isJwt = form.get('client_assertion_type') === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
          if (!isJwt || form.has('client_secret') || app.federated !== form.get('client_assertion'))
            return refused(401, 'invalid_client', 700213, 'No matching federated identity record found.');
          return issue(app.clientId, app.clientId, form.get('scope') ?? '');
        }
        if (app.secret === undefined || app.secret !== form.get('client_secret'))
          return refused(401, 'invalid_client', 7000215, 'Invalid client secret provided.');
        if (app.isExpired === true) return refused(401, 'invalid_client', 7000222, 'The provided client secret keys are expired.');
        return issue(app.clientId, app.clientId, form.get('scope') ?? '');
      }
      if (form.get('grant_type') !== 'password') return refused(400, 'unsupported_grant_type', 70003, 'Unsupported grant type.');
      const user = users.find(({ name, password }) => name === form.get('username') && password === form.get('password'));
      if (user === undefined)
        return refused(400, 'invalid_grant', 50126, 'Error validating credentials due to invalid username or password.');
      if (user.needsSecondFactor === true) return refused(400, 'interaction_required', 50076, 'You must use multi-factor authentication.');
      return issue(app.clientId, user.name, form.get('scope') ?? '');
    },
    /** From now on no token that was issued is good. */
    endTokens: () => issued.clear(),
    /** Whose token for that resource the header holds; null for no token of it. */
    callerOf({ headers }: FakeRequest, audience: string): string | null {
      const held = issued.get((headers.authorization ?? '').replace(/^Bearer /, ''));
      return held?.audience === audience ? held.who : null;
    },
  };
}

/** Of its many members those that clients go by. What it names as issuer is no address of its own. */
function describeTenant(tenant: string, host: string): FakeReply {
  const at = (end: string) => `https://${host}/${tenant}/oauth2/v2.0/${end}`;
  return {
    status: 200,
    body: {
      issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
      authorization_endpoint: at('authorize'),
      token_endpoint: at('token'),
      device_authorization_endpoint: at('devicecode'),
    },
  };
}

function refused(status: number, error: string, number: number, text: string): FakeReply {
  return {
    status,
    body: { error, error_description: `AADSTS${number}: ${text}`, error_codes: [number], trace_id: 't', correlation_id: 'c' },
  };
}
