import type { TestGateway, TestToken } from './gateway.ts';

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Tests read answers of routes that they know.
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the route's.
  readonly body: any;
}

export interface RestRequest {
  readonly token?: TestToken | null;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request to a path of a gateway, with a token as Bearer unless it says otherwise. */
export async function rest(
  gateway: TestGateway,
  request: `${'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'} ${string}`,
  { token = gateway.owner, body, headers = {} }: RestRequest = {},
): Promise<RestAnswer> {
  const [method = '', path = ''] = request.split(' ');
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token.secret}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: jsonOf(text) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
