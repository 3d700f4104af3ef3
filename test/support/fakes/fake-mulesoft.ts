import { type FakeReply, startJsonServer } from './json-server.ts';

export interface FakeMulesoftApp {
  readonly id: string;
  readonly secret: string;
  readonly orgId: string;
  readonly environments?: readonly string[];
  /** A client of an API, which is no connected app. */
  readonly isApiClient?: boolean;
}

/** A FAKE of Anypoint's Access Management API, made from https://anypoint.mulesoft.com/exchange/portals/anypoint-platform and open clients. */
export async function startFakeMulesoft(apps: readonly FakeMulesoftApp[]) {
  const tokens = new Map<string, FakeMulesoftApp>();
  return await startJsonServer(({ method, url, headers, body }): FakeReply => {
    const asked = `${method} ${url.pathname}`;
    if (asked === 'POST /accounts/api/v2/oauth2/token') {
      const form = new URLSearchParams(body);
      const app = apps.find(({ id, secret }) => id === form.get('client_id') && secret === form.get('client_secret'));
      if (app === undefined || form.get('grant_type') !== 'client_credentials') return { status: 401, body: 'Unauthorized' };
      if (app.isApiClient === true) return { status: 422, body: { name: 'UnprocessableEntity' } };
      tokens.set(`token-of-${app.id}`, app);
      return { status: 200, body: { access_token: `token-of-${app.id}`, expires_in: 3600, token_type: 'bearer' } };
    }
    const app = tokens.get(String(headers.authorization).replace(/^bearer /i, ''));
    if (app === undefined) return { status: 401, body: 'Unauthorized' };
    if (asked === 'GET /accounts/api/me')
      return { status: 200, body: { client: { client_id: app.id, name: 'loader', org_id: app.orgId } } };
    if (asked === `GET /accounts/api/organizations/${app.orgId}/environments`)
      return {
        status: 200,
        body: { data: (app.environments ?? []).map((name) => ({ id: name, name })), total: app.environments?.length ?? 0 },
      };
    return { status: 404, body: { message: 'Not found' } };
  });
}
