import { type FakeReply, startJsonServer } from './json-server.ts';

export interface FakeFivetranKey {
  readonly key: string;
  readonly secret: string;
  readonly systemKeyId?: string;
  readonly mayRead?: boolean;
}

/** A FAKE of Fivetran's REST API, made from https://fivetran.com/docs/rest-api: every body has a code, and the media type says the version. */
export async function startFakeFivetran(keys: readonly FakeFivetranKey[], { accountPath = '/v1/account' } = {}) {
  return await startJsonServer(({ method, url, headers }) => {
    const key = keys.find((one) => headers.authorization === `Basic ${Buffer.from(`${one.key}:${one.secret}`).toString('base64')}`);
    if (url.pathname === '/v1/metadata/connectors') return succeeded({ items: [] });
    if (key === undefined) return failed(401, 'Unauthorized', 'Authentication credentials required.');
    if (headers.accept !== 'application/json;version=2') return failed(406, 'NotAcceptable', 'Use version 2.');
    if (method === 'GET' && url.pathname === accountPath)
      return succeeded({
        account_id: 'acc_1',
        account_name: 'Acme',
        user_id: key.systemKeyId === undefined ? 'usr_1' : null,
        system_key_id: key.systemKeyId ?? null,
      });
    if (method === 'GET' && /^\/v1\/(groups|connections)$/.test(url.pathname) && url.searchParams.get('limit') === '1')
      return key.mayRead === false ? failed(403, 'Forbidden', 'Not permitted.') : succeeded({ items: [], next_cursor: null });
    return failed(404, 'NotFound_Path', 'Not found.');
  });
}

function succeeded(data: object): FakeReply {
  return { status: 200, body: { code: 'Success', data } };
}

function failed(status: number, code: string, message: string): FakeReply {
  return { status, body: { code, message } };
}
