import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rateLimited } from '../../../src/domain/errors/rate-limited.ts';
import { renderError } from '../../../src/rest/atlas/wire/errors.ts';
import { overTls } from '../../support/gateway/over-tls.ts';
import { rest } from '../../support/gateway/rest-client.ts';
import { type AtlasBench, KEY, OTHER_KEY, startAtlas, V2_TYPE } from './bench.ts';

const ACCEPT = 'application/vnd.atlas.2023-01-01+json';

describe('requests and answers', () => {
  let bench: AtlasBench;
  beforeAll(async () => {
    bench = await startAtlas({ CHANGEOVER_PUBLIC_URL: 'https://changeover.example.com/' });
    await bench.ask('POST /DATADOG', { body: { apiKey: KEY } });
    await bench.ask('POST /PAGER_DUTY', { body: { serviceKey: OTHER_KEY } });
  });
  afterAll(() => bench.gateway.close());

  test.each([
    ['application/vnd.atlas.2023-01-01+json', 200],
    ['application/vnd.atlas.2025-03-12+json', 200],
    ['application/vnd.atlas.2024-02-29+json;q=0.5', 200],
    ['text/html, application/vnd.atlas.2023-02-01+json, */*', 200],
    ['application/vnd.atlas.2022-12-31+json', 406],
    ['application/vnd.atlas.2023-02-30+json', 406],
    ['application/vnd.atlas.preview+json', 406],
    ['application/json', 406],
    ['*/*', 406],
    ['', 406],
  ])('Accept: %s is answered with %i', async (accept, status) => {
    const answer = await bench.ask('GET ', { headers: { accept } });
    expect([answer.status, answer.headers.get('content-type'), answer.body.errorCode]).toEqual(
      status === 200 ? [200, V2_TYPE, undefined] : [406, 'application/json', 'INVALID_VERSION_DATE'],
    );
  });

  test.each([
    ['application/json', 409],
    ['application/json; charset=UTF-8', 409],
    ['application/vnd.atlas.2025-03-12+json', 409],
    ['application/x-www-form-urlencoded', 415],
    ['application/vnd.atlas.latest+json', 415],
    ['application/json; charset=latin1', 415],
    ['text/plain', 415],
  ])('a body of type %s is answered with %i', async (type, status) => {
    const answer = await bench.ask('POST /DATADOG', { body: { apiKey: KEY }, headers: { 'content-type': type } });
    expect(answer.status).toBe(status);
  });

  test('links begin with the public URL, name all three parameters, and lead to neighbours that there are', async () => {
    const { body } = await bench.ask('GET ?itemsPerPage=1&pageNum=2&includeCount=FALSE');
    const base = `https://changeover.example.com/api/atlas/v2/groups/${bench.groupId}/integrations`;
    const beyond = await bench.ask('GET ?pageNum=9');
    expect({
      links: body.links,
      types: body.results.map(({ type }: { type: string }) => type),
      count: 'totalCount' in body,
      beyond: beyond.body.results,
    }).toEqual({
      links: [
        { href: `${base}?includeCount=false&pageNum=2&itemsPerPage=1`, rel: 'self' },
        { href: `${base}?includeCount=false&pageNum=1&itemsPerPage=1`, rel: 'previous' },
      ],
      types: ['DATADOG'],
      count: false,
      beyond: [],
    });
  });

  test('the neighbours of what a PUT answers are pages of the list', async () => {
    const { body } = await bench.ask('PUT /DATADOG?itemsPerPage=1', { body: { apiKey: KEY } });
    const base = `https://changeover.example.com/api/atlas/v2/groups/${bench.groupId}/integrations`;
    expect(body.links).toEqual([
      { href: `${base}/DATADOG?includeCount=true&pageNum=1&itemsPerPage=1`, rel: 'self' },
      { href: `${base}?includeCount=true&pageNum=2&itemsPerPage=1`, rel: 'next' },
    ]);
  });

  test.each([
    ['itemsPerPage=0', 'itemsPerPage'],
    ['itemsPerPage=501', 'itemsPerPage'],
    ['pageNum=0', 'pageNum'],
    ['pageNum=x', 'pageNum'],
    ['pageNum=1&pageNum=2', 'pageNum'],
    ['includeCount=1', 'includeCount'],
    ['envelope=yes', 'envelope'],
    ['pretty=', 'pretty'],
  ])('?%s is refused by name', async (query, name) => {
    const { status, body } = await bench.ask(`GET ?${query}`);
    expect([status, body.errorCode, body.parameters]).toEqual([400, 'INVALID_QUERY_PARAMETER', [name]]);
  });

  test('an envelope tells the status in the body, of failures too, and of what has no body', async () => {
    const entity = await bench.ask('GET /DATADOG?envelope=true');
    const list = await bench.ask('GET ?envelope=true');
    const failure = await bench.ask('GET /SLACK?envelope=true');
    const removed = await bench.ask('DELETE /DATADOG?envelope=true');
    await bench.ask('POST /DATADOG', { body: { apiKey: KEY } });
    expect({
      entity: [entity.status, entity.body.status, entity.body.content.type],
      list: [list.body.status, list.body.totalCount],
      failure: [failure.status, failure.body.status, failure.body.errorCode],
      removed: [removed.status, removed.body],
    }).toEqual({
      entity: [200, 200, 'DATADOG'],
      list: [200, 2],
      failure: [404, 404, 'INTEGRATION_NOT_CONFIGURED'],
      removed: [200, { status: 204, content: null }],
    });
  });

  test('pretty answers are indented by two blanks, failures too, and others are compact', async () => {
    const texts = [await bench.ask('GET /DATADOG?pretty=true'), await bench.ask('GET /SLACK?pretty=True'), await bench.ask('GET /SLACK')];
    expect(texts.map(({ text }) => /^\{\n {2}"/.test(text))).toEqual([true, true, false]);
  });

  test.each([
    ['POST /DATADOG', '{"apiKey":', 'MALFORMED_JSON'],
    ['POST /DATADOG', '', 'MALFORMED_JSON'],
    ['POST /DATADOG', '{"apiKey":"a","apiKey":"b"}', 'MALFORMED_JSON'],
    ['POST /DATADOG', '[]', 'INVALID_JSON'],
    ['POST /HIP_CHAT', '{}', 'HIPCHAT_NOT_SUPPORTED'],
    ['PUT /HIP_CHAT', '{}', 'HIPCHAT_NOT_SUPPORTED'],
    ['POST /SOMETHING', '{}', 'INVALID_PATH_PARAMETER'],
    ['POST /datadog', '{}', 'INVALID_PATH_PARAMETER'],
  ] as const)('%s %j is %s', async (request, body, code) => {
    const answer = await bench.ask(request, { body, headers: { 'content-type': 'application/json' } });
    expect([answer.status, answer.body.errorCode, answer.body.error, answer.body.reason]).toEqual([400, code, 400, 'Bad Request']);
  });

  test.each([
    ['an account of another form', 'NEW_RELIC', { accountId: 'x' }, 400, 'INTEGRATION_FIELDS_INVALID'],
    ['a region that there is not', 'OPS_GENIE', { apiKey: 'k', region: 'MARS' }, 400, 'INVALID_ENUM_VALUE'],
    ['an empty key', 'OPS_GENIE', { apiKey: '' }, 400, 'MISSING_ATTRIBUTE'],
    ['another type', 'OPS_GENIE', { type: 'SLACK', apiKey: 'k' }, 400, 'INVALID_ATTRIBUTE'],
    ['a switch that nobody knows', 'OPS_GENIE', { apiKey: 'k', frequency: 3 }, 400, 'INVALID_ATTRIBUTE'],
    ['all that it takes', 'OPS_GENIE', { apiKey: 'k', region: 'EU' }, 404, 'INTEGRATION_NOT_CONFIGURED'],
    ['the mask of a key', 'OPS_GENIE', { apiKey: '****************************41be' }, 404, 'INTEGRATION_NOT_CONFIGURED'],
    ['no key', 'OPS_GENIE', {}, 404, 'INTEGRATION_NOT_CONFIGURED'],
  ])('a PUT with %s of a service that is not configured is told what is wrong with it first', async (_what, type, body, status, code) => {
    const answer = await bench.ask(`PUT /${type}`, { body });
    expect([answer.status, answer.body.errorCode]).toEqual([status, code]);
  });

  test('HIP_CHAT is never there', async () => {
    const answers = [await bench.ask('GET /HIP_CHAT'), await bench.ask('DELETE /HIP_CHAT')];
    expect(answers.map(({ status, body }) => [status, body.errorCode])).toEqual([
      [404, 'INTEGRATION_NOT_CONFIGURED'],
      [404, 'INTEGRATION_NOT_CONFIGURED'],
    ]);
  });

  test('groups and roles are told apart, and what is not served is told in the same form', async () => {
    const { gateway, groupId } = bench;
    const ask = async (path: string, token = gateway.owner, method = 'GET') => {
      const answer = await rest(gateway, `${method} ${path}` as 'GET /', { token, headers: { accept: ACCEPT } });
      return [answer.status, answer.body.errorCode, answer.body.parameters, answer.headers.get('www-authenticate')];
    };
    const path = `/api/atlas/v2/groups/${groupId}/integrations`;
    const [viewer, job] = [await gateway.token('viewer'), await gateway.token('job')];
    expect({
      malformed: await ask(path.replace(groupId, 'xyz')),
      upperCase: await ask(path.replace(groupId, 'ABCDEFABCDEFABCDEFABCDEF')),
      absent: await ask(path.replace(groupId, '0'.repeat(24))),
      reader: (await ask(path, viewer))[0],
      writer: await ask(`${path}/DATADOG`, viewer, 'DELETE'),
      job: await ask(path, job),
      unknown: await ask('/api/atlas/v2/nothing'),
      method: await ask(path, gateway.owner, 'PATCH'),
    }).toEqual({
      malformed: [404, 'INVALID_GROUP_ID', ['xyz'], null],
      upperCase: [404, 'INVALID_GROUP_ID', ['ABCDEFABCDEFABCDEFABCDEF'], null],
      absent: [404, 'GROUP_NOT_FOUND', ['0'.repeat(24)], null],
      reader: 200,
      writer: [401, 'USER_UNAUTHORIZED', [], null],
      job: [401, 'USER_UNAUTHORIZED', [], null],
      unknown: [404, 'RESOURCE_NOT_FOUND', ['/api/atlas/v2/nothing'], null],
      method: [405, 'METHOD_NOT_ALLOWED', [], null],
    });
  });

  test('nobody is told what is served before logging in, and asking for a version', async () => {
    const { gateway, groupId } = bench;
    const paths = [
      'GET /api/atlas',
      'GET /api/atlas/v2/nothing',
      'PATCH /api/atlas/v2/groups/x/integrations',
      'GET /api/atlas/v2/%67roups',
    ];
    const codes = async (options: object) => {
      const answers = await Promise.all(paths.map((path) => rest(gateway, path as 'GET /', options)));
      return answers.map(({ status, headers, body }) => [status, body.errorCode, headers.get('content-type'), headers.get('allow')]);
    };
    const json = 'application/json';
    const large = await rest(gateway, 'POST /api/atlas/v2/nothing', { token: null, body: 'x'.repeat(262_145) });
    const challenged = await rest(gateway, 'POST /api/atlas/v2/nothing', { token: null, body: {} });
    expect({
      nobody: await codes({ token: null }),
      unversioned: await codes({ headers: { accept: json } }),
      known: await codes({ headers: { accept: ACCEPT } }),
      large: large.status,
      challenged: challenged.headers.get('www-authenticate')?.split(' ', 1),
      query: (await rest(gateway, 'QUERY /api/atlas/v2/groups' as 'GET /')).status,
      group: (await rest(gateway, `GET /api/atlas/v2/groups/${groupId}/integrations/DATADOG/x`, { headers: { accept: ACCEPT } })).status,
    }).toEqual({
      nobody: paths.map(() => [401, 'UNEXPECTED_ERROR', json, null]),
      unversioned: [[404, 'RESOURCE_NOT_FOUND', json, null], ...paths.slice(1).map(() => [406, 'INVALID_VERSION_DATE', json, null])],
      known: [
        [404, 'RESOURCE_NOT_FOUND', json, null],
        [404, 'RESOURCE_NOT_FOUND', json, null],
        [405, 'METHOD_NOT_ALLOWED', json, 'GET, HEAD'],
        [404, 'RESOURCE_NOT_FOUND', json, null],
      ],
      large: 413,
      challenged: ['Digest'],
      query: 405,
      group: 404,
    });
  });

  test('the group of the credentials is told to whoever asks', async () => {
    const { body } = await rest(bench.gateway, 'GET /api/atlas/v2/groups', { headers: { accept: ACCEPT } });
    expect([body.totalCount, body.results[0].id]).toEqual([1, bench.groupId]);
  });

  test('a body that is too large is refused, and telemetry is taken from anybody and thrown away', async () => {
    const large = await bench.ask('POST /DATADOG', { body: { apiKey: 'x'.repeat(262_144) } });
    const events = await rest(bench.gateway, 'POST /api/private/unauth/telemetry/events', { token: null, body: [{ a: 1 }] });
    expect([large.status, large.body.errorCode, events.status, events.text]).toEqual([413, 'REQUEST_TOO_LARGE', 204, '']);
  });
});

test('a group has one bucket, which answers tell of, and a refusal says how large it is', async () => {
  const { gateway, ask } = await startAtlas({ CHANGEOVER_ATLAS_REQUESTS_AT_ONCE: '2', CHANGEOVER_ATLAS_REQUESTS_PER_MINUTE: '1' });
  const answers = [await ask('GET '), await ask('GET '), await ask('GET ')];
  await gateway.close();
  expect(answers.map(({ status, headers }) => [status, headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')])).toEqual([
    [200, '2', '1'],
    [200, '2', '0'],
    [429, '2', '0'],
  ]);
  expect([answers[2]?.body.errorCode, answers[2]?.body.parameters.slice(1), answers[2]?.headers.get('retry-after')]).toEqual([
    'RATE_LIMITED_TOKEN_BUCKET',
    [60, 2, 1, 60],
    '60',
  ]);
});

test('a token has a bucket of its own, whose refusal says how large it is, too', async () => {
  const { gateway, groupId, ask } = await startAtlas({ CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '1' });
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask('GET ')));
  await gateway.close();
  const refused = answers.find(({ status }) => status === 429);
  expect({ body: refused?.body, code: refused?.headers.get('x-error-code'), retry: refused?.headers.get('retry-after') }).toEqual({
    body: {
      detail: expect.any(String),
      error: 429,
      errorCode: 'RATE_LIMITED_TOKEN_BUCKET',
      parameters: [`/api/atlas/v2/groups/${groupId}/integrations`, 1, 2, 60, 60],
      reason: 'Too Many Requests',
    },
    code: 'RATE_LIMITED_TOKEN_BUCKET',
    retry: '1',
  });
});

test('what is too much at once is told as a bucket, too, of as many as there may be', () => {
  const asked = { url: '/api/atlas/v2/groups?pretty=false', query: {} } as FastifyRequest;
  const { status, headers, body } = renderError(rateLimited('Too many at once.', 5, { capacity: 64 }), asked, 429);
  expect({ status, code: headers?.['x-error-code'], parameters: JSON.parse(String(body)).parameters }).toEqual({
    status: 429,
    code: 'RATE_LIMITED_TOKEN_BUCKET',
    parameters: ['/api/atlas/v2/groups', 5, 64, 64, 5],
  });
});

test('answers have the headers that upstream sends, the one for TLS over TLS alone', async () => {
  const { settings, authorityFile } = overTls();
  const secured = await startAtlas(settings);
  const plain = await startAtlas();
  const path = `/api/atlas/v2/groups/${secured.groupId}/integrations`;
  const headers = { accept: ACCEPT, authorization: `Bearer ${secured.gateway.owner.secret}` };
  const sent = request(`${secured.gateway.url}${path}`, { ca: readFileSync(authorityFile), headers });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  const overHttp = await plain.ask('GET ');
  for (const { gateway } of [secured, plain]) await gateway.close();
  const of = (name: string) => [answer.headers[name], overHttp.headers.get(name)];
  expect({
    status: [answer.statusCode, overHttp.status],
    type: of('content-type'),
    sniffing: of('x-content-type-options'),
    frames: of('x-frame-options'),
    limit: of('ratelimit-limit'),
    remaining: of('ratelimit-remaining'),
    tls: of('strict-transport-security'),
  }).toEqual({
    status: [200, 200],
    type: [V2_TYPE, V2_TYPE],
    sniffing: ['nosniff', 'nosniff'],
    frames: ['DENY', 'DENY'],
    limit: ['1200', '1200'],
    remaining: ['1199', '1199'],
    tls: ['max-age=31536000', null],
  });
});
