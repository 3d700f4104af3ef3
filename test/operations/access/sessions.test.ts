import { afterAll, beforeAll, expect, test } from 'vitest';
import { SESSION_TTL_MS } from '../../../src/domain/token/session-term.ts';
import { openStream } from '../../support/gateway/event-stream.ts';
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
    const [ended] = await sql(`select count(*) as rows from audit where action = 'session.end' and actor_token_id = '${one.id}'`);
    expect({
      live: statuses.filter((status) => status === 200).length,
      first: await statusOf(first),
      ended: Number(ended?.rows),
      kept: await statusOf(kept),
    }).toEqual({ live: 10, first: 401, ended: 3, kept: 200 });
  });

  test('a browser that is signed out is told no more events: its stream ends, and another one of the same token goes on', async () => {
    const { gateway } = bench;
    const viewer = await gateway.token('viewer');
    const connectionId = await bench.add();
    const [gone, other] = [await signIn(viewer.secret), await signIn(viewer.secret)];
    const follow = (cookie: string) =>
      openStream(gateway, 'subscription ($id: UUID) { events(connectionId: $id) { type } }', { id: connectionId }, null, {
        ...CSRF,
        cookie,
      });
    const [ended, kept] = [await follow(gone), await follow(other)];
    await fetch(`${gateway.url}/explorer/session`, { method: 'DELETE', headers: { 'x-changeover-csrf': '1', cookie: gone } });
    const [last, end] = [await ended.answer(), await ended.answer()];
    await bench.stage(connectionId, 'a secret that is staged later');
    const told = await kept.answer();
    kept.leave();
    expect({ last: last.errors[0].extensions.code, end, told: told.data.events.type }).toEqual({
      last: 'UNAUTHENTICATED',
      end: null,
      told: 'change.stage',
    });
  });

  test('a stream ends when its browser has been signed in for as long as a session lasts', async () => {
    const { gateway, clock } = bench;
    const viewer = await gateway.token('viewer');
    const connectionId = await bench.add();
    const stream = await openStream(
      gateway,
      'subscription { validationProgress(connectionId: "%") { status } }'.replace('%', connectionId),
      {},
      null,
      { ...CSRF, cookie: await signIn(viewer.secret) },
    );
    clock.advance(SESSION_TTL_MS);
    // Whatever happens has the rights looked at again.
    await bench.stage(connectionId, 'a secret that is staged after its session');
    expect((await stream.answer()).errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });
});
