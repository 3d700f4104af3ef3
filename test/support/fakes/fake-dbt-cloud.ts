import { type FakeReply, type JsonServer, startJsonServer } from './json-server.ts';

export interface FakeDbtToken {
  readonly token: string;
  readonly accounts: readonly { readonly id: number; readonly name: string }[];
  readonly mayRead?: boolean;
  /** Its account has no plan with an API. */
  readonly unpaid?: boolean;
}

/**
 * A FAKE of dbt Cloud's Administrative API, made from https://docs.getdbt.com/dbt-cloud/api-v3 and public issues: paths end in a slash, a
 * wrong token is `Invalid token.`, what may not be seen is not found. The webhook's test, a GET, counts as an event that was sent.
 */
export async function startFakeDbtCloud(tokens: readonly FakeDbtToken[], webhooks: readonly string[] = []) {
  const sent: string[] = [];
  const server: JsonServer = await startJsonServer(({ method, url, headers }) => {
    const token = tokens.find((one) => [`Token ${one.token}`, `Bearer ${one.token}`].includes(headers.authorization ?? ''));
    if (token === undefined) return failed(401, 'Invalid token.');
    if (token.unpaid === true) return failed(401, 'The API is not accessible to unpaid accounts.');
    if (method !== 'GET') return failed(405, 'Method not allowed.');
    if (url.pathname === '/api/v3/accounts/') return found(token.accounts);
    const [, version, account, rest = ''] = /^\/api\/(v2|v3)\/accounts\/(\d+)\/(.*)$/.exec(url.pathname) ?? [];
    if (!token.accounts.some(({ id }) => String(id) === account)) return failed(404, 'Not found.');
    if (rest.endsWith('/test')) sent.push(rest);
    const webhook = /^webhooks\/subscription\/(\w+)$/.exec(rest)?.[1];
    if (version === 'v3' && webhook !== undefined) return webhooks.includes(webhook) ? found({ id: webhook }) : failed(404, 'Not found.');
    if (version === 'v2' && /^(jobs|runs)\/$/.test(rest) && url.searchParams.get('limit') === '1')
      return token.mayRead === false ? failed(404, 'Not found.') : found([]);
    return failed(404, 'Not found.');
  });
  return { ...server, sent };
}

function found(data: unknown): FakeReply {
  return { status: 200, body: { data, status: { code: 200, is_success: true, user_message: 'Success!', developer_message: '' } } };
}

function failed(code: number, message: string): FakeReply {
  return { status: code, body: { data: null, status: { code, is_success: false, user_message: message, developer_message: '' } } };
}
