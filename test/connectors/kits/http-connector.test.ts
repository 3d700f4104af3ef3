import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineHttpConnector, type HttpConnectorDefinition } from '../../../src/connectors/kits/define-http-connector.ts';
import type { HttpAuth } from '../../../src/connectors/kits/http/http-auth.ts';
import { NotChecked, problem, Refusal, says } from '../../../src/connectors/kits/problems.ts';
import type { Connector } from '../../../src/domain/connector/connector.ts';
import { secret, setting } from '../../../src/domain/connector/field.ts';
import { httpUrl, ORIGIN, secretText, text } from '../../../src/domain/connector/field-types.ts';
import type { ValidatorInput, ValidatorReport } from '../../../src/domain/connector/validator.ts';
import { createEgressSession } from '../../../src/egress/session.ts';
import { type FakeReply, type FakeRequest, startJsonServer } from '../../support/fakes/json-server.ts';

const asked: FakeRequest[] = [];
let answer: (request: FakeRequest) => FakeReply = () => ({ status: 200, body: { id: 1 } });
const server = await startJsonServer((request) => {
  asked.push(request);
  return answer(request);
});
afterAll(() => server.close());
beforeEach(() => {
  asked.length = 0;
  answer = () => ({ status: 200, body: { id: 1 } });
});

const fields = {
  url: setting(httpUrl(), { endpoint: ORIGIN }),
  user: setting(text().optional()),
  token: secret(secretText()),
};
type Own = Partial<HttpConnectorDefinition<typeof fields>>;

const define = (own: Own = {}) =>
  defineHttpConnector({
    kind: 'k',
    title: 'Thing',
    category: 'other',
    fields,
    baseUrl: ({ url }) => url,
    probe: { path: '/me', answer: z.object({ id: z.number() }) },
    ...own,
  });

const details = { url: `${server.url}/below/`, token: 't' };

async function run(
  connector: Connector,
  name = 'validate_connection',
  changed: Partial<ValidatorInput<unknown>> = {},
): Promise<ValidatorReport> {
  const { signal } = new AbortController();
  const egress = createEgressSession({ allow: ['loopback'], own: [] }, { firstFailure: () => null }, signal);
  const input = { credentials: details, current: null, options: { skipPermissionTests: false }, egress, signal, ...changed };
  const validator = connector.validators.find((candidate) => candidate.name === name);
  if (validator === undefined) throw new Error(`no ${name}`);
  return await validator.run(input as ValidatorInput<never>);
}

const codesOf = ({ errors, warnings }: ValidatorReport) => ({
  errors: errors.map(({ code }) => code),
  warnings: warnings.map(({ code }) => code),
});

describe('requests of an HTTP kind say who asks', () => {
  const CLIENT = { accessTokenEndpoint: `${server.url}/token`, clientId: 'a client', clientSecret: 's:cret', scope: 'all' };
  const KEY = { service: 'athena', region: 'eu-west-1', accessKeyId: 'AKIAOFTHETEST', secretAccessKey: 'the key that signs' };
  test.each<readonly [string, HttpAuth, RegExp]>([
    ['bearer', { bearer: 'b' }, /^Bearer b$/],
    ['basic', { basic: { user: 'u', password: 'p:q' } }, /^Basic dTpwOnE=$/],
    ['header', { header: { authorization: 'Key k' } }, /^Key k$/],
    ['oauthClient', { oauthClient: CLIENT }, /^Bearer issued$/],
    ['awsSigV4', { awsSigV4: KEY }, /^AWS4-HMAC-SHA256 Credential=AKIAOFTHETEST\/\d{8}\/eu-west-1\/athena\/aws4_request/],
  ])('by %s', async (_, auth, expected) => {
    answer = ({ url }) => ({ status: 200, body: url.pathname === '/token' ? { access_token: 'issued' } : { id: 1 } });
    const report = await run(define({ auth: () => auth }));
    expect({ report, header: asked.at(-1)?.headers.authorization, leaks: JSON.stringify(asked).includes(KEY.secretAccessKey) }).toEqual({
      report: { errors: [], warnings: [] },
      header: expect.stringMatching(expected),
      leaks: false,
    });
  });

  test('and a token is asked for with the id and the secret encoded, as RFC 6749 has it, or in the form', async () => {
    answer = ({ url }) => ({ status: 200, body: url.pathname === '/token' ? { access_token: 'issued' } : { id: 1 } });
    await run(define({ auth: () => ({ oauthClient: CLIENT }) }));
    await run(define({ auth: () => ({ oauthClient: { ...CLIENT, inForm: true } }) }));
    const [first, second] = asked.filter(({ url }) => url.pathname === '/token');
    expect({
      header: first?.headers.authorization,
      form: first?.body,
      inForm: second?.body,
      without: second?.headers.authorization,
    }).toEqual({
      header: `Basic ${Buffer.from('a%20client:s%3Acret').toString('base64')}`,
      form: 'grant_type=client_credentials&scope=all',
      inForm: 'grant_type=client_credentials&scope=all&client_id=a+client&client_secret=s%3Acret',
      without: undefined,
    });
  });

  test('a token endpoint that refuses the client is CREDENTIALS_REJECTED, and one that is none PROTOCOL_ERROR', async () => {
    const connector = define({ auth: () => ({ oauthClient: CLIENT }), refusals: { 400: 'RATE_LIMITED' } });
    answer = () => ({ status: 400, body: { error: 'invalid_client' } });
    const refused = codesOf(await run(connector)).errors;
    answer = () => ({ status: 200, body: { access_token: 'two\r\nlines' } });
    expect({ refused, none: codesOf(await run(connector)).errors }).toEqual({
      refused: ['CREDENTIALS_REJECTED'],
      none: ['PROTOCOL_ERROR'],
    });
  });
});

