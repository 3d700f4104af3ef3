import type { Overrides } from '../../../src/app/overrides.ts';
import { shortId } from '../../../src/domain/token/service-account.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { NOBODY_ANSWERS } from '../../support/gateway/nobody-answers.ts';
import { type RestAnswer, type RestRequest, rest } from '../../support/gateway/rest-client.ts';

export const KEY = '0123456789abcdef0123456789ab41be';
export const OTHER_KEY = 'fedcba9876543210fedcba9876549f0c';
export const V2_TYPE = 'application/vnd.atlas.2023-01-01+json;charset=utf-8';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface AtlasBench {
  readonly gateway: TestGateway;
  readonly groupId: string;
  /** A request to a path below the group's integrations; with `v1` in the place of the method's first letter it goes to version 1.0. */
  ask(request: `${Method} ${string}`, options?: RestRequest): Promise<RestAnswer>;
  v1(request: `${Method} ${string}`, options?: RestRequest): Promise<RestAnswer>;
}

/** A gateway that reaches nobody, with what a client of MongoDB Atlas' second version sends by itself. */
export async function startAtlas(
  settings: Readonly<Record<string, string>> = {},
  databaseUrl: string | null = null,
  overrides: Overrides = {},
): Promise<AtlasBench> {
  const gateway = await startGateway({ ...NOBODY_ANSWERS, ...overrides, settings, ...(databaseUrl === null ? {} : { databaseUrl }) });
  const groupId = shortId(gateway.app.projectId);
  const to = (version: string) => (request: string, options: RestRequest) => {
    const [method = '', path = ''] = request.split(' ');
    const accept = { accept: 'application/vnd.atlas.2023-01-01+json' };
    const target = `${method} /api/atlas/${version}/groups/${groupId}/integrations${path}` as `GET ${string}`;
    return rest(gateway, target, { ...options, headers: { ...accept, ...options.headers } });
  };
  return {
    gateway,
    groupId,
    ask: (request, options = {}) => to('v2')(request, options),
    v1: (request, options = {}) => to('v1.0')(request, options),
  };
}
