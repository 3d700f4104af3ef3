import { createFakeEntra, type FakeEntraApp } from './fake-entra.ts';
import { type FakeReply, startJsonServer } from './json-server.ts';

interface Options {
  readonly tenant: string;
  readonly apps: readonly FakeEntraApp[];
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly factory: string;
  /** Applications that have the role Reader on the factory. */
  readonly readers: readonly string[];
}

/** A FAKE of Azure Resource Manager for one data factory, and of Entra before it, made from https://learn.microsoft.com/rest/api/datafactory */
export async function startFakeDataFactory(
  { subscription, resourceGroup, factory, readers, ...tenant }: Options,
  options: { readonly tls?: boolean } = {},
) {
  const entra = createFakeEntra(tenant);
  return await startJsonServer((request) => {
    const answer = entra.answer(request);
    if (answer !== null) return answer;
    const caller = entra.callerOf(request, 'https://management.azure.com');
    if (caller === null) return failed(401, 'InvalidAuthenticationToken');
    const { pathname, searchParams } = request.url;
    if (searchParams.get('api-version') !== '2018-06-01') return failed(400, 'MissingApiVersionParameter');
    const pattern = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.DataFactory\/factories\/([^/]+)(\/\w+)?$/;
    const [, asked, group, name, rest = ''] = pattern.exec(decodeURIComponent(pathname)) ?? [];
    if (asked !== subscription) return failed(404, 'SubscriptionNotFound');
    if (!readers.includes(caller)) return failed(403, 'AuthorizationFailed');
    if (group !== resourceGroup) return failed(404, 'ResourceGroupNotFound');
    if (name !== factory) return failed(404, 'ResourceNotFound');
    if (request.method === 'GET' && rest === '')
      return { status: 200, body: { id: pathname, name, properties: { provisioningState: 'Succeeded' } } };
    if (request.method === 'GET' && rest === '/pipelines') return { status: 200, body: { value: [] } };
    if (request.method === 'POST' && rest === '/queryPipelineRuns') {
      const { lastUpdatedAfter, lastUpdatedBefore } = JSON.parse(request.body);
      return Date.parse(lastUpdatedAfter) < Date.parse(lastUpdatedBefore)
        ? { status: 200, body: { value: [] } }
        : failed(400, 'BadRequest');
    }
    return failed(404, 'ResourceNotFound');
  }, options);
}

function failed(status: number, code: string): FakeReply {
  return { status, body: { error: { code, message: 'refused' } } };
}