describe('what an HTTP kind is answered', () => {
  test.each([
    [401, 'CREDENTIALS_REJECTED'],
    [403, 'ACCESS_DENIED'],
    [404, 'PROTOCOL_ERROR'],
    [302, 'PROTOCOL_ERROR'],
    [429, 'RATE_LIMITED'],
    [500, 'PROVIDER_DOWN'],
    [503, 'PROVIDER_DOWN'],
  ])('with status %i means %s', async (status, code) => {
    answer = () => ({ status, body: {} });
    expect(codesOf(await run(define()))).toEqual({ errors: [code], warnings: [] });
  });

  test.each([
    ['nothing', null],
    ['yes to everything', {}],
    ['another shape', { id: 'one' }],
  ])('with 200 and %s proves nothing', async (_, body) => {
    answer = () => ({ status: 200, body });
    expect(codesOf(await run(define()))).toEqual({ errors: ['PROTOCOL_ERROR'], warnings: [] });
  });

  test("is told by the kind's own table first, by code before status, and by what it explains before both", async () => {
    const connector = define({
      refusals: { WRONG: says('DATABASE_NOT_FOUND', 'm', 'r'), 418: ({ user }) => (user === undefined ? 'TIMEOUT' : 'RATE_LIMITED') },
      explain: ({ text: said }) => (said === 'asleep' ? 'PROVIDER_DOWN' : null),
    });
    const told = async (body: object) => {
      answer = () => ({ status: 418, body });
      return codesOf(await run(connector)).errors;
    };
    expect({
      code: await told({ code: 'WRONG' }),
      status: await told({}),
      explained: await told({ code: 'WRONG', message: 'asleep' }),
    }).toEqual({
      code: ['DATABASE_NOT_FOUND'],
      status: ['TIMEOUT'],
      explained: ['PROVIDER_DOWN'],
    });
  });

  test('is never quoted: neither a message nor a code that is no word', async () => {
    answer = () => ({ status: 401, body: { code: 'the secret t', message: 'the secret t' } });
    expect(JSON.stringify(await run(define()))).not.toContain('the secret');
  });
});

describe('a request of an HTTP kind', () => {
  test.each([
    ['/me', '/below/me'],
    ['//elsewhere.example/me', '/below//elsewhere.example/me'],
    ['me?x=1', '/below/me?x=1'],
    ['', '/below/'],
  ])('to %j stays at the origin, below the base URL', async (path, expected) => {
    await run(define({ probe: { path, answer: z.unknown() } }));
    expect(asked.map(({ url }) => url.pathname + url.search)).toEqual([expected]);
  });
});

