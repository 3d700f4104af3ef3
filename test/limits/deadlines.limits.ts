import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXECUTION_MS } from '../../src/admission/admit.ts';
import { startGateway, type TestGateway } from '../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ executionMs: EXECUTION_MS });
});
afterAll(() => gateway.close());

test('an operation that waits for the store alone is answered after ten seconds, whatever the store does', async () => {
  Object.assign(gateway.app.services.store.read.connections, { find: () => new Promise(() => {}) });
  const started = performance.now();
  const { status, text } = await gateway.graphql('query ($id: UUID!) { connection(id: $id) { uuid } }', {
    id: '00000000-0000-7000-8000-000000000001',
  });
  const took = performance.now() - started;
  expect({ status, code: JSON.parse(text).code, isNotEarly: took > 9900, isNotLate: took < 11_000 }).toEqual({
    status: 503,
    code: 'REQUEST_TIMEOUT',
    isNotEarly: true,
    isNotLate: true,
  });
});
