import { connect, type Socket } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

const open: Socket[] = [];
const gateways: TestGateway[] = [];
afterAll(async () => {
  for (const socket of open) socket.destroy();
  for (const gateway of gateways) await gateway.close();
});

/** Opens connections one after the other and asks something on each; says which were answered. */
async function answered(gateway: TestGateway, count: number): Promise<readonly boolean[]> {
  const outcomes: boolean[] = [];
  for (let index = 0; index < count; index += 1) {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    open.push(socket);
    outcomes.push(
      await new Promise<boolean>((resolve) => {
        socket.once('data', () => resolve(true));
        socket.once('close', () => resolve(false));
        socket.on('error', () => {});
        socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
      }),
    );
  }
  return outcomes;
}

async function start(settings: Record<string, string>): Promise<TestGateway> {
  const gateway = await startGateway({ settings });
  gateways.push(gateway);
  return gateway;
}

test('one address has so many connections and no more, until it closes one', async () => {
  const gateway = await start({ CHANGEOVER_CONNECTIONS_PER_ADDRESS: '3' });
  const first = await answered(gateway, 4);
  const closed = new Promise((resolve) => open[0]?.once('close', resolve));
  open[0]?.end();
  await closed;
  expect({ first, afterwards: await answered(gateway, 1) }).toEqual({ first: [true, true, true, false], afterwards: [true] });
});

test('the connections of a trusted proxy, which are those of many clients, are not counted', async () => {
  const gateway = await start({ CHANGEOVER_CONNECTIONS_PER_ADDRESS: '1', CHANGEOVER_TRUST_PROXY: '127.0.0.0/8' });
  expect(await answered(gateway, 3)).toEqual([true, true, true]);
});
