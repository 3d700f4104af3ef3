import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSame, THROUGH_YOGA } from '../support/gateway/both-ways.ts';
import { startGateway, type TestGateway } from '../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

describe('GraphQL over HTTP, with hardening on (#29)', () => {
  const audits = serverAudits({
    url: () => `${gateway.url}/graphql`,
    // Each request that asks for plain JSON goes down both ways, which answer the same. GET and application/graphql-response+json have
    // Yoga's own handler alone.
    fetchFn: async (url: string, init: RequestInit = {}) => {
      const headers = init.headers as Record<string, string> | undefined;
      const asked = { ...headers, 'x-mcd-id': gateway.owner.id, 'x-mcd-token': gateway.owner.secret };
      const answer = await fetch(url, { ...init, headers: asked });
      if (init.method === 'POST' && (headers?.accept ?? 'application/json') === 'application/json') {
        const long = await fetch(url, { ...init, headers: { ...asked, ...THROUGH_YOGA } });
        expectSame(
          { status: long.status, headers: long.headers, text: await long.text() },
          { status: answer.status, headers: answer.headers, text: await answer.clone().text() },
        );
      }
      return answer;
    },
  });
  test('there are 61 audits', () => {
    expect(audits).toHaveLength(61);
  });
  for (const audit of audits) {
    test(audit.name, async () => {
      const result = await audit.fn();
      expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok');
    });
  }
});
