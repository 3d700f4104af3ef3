import { type GoogleApi, newerError, PROJECT } from './fake-google.ts';

interface Options {
  readonly locations: readonly string[];
  readonly isDisabled?: boolean;
}

/** A FAKE of the Dataform API, made from its reference, behind the token endpoint of fake-google.ts. */
export function fakeDataform({ locations, isDisabled = false }: Options): GoogleApi {
  return ({ method, url }, { permissions }) => {
    const [, project, location] = /^\/v1\/projects\/([^/]+)\/locations\/([^/]+)\/repositories$/.exec(url.pathname) ?? [];
    if (method !== 'GET' || project === undefined) return null;
    if (isDisabled) return newerError(403, 'PERMISSION_DENIED', 'SERVICE_DISABLED');
    if (project !== PROJECT || !permissions.includes('dataform.repositories.list'))
      return newerError(403, 'PERMISSION_DENIED', 'IAM_PERMISSION_DENIED');
    if (location === undefined || !locations.includes(location)) return newerError(404, 'NOT_FOUND', 'RESOURCE_NOT_FOUND');
    if (location === 'far-away1') return { status: 200, body: { unreachable: [location] } };
    return url.searchParams.get('pageSize') === '1' ? { status: 200, body: {} } : newerError(400, 'INVALID_ARGUMENT', 'BAD_PAGE_SIZE');
  };
}
