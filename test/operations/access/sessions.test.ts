import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const CSRF = { 'content-type': 'application/json', 'x-changeover-csrf': '1' };

/** Browser sessions, over HTTP. */
describeOnEachEngine('browser sessions', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());

  async function signIn(secret: string): Promise<string> {
    const response = await fetch(`${bench.gateway.url}/explorer/session`, {
      method: 'POST',
      headers: CSRF,
      body: JSON.stringify({ token: secret }),
    });
    return response.headers.get('set-cookie')?.split(';')[0] ?? '';
  }

  const statusOf = async (cookie: string) =>
    (await fetch(`${bench.gateway.url}/explorer/session`, { headers: { ...CSRF, cookie } })).status;

  test('a token is signed in ten times at most, those that sign in at once included: the oldest end, and the audit says so', async () => {
    const { gateway, sql, clock } = bench;
    const [one, other] = [await gateway.token('viewer'), await gateway.token('viewer')];
    const kept = await signIn(other.secret);
    const first = await signIn(one.secret);
    clock.advance(1000);
    const cookies = await Promise.all(Array.from({ length: 12 }, () => signIn(one.secret)));
    const statuses = await Promise.all(cookies.map(statusOf));
    const [ended] = await sql("select count(*) as rows from audit where action = 'session.end'");
    expect({
      live: statuses.filter((status) => status === 200).length,
      first: await statusOf(first),
      ended: Number(ended?.rows),
      kept: await statusOf(kept),
    }).toEqual({ live: 10, first: 401, ended: 3, kept: 200 });
  });
});
