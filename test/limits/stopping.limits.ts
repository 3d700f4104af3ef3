import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startGatewayProcess } from '../support/gateway/gateway-process.ts';

test('told to stop, it is not ready within 100 ms, and gone within 15 s whoever still holds on', async () => {
  const gateway = await startGatewayProcess({ shedsLoad: true, settings: { CHANGEOVER_LOG_LEVEL: 'silent' } });
  const held = connect(Number(new URL(gateway.url).port), '127.0.0.1').on('error', () => {});
  held.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nx-mcd-token: ${gateway.owner.secret}\r\nContent-Length: 100\r\n\r\n{"q`,
  );
  await (await fetch(`${gateway.url}/readyz`)).text();
  const started = performance.now();
  const ended = gateway.end('SIGTERM');
  while ((await fetch(`${gateway.url}/readyz`)).status === 200);
  const notReady = performance.now() - started;
  const { code } = await ended;
  const gone = performance.now() - started;
  held.destroy();
  expect({ isNotReady: notReady < 100, code, isGone: gone < 15_000 }).toEqual({ isNotReady: true, code: 0, isGone: true });
});
