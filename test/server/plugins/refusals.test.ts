import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { sendRaw } from '../../support/gateway/raw-http.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const BODY = '{"query":"{ __typename }"}';

function request(line: string, headers: readonly string[] = [], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return [`${line} HTTP/1.1`, 'Host: localhost', ...headers, ...length, '', body].join('\r\n');
}

async function ask(line: string, headers: readonly string[] = [], body = '') {
  const reply = await sendRaw(gateway.url, [request(line, headers, body)]);
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(reply.head)?.[1] ?? null;
  const error =
    reply.body === '' ? null : (JSON.parse(reply.body) as { errors?: readonly { message: string; extensions: Record<string, unknown> }[] });
  return { status: reply.status, code: error?.errors?.[0]?.extensions.code ?? null, header, body: reply.body, error: error?.errors?.[0] };
}

const own = () => [`x-mcd-id: ${gateway.owner.id}`, `x-mcd-token: ${gateway.owner.secret}`];
const bearer = (secret = gateway.owner.secret) => `Authorization: Bearer ${secret}`;
const JSON_TYPE = 'Content-Type: application/json';

describe('a method that a path does not have', () => {
  test.each([
    ['/graphql', 'GET, POST'],
    ['/', 'GET, HEAD'],
    ['/livez', 'GET, HEAD'],
    ['/readyz', 'GET, HEAD'],
    ['/metrics', 'GET, HEAD'],
    ['/explorer', 'GET, HEAD'],
    ['/explorer/', 'GET, HEAD'],
    ['/explorer/assets/index.js', 'GET, HEAD'],
    ['/explorer/session', 'GET, POST, DELETE'],
  ])('is 405 at %s, which allows %s', async (path, allow) => {
    const methods = ['PUT', 'PATCH', 'TRACE', 'OPTIONS', 'PROPFIND', 'POST', 'DELETE'].filter((method) => !allow.includes(method));
    const answers = await Promise.all(methods.map((method) => ask(`${method} ${path}`, own())));
    expect(answers.map(({ status, code, header }) => [status, code, header('allow')])).toEqual(
      methods.map(() => [405, 'METHOD_NOT_ALLOWED', allow]),
    );
  });
});

describe('a path that is not served', () => {
  test.each(['/nowhere', '/graphql/', '/api/CNRYpath', '/explorer/CNRYpath', '/explorer/%2e%2e/CNRYpath', '/constructor', '/__proto__'])(
    'is told from an id that is unknown, and names what is: %s',
    async (path) => {
      const { status, code, body, error } = await ask(`GET ${path}`);
      expect({ status, code, names: body.includes('/explorer/'), echoed: body.includes('CNRY'), next: error?.extensions.next }).toEqual({
        status: 404,
        code: 'NOT_FOUND',
        names: true,
        echoed: false,
        next: 'Check the path of the address.',
      });
    },
  );
});

describe('a body', () => {
  test.each([
    ['compressed', ['Content-Encoding: gzip']],
    ['compressed twice', ['Content-Encoding: identity', 'Content-Encoding: br']],
    ['in a coding that nobody knows', ['Content-Encoding: x-own']],
    ['in another charset', ['Content-Type: application/json; charset=utf-16']],
    ['in another charset, said with spaces', ['Content-Type: application/json; charset = "iso-8859-1"']],
    ['in two charsets', ['Content-Type: application/json; charset=utf-8; charset=latin1']],
  ])('%s is 415, and what is read is said', async (_, headers) => {
    const type = headers.some((one) => one.startsWith('Content-Type')) ? [] : [JSON_TYPE];
    const { status, code, header } = await ask('POST /graphql', [...own(), ...type, ...headers], BODY);
    expect({ status, code, reads: header('accept-encoding') }).toEqual({ status: 415, code: 'UNSUPPORTED_TYPE', reads: 'identity' });
  });

  test('compressed by its framing is 415', async () => {
    const headers = [...own(), JSON_TYPE, 'Transfer-Encoding: gzip, chunked'];
    const { status, code } = await ask('POST /graphql', [...headers, '', '0', ''].slice(0, headers.length));
    expect({ status, code }).toEqual({ status: 415, code: 'UNSUPPORTED_TYPE' });
  });

  test.each([[['Content-Encoding: identity']], [['Content-Type: application/json; charset="UTF-8"; profile=x']]])(
    'as it is, is read: %j',
    async (headers) => {
      const type = headers[0]?.startsWith('Content-Type') === true ? [] : [JSON_TYPE];
      expect((await ask('POST /graphql', [...own(), ...type, ...headers], BODY)).body).toBe('{"data":{"__typename":"Query"}}');
    },
  );
});

