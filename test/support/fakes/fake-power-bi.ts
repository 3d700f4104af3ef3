import { createFakeEntra, type FakeEntraApp, type FakeEntraUser } from './fake-entra.ts';
import { startJsonServer } from './json-server.ts';

interface Options {
  readonly tenant: string;
  readonly apps: readonly FakeEntraApp[];
  readonly users?: readonly FakeEntraUser[];
  /** Ids and names of those whom the tenant lets use the admin API. */
  readonly permitted: readonly string[];
}

/** A FAKE of the admin API of Power BI and of Entra before it, made from https://learn.microsoft.com/rest/api/power-bi/admin/groups-getgroupsasadmin */
export async function startFakePowerBi({ permitted, ...tenant }: Options, options: { readonly tls?: boolean } = {}) {
  const entra = createFakeEntra(tenant);
  return await startJsonServer((request) => {
    const answer = entra.answer(request);
    if (answer !== null) return answer;
    const caller = entra.callerOf(request, 'https://analysis.windows.net/powerbi/api');
    if (caller === null) return { status: 403, body: { error: { code: 'TokenInvalid' } } };
    if (request.method !== 'GET' || request.url.pathname !== '/v1.0/myorg/admin/groups') return { status: 404, body: '' };
    if (request.url.searchParams.get('$top') === null)
      return { status: 400, body: { error: { code: 'InvalidRequest', message: '$top is required' } } };
    if (!permitted.includes(caller)) return { status: 401, body: { error: { code: 'PowerBINotAuthorizedException' } } };
    return { status: 200, body: { '@odata.context': 'c', value: [{ id: 'g', name: 'Sales' }] } };
  }, options);
}