describe('the usual validators', () => {
  test('are made as far as the kind has words for them, and own checks stand behind the identity', () => {
    const none = async () => ({});
    const connector = define({
      identity: { path: '/me', answer: z.unknown() },
      permissions: none,
      parity: { login: ({ user }) => user, on: ['url'], losses: async () => [] },
      checks: { validate_more: { description: 'd', run: none } },
    });
    expect(connector.validators.map(({ name, mandatory, after }) => ({ name, mandatory, after }))).toEqual([
      { name: 'validate_connection', mandatory: true, after: [] },
      { name: 'validate_identity', mandatory: false, after: ['validate_connection'] },
      { name: 'validate_more', mandatory: false, after: ['validate_connection'] },
      { name: 'validate_permissions', mandatory: false, after: ['validate_connection'] },
      { name: 'validate_permission_parity', mandatory: false, after: ['validate_connection'] },
    ]);
  });

  test('a check by the name of a usual one stands in its place, behind the same guard', async () => {
    const mine = async () => ({ warnings: [problem('NOT_PROTECTED', 'c', 'm', 'r')] });
    const connector = define({ permissions: async () => ({}), checks: { validate_permissions: { description: 'mine', run: mine } } });
    expect({
      description: connector.validators.at(-1)?.description,
      ran: codesOf(await run(connector, 'validate_permissions')).warnings,
      skipped: codesOf(await run(connector, 'validate_permissions', { options: { skipPermissionTests: true } })).warnings,
    }).toEqual({ description: 'mine', ran: ['NOT_PROTECTED'], skipped: ['SKIPPED'] });
  });

  test('where permissions are to be left out, nothing is asked', async () => {
    const connector = define({
      permissions: async (session) => {
        await session.ask('/rights', z.unknown());
        return {};
      },
    });
    const report = await run(connector, 'validate_permissions', { options: { skipPermissionTests: true } });
    expect({ ...codesOf(report), asked: asked.length }).toEqual({ errors: [], warnings: ['SKIPPED'], asked: 0 });
  });

  test('a login that may do anything is warned of, with what to do about it', async () => {
    const report = await run(
      define({ identity: async () => ({ who: { name: 'root' }, administrator: 'run: REVOKE;' }) }),
      'validate_identity',
    );
    expect({ data: report.data, warnings: report.warnings }).toEqual({
      data: { returnedData: { name: 'root' } },
      warnings: [
        problem(
          'NOT_PROTECTED',
          'the login is an administrator',
          'This login may do anything in Thing.',
          'Use a login with just what the jobs need, or run: REVOKE;',
        ),
      ],
    });
  });

  test.each([
    ['a Refusal fails it', new Refusal(problem('DATABASE_NOT_FOUND', 'c', 'm', 'r')), { errors: ['DATABASE_NOT_FOUND'], warnings: [] }],
    ['NotChecked only warns', new NotChecked('c', 'm', 'r'), { errors: [], warnings: ['SKIPPED'] }],
  ])('of what a check throws, %s', async (_, thrown, expected) => {
    const connector = define({
      permissions: async () => {
        throw thrown;
      },
    });
    expect(codesOf(await run(connector, 'validate_permissions'))).toEqual(expected);
  });

  test('an error of the check itself is not explained as the system refusing', async () => {
    const connector = define({
      permissions: async () => {
        throw new TypeError('a mistake');
      },
    });
    await expect(run(connector, 'validate_permissions')).rejects.toThrow('a mistake');
  });
});

describe('the comparison of logins', () => {
  const losing = (more: object = {}) =>
    define({
      parity: {
        login: ({ user }) => user,
        on: ['url'],
        losses: async () => [{ what: 'reading', mend: 'GRANT reading;' }],
        ...more,
      },
    });
  const compare = async (connector: Connector, current: object | null, user: string | undefined = 'new') => {
    const report = await run(connector, 'validate_permission_parity', { credentials: { ...details, user }, current } as never);
    return codesOf(report);
  };

  test.each<readonly [string, object | null, object]>([
    ['with nothing in use', null, { errors: [], warnings: [] }],
    ['with one that is not named', {}, { errors: [], warnings: ['SKIPPED'] }],
    ['with another', { user: 'old', url: details.url }, { errors: ['PERMISSION_LOST'], warnings: [] }],
    ['with itself', { user: 'new', url: details.url }, { errors: [], warnings: [] }],
    ['with one of its name elsewhere', { user: 'new', url: 'https://elsewhere.example' }, { errors: [], warnings: ['SKIPPED'] }],
  ])('%s', async (_, current, expected) => {
    expect(await compare(losing(), current)).toEqual(expected);
  });

  test('a kind that logs in as both compares those of one name, too, and says where the one in use does not get in', async () => {
    answer = () => ({ status: 401, body: {} });
    const asksBoth = losing({
      comparesLogins: true,
      losses: async (
        _: unknown,
        inUse: { read(use: (session: { ask(path: string, shape: z.ZodType): Promise<unknown> }) => Promise<unknown>): Promise<unknown> },
      ) => {
        await inUse.read((session) => session.ask('/rights', z.unknown()));
        return [];
      },
    });
    expect({
      comparesLogins: asksBoth.validators.at(-1)?.comparesLogins,
      outcome: await compare(asksBoth, { ...details, user: 'new', url: `${server.url}/other` }),
    }).toEqual({ comparesLogins: true, outcome: { errors: [], warnings: ['SKIPPED'] } });
  });
});
