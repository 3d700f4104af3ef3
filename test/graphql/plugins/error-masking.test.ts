import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const STAGE =
  'mutation ($d: WebhookConnectionDetails!) { testWebhookCredentialsV2(connectionDetails: $d, validationName: "save_credentials") { key } }';
const good = { url: 'https://hooks.example.com/x', signingSecret: 'CNRYsecret-of-the-test-000' };

describe('errors name the field and the type, never the value (F1)', () => {
  test.each<[string, string, object, string]>([
    ['#31 an unknown field beside a secret', STAGE, { d: { ...good, notAField: 1 } }, 'd.notAField'],
    ['#32 a value of the wrong type', STAGE, { d: { ...good, url: { CNRY: 'CNRY' } } }, 'd.url'],
    ['a missing field', STAGE, { d: { signingSecret: good.signingSecret } }, 'd.url'],
    ['a missing variable', STAGE, {}, 'd'],
    ['null for what is required', STAGE, { d: null }, 'd'],
  ])('%s', async (_, query, variables, path) => {
    const { errors, text } = await gateway.graphql(query, variables);
    expect({ code: errors?.[0]?.extensions.code, path: errors?.[0]?.extensions.path, text: text.includes('CNRY') }).toEqual({
      code: 'BAD_REQUEST',
      path,
      text: false,
    });
  });

  test.each([
    ['#33 of the wrong type', '{ connection(id: "CNRY") { uuid } }'],
    ['of no type at all', '{ connection(id: {CNRY: "CNRY"}) { uuid } }'],
    ['for an enum', '{ getPlatformServices(connectionTypes: [CNRY]) { uuid } }'],
    ['for a number', '{ connections(first: "CNRY") { edges { cursor } } }'],
    ['that is cut off', '{ connection(id: "CNRY'],
    ['in a bad escape', '{ connection(id: "\\CNRY") { uuid } }'],
    ['between operations', '{ __typename } CNRY'],
  ])('a literal %s', async (_, query) => {
    const { errors, text } = await gateway.graphql(query);
    expect({ code: errors?.[0]?.extensions.code, text: text.includes('CNRY') }).toEqual({ code: 'BAD_REQUEST', text: false });
  });

  test.each([
    ['null, where one is required', 'null'],
    [
      'a name that is given twice',
      '{"url":"https://a.example/","url":"https://CNRY.example/","signingSecret":"a secret of at least 24 characters"}',
    ],
    ['a list', '[]'],
  ])('JSON in a string that holds %s is BAD_REQUEST, and no fault of ours (N15)', async (_, json) => {
    const inVariable = await gateway.graphql(
      'mutation ($d: JSONString!) { stageConnection(connectionType: "webhook", details: $d) { key } }',
      {
        d: json,
      },
    );
    const inDocument = await gateway.graphql(
      `mutation { stageConnection(connectionType: "webhook", details: ${JSON.stringify(json)}) { key } }`,
    );
    const told = ({ errors, text }: Answer) => ({ code: errors?.[0]?.extensions.code, echoes: text.includes('CNRY') });
    const refused = { code: 'BAD_REQUEST', echoes: false };
    expect({ inVariable: told(inVariable), inDocument: told(inDocument) }).toEqual({ inVariable: refused, inDocument: refused });
  });

  test('#35 text that is not well-formed, or holds NUL, is refused by path', async () => {
    const paths = [];
    for (const signingSecret of ['\ud800 a secret of at least 24 characters', '\0 a secret of at least 24 characters']) {
      const { errors } = await gateway.graphql(STAGE, { d: { ...good, signingSecret } });
      paths.push([errors?.[0]?.extensions.code, errors?.[0]?.extensions.path]);
    }
    expect(paths).toEqual([
      ['BAD_REQUEST', 'd.signingSecret'],
      ['BAD_REQUEST', 'signingSecret'],
    ]);
  });

  test.each([
    'https://user:CNRYpw@example.com/',
    'https://example.com:99999/CNRY',
    'https://exa mple.com/CNRY',
    'https://[::bad/CNRY',
    'https://example.com/#CNRY',
    'ftp://example.com/CNRY',
    'https://example.com/\r\nCNRY: x',
  ])('#36 #85 a URL that is not one we take: %s', async (url) => {
    const { errors, text } = await gateway.graphql(STAGE, { d: { ...good, url } });
    expect({ code: errors?.[0]?.extensions.code, path: errors?.[0]?.extensions.path, text: text.includes('CNRY') }).toEqual({
      code: 'BAD_REQUEST',
      path: 'url',
      text: false,
    });
  });

  test.each([
    ['X-Token', 'CNRY\r\nx: y', 'headerValue', 'INVALID_HEADER_VALUE'],
    ['X-Token', 'CNRY\u00e9', 'headerValue', 'INVALID_HEADER_VALUE'],
    ['Host', 'CNRY', 'headerName', 'BAD_REQUEST'],
    ['Content-Length', 'CNRY', 'headerName', 'BAD_REQUEST'],
    ['Transfer-Encoding', 'CNRY', 'headerName', 'BAD_REQUEST'],
    ['webhook-signature', 'CNRY', 'headerName', 'BAD_REQUEST'],
    ['X Token', 'CNRY', 'headerName', 'BAD_REQUEST'],
  ])('#37 #91 a header %s that may not be sent', async (headerName, headerValue, path, code) => {
    const { errors, text } = await gateway.graphql(STAGE, { d: { ...good, headerName, headerValue } });
    expect({ code: errors?.[0]?.extensions.code, path: errors?.[0]?.extensions.path, text: text.includes('CNRY') }).toEqual({
      code,
      path,
      text: false,
    });
  });
});

