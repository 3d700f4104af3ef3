import { describe, expect, test } from 'vitest';
import { says } from '../../../src/connectors/kits/problems.ts';
import { ServerError, serverProblem } from '../../../src/connectors/kits/sql/server-problem.ts';
import { NoTlsError, WeakLoginError } from '../../../src/connectors/kits/sql/tls.ts';
import { EgressError, type EgressErrorCode } from '../../../src/domain/connector/egress.ts';

const explain = (error: unknown, refusals = {}, network: EgressErrorCode | null = null) =>
  serverProblem(error, { title: 'Thing', refusals, details: {}, own: null, network });
const refusal = (members: object) => Object.assign(new Error('what the server said of the secret'), members);

describe("a driver's error", () => {
  test.each([
    [{ code: '28P01' }, 'CREDENTIALS_REJECTED'],
    [{ code: '28000' }, 'CREDENTIALS_REJECTED'],
    [{ code: '3D000' }, 'DATABASE_NOT_FOUND'],
    [{ code: '42501' }, 'ACCESS_DENIED'],
    [{ code: '53300' }, 'RATE_LIMITED'],
    [{ code: '57P03' }, 'PROVIDER_DOWN'],
    [{ code: 'XX000' }, 'ACCESS_DENIED'],
    [{ errno: 1045, sqlState: '28000' }, 'CREDENTIALS_REJECTED'],
    [{ errno: 9999, sqlState: 'HY000' }, 'ACCESS_DENIED'],
    [{}, 'PROTOCOL_ERROR'],
  ])('%j means %s, by its code or the class of its SQLSTATE', (members, code) => {
    const problem = explain(refusal(members));
    expect({ code: problem.code, quotes: JSON.stringify(problem).includes('secret') }).toEqual({ code, quotes: false });
  });

  test("means first what the kind says of it, and is told with the server's code", () => {
    const refusals = { 1045: says('ACCESS_DENIED', 'Not from here.', 'Come in by the door.') };
    expect(explain(refusal({ errno: 1045, sqlState: '28000' }), refusals)).toEqual({
      code: 'ACCESS_DENIED',
      cause: 'permission denied (1045)',
      friendlyMessage: 'Not from here.',
      resolution: 'Come in by the door.',
    });
  });

  test.each([
    [new WeakLoginError(), 'TLS_REQUIRED'],
    [new NoTlsError(), 'TLS_UNAVAILABLE'],
  ])('about TLS has a code of its own (%#)', (error, code) => {
    expect(explain(error).code).toBe(code);
  });

  test('about TLS is told with the advice that the kind has for its servers', () => {
    const resolution = 'Turn TLS on at the server (thing_tls = on).';
    const refusals = { TLS_UNAVAILABLE: says('TLS_UNAVAILABLE', 'This thing has no TLS.', resolution) };
    expect(explain(new NoTlsError(), refusals)).toEqual({
      code: 'TLS_UNAVAILABLE',
      cause: 'the server answered that it has no TLS',
      friendlyMessage: 'This thing has no TLS.',
      resolution,
    });
  });

  test.each([
    [{ code: 'ECONNREFUSED', errno: -111 }, 'PORT_CLOSED'],
    [{ code: 'EPIPE', errno: -32 }, 'UNREACHABLE'],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'TLS_UNTRUSTED'],
  ])("of the network is the worker's to explain: %j", (members, code) => {
    expect(() => explain(refusal(members))).toThrow(new EgressError(code as 'PORT_CLOSED'));
  });

  test('that says nothing is what the network did, where it did something', () => {
    expect(() => explain(refusal({}), {}, 'TLS_UNTRUSTED')).toThrow(new EgressError('TLS_UNTRUSTED'));
  });

  test('with a code that only its driver knows how to find is told by that code, whatever the network did', () => {
    expect(explain(new ServerError('18456'), { 18456: 'CREDENTIALS_REJECTED' }, 'UNREACHABLE')).toMatchObject({
      code: 'CREDENTIALS_REJECTED',
      cause: 'password authentication failed (18456)',
    });
  });
});
