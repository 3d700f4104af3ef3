import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSessionToken, writeSessionToken } from '../../../src/operations/consumers/session-token.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

const ELSEWHERE = '00000000-0000-7000-8000-000000000000';
const CLAIMS = { consumerId: '0197f6a2-0000-7000-8000-000000000001', madeAt: 1_767_571_200_000 };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

test('a session token says whose it is in the project that it was made for, and is a forgery in any other', () => {
  const { services, projectId } = gateway.app;
  const token = writeSessionToken(services, projectId, CLAIMS);
  const altered = token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  expect({
    here: readSessionToken(services, projectId, token),
    elsewhere: readSessionToken(services, ELSEWHERE, token),
    altered: readSessionToken(services, projectId, altered),
    cut: readSessionToken(services, projectId, token.slice(0, -1)),
  }).toEqual({ here: CLAIMS, elsewhere: 'forged', altered: 'forged', cut: 'unreadable' });
});