describe('what is wrong a thousand times', () => {
  test.each<[string, string, object]>([
    [
      'in the variables',
      'query ($c: [ConnectionTypeEnum]) { getPlatformServices(connectionTypes: $c) { uuid } }',
      { c: Array(500).fill('NOPE') },
    ],
    [
      'in names of variables',
      '{ __typename }',
      Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${index}${'x'.repeat(1000)}`, '\ud800'])),
    ],
    ['in the document', `{ ${Array.from({ length: 300 }, (_, index) => `nope${index}`).join(' ')} }`, {}],
    ['in one long name', `{ ${'n'.repeat(60_000)} }`, {}],
    [
      'in the details',
      'mutation ($d: JSONString!) { stageConnection(connectionType: "webhook", details: $d) { key } }',
      { d: JSON.stringify({ ['k'.repeat(60_000)]: 1 }) },
    ],
  ])('is said at most five times and in 4 KB: %s', async (_, query, variables) => {
    const { errors, text } = await gateway.graphql(query, variables);
    expect({ isRefused: (errors?.length ?? 0) >= 1, isShort: (errors?.length ?? 0) <= 5, isSmall: text.length <= 4096 }).toEqual({
      isRefused: true,
      isShort: true,
      isSmall: true,
    });
  });
});

test('F4 #42 what we say of a fault of ours does not depend on NODE_ENV', async () => {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'development';
  Object.assign(gateway.app.services.store.read.projects, {
    find: () => {
      throw Object.assign(new Error('CNRYmessage', { cause: 'CNRYcause' }), { detail: 'CNRYdetail' });
    },
  });
  const { text, errors } = await gateway.graphql('{ getUser { account { uuid name } } }');
  process.env.NODE_ENV = before;
  expect({ code: errors?.[0]?.extensions.code, text: text.includes('CNRY') }).toEqual({ code: 'INTERNAL', text: false });
});

describe('what is wrong is said in plain words, with the argument or field that it is about', () => {
  const UUID = 'a UUID, such as 01a20e09-e595-72fc-9d2a-53e9c4eedb47';
  test.each<[string, object, string]>([
    ['{ connection(id: 5) { uuid } }', {}, `The argument "id" of "connection" is not valid: it must be ${UUID}.`],
    ['{ connection(id: "CNRY") { uuid } }', {}, `The argument "id" of "connection" is not valid: it must be ${UUID}.`],
    ['{ connection(id: null) { uuid } }', {}, `The argument "id" of "connection" is not valid: it must be ${UUID}.`],
    ['{ connection { uuid } }', {}, `"connection" needs the argument "id": ${UUID}.`],
    ['query ($id: UUID!) { connection(id: $id) { uuid } }', {}, `The variable "$id" is required: ${UUID}.`],
    ['query ($id: UUID!) { connection(id: $id) { uuid } }', { id: 'CNRY' }, `"id" is not valid: it must be ${UUID}.`],
    ['query ($id: String) { connection(id: $id) { uuid } }', {}, 'The variable "$id" is declared as String, where UUID! is needed.'],
    [
      '{ connections(first: "CNRY") { edges { cursor } } }',
      {},
      'The argument "first" of "connections" is not valid: it must be a whole number.',
    ],
    [
      'query ($n: Int = "CNRY") { connections(first: $n) { edges { cursor } } }',
      {},
      'The default of the variable "$n" is not valid: it must be a whole number.',
    ],
    [
      '{ connections(filter: { active: "CNRY" }) { edges { cursor } } }',
      {},
      'The argument "filter.active" of "connections" is not valid: it must be true or false.',
    ],
    ['{ connections(filter: { kind: "CNRY" }) { edges { cursor } } }', {}, 'ConnectionFilter has no field "kind".'],
    [
      '{ changes(state: CNRY) { edges { cursor } } }',
      {},
      'The argument "state" of "changes" is not valid: it must be one of COMMITTED, DISCARDED, OPEN, PENDING.',
    ],
    [
      'query ($s: ChangeState) { changes(state: $s) { edges { cursor } } }',
      { s: 'CNRY' },
      '"s" is not valid: it must be one of COMMITTED, DISCARDED, OPEN, PENDING.',
    ],
    ['{ connections(size: 5) { edges { cursor } } }', {}, '"connections" has no argument "size".'],
    ['{ connections }', {}, 'Name the fields of "connections" that you want, in braces behind it.'],
    ['{ getUser { email { address } } }', {}, '"email" has no fields of its own: leave out the braces behind it.'],
    ['{ getUsr { id } }', {}, 'There is no field "getUsr" on Query.'],
    ['{ connection(id: $id) { uuid } }', {}, 'The variable "$id" is used, and not declared.'],
    [STAGE, { d: { signingSecret: good.signingSecret } }, '"d.url" is required: a text.'],
    [STAGE, { d: { ...good, notAField: 1 } }, 'There is no field "d.notAField".'],
    [
      'mutation { testWebhookCredentialsV2(connectionDetails: {signingSecret: "CNRY"}, validationName: "save_credentials") { key } }',
      {},
      'WebhookConnectionDetails needs the field "url": a text.',
    ],
  ])('%s', async (query, variables, message) => {
    const { errors, text } = await gateway.graphql(query, variables);
    expect({ message: errors?.[0]?.message, shown: text.includes('CNRY') }).toEqual({ message, shown: false });
  });
});