describe('who is calling', () => {
  test.each<[string, () => readonly string[]]>([
    ['two Authorization headers', () => [bearer(), bearer()]],
    ['two Authorization headers, of which one is good', () => [bearer('nobody'), bearer()]],
    ['two tokens', () => [...own(), `x-mcd-token: ${gateway.owner.secret}`]],
    ['two ids', () => [...own(), 'x-mcd-id: other']],
    ['two forms that show two tokens', () => [...own(), bearer('chg_svc_another')]],
  ])('is not guessed at: %s are 400', async (_, headers) => {
    const { status, code } = await ask('POST /graphql', [...headers(), JSON_TYPE], BODY);
    expect({ status, code }).toEqual({ status: 400, code: 'BAD_REQUEST' });
  });

  test('both forms of one token are read, and so is ours beside what a proxy in front wants', async () => {
    const both = await ask('POST /graphql', [...own(), bearer(), JSON_TYPE], BODY);
    const proxied = await ask('POST /graphql', [...own(), 'Authorization: Basic cHJveHk6cGFzcw==', JSON_TYPE], BODY);
    expect({ both: both.status, proxied: proxied.status }).toEqual({ both: 200, proxied: 200 });
  });

  test('an id is checked in each form', async () => {
    const wrong = await ask('POST /graphql', ['x-mcd-id: other', bearer(), JSON_TYPE], BODY);
    expect({ status: wrong.status, code: wrong.code }).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
  });
});

describe('an expectation', () => {
  test('that nobody meets is 417, as everything is refused', async () => {
    const { status, code, header } = await ask('POST /graphql', [...own(), JSON_TYPE, 'Expect: something-else'], BODY);
    expect({ status, code, cache: header('cache-control') }).toEqual({ status: 417, code: 'BAD_REQUEST', cache: 'no-store' });
  });

  test('of 100-continue is met when the body is wanted, and a body that is not is refused without it', async () => {
    const expecting = (headers: readonly string[], body = BODY) => [
      request('POST /graphql', [...headers, JSON_TYPE, 'Expect: 100-continue', 'Connection: close', `Content-Length: ${body.length}`]),
      body,
    ];
    const wanted = await sendRaw(gateway.url, expecting(own()), 'closed');
    const stranger = await sendRaw(gateway.url, expecting([bearer('nobody')]).slice(0, 1), 'closed');
    const large = await sendRaw(gateway.url, expecting(own(), 'x'.repeat(300_000)).slice(0, 1), 'closed');
    expect({
      wanted: [wanted.status, wanted.body.startsWith('HTTP/1.1 200'), wanted.body.endsWith('{"data":{"__typename":"Query"}}')],
      stranger: stranger.status,
      large: large.status,
    }).toEqual({ wanted: [100, true, true], stranger: 401, large: 413 });
  });
});

describe('what is sent one behind the other on one connection', () => {
  test('is answered in its order, a refusal in the middle of a body included', async () => {
    const reply = await sendRaw(
      gateway.url,
      [
        request('POST /graphql', [...own(), JSON_TYPE], '{"query":"{ getUser { id } }"}'),
        request('POST /graphql', [...own(), JSON_TYPE, 'Content-Length: 300000']),
      ],
      'closed',
    );
    const [, second] = /HTTP\/1\.1 (\d{3})/.exec(reply.body) ?? [];
    expect({ first: reply.status, data: reply.body.startsWith('{"data":{"getUser"'), second }).toEqual({
      first: 200,
      data: true,
      second: '413',
    });
  });

  test('behind what was to be the last is not carried out', async () => {
    const create = JSON.stringify({ query: 'mutation { createToken(name: "behind the last", roles: [viewer]) { secret } }' });
    const reply = await sendRaw(
      gateway.url,
      [
        request('POST /graphql', [...own(), JSON_TYPE, 'Connection: close'], BODY) +
          request('POST /graphql', [...own(), JSON_TYPE], create),
      ],
      'closed',
    );
    const { data } = await gateway.graphql('{ tokens { name } }');
    expect({ status: reply.status, made: JSON.stringify(data).includes('behind the last') }).toEqual({ status: 200, made: false });
  });
});
