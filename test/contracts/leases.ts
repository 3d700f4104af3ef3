import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACQUIRE, codeOf, HOUR, type ProtocolBench, READ, RELEASE, RENEW, startProtocol } from '../support/protocol.ts';

/** A lease's life, whose it is, and who may take one, over HTTP, on the given engine. */
export function describeLeases(engine: string, databaseUrl: () => Promise<string | null>): void {
  describe(`leases on ${engine}`, () => {
    let bench: ProtocolBench;
    beforeAll(async () => {
      bench = await startProtocol(await databaseUrl());
    });
    afterAll(() => bench.close());
    const take = async (id: string, ttl: number | null = null) =>
      (await bench.gateway.graphql(ACQUIRE, { id, ttl }, bench.job)).data.acquireLease.key as string;
    const renew = (key: string, ttl: number) => bench.gateway.graphql(RENEW, { key, ttl }, bench.job);

    test('a lease lasts an hour unless asked, ends by the clock alone, and is not revived (#63)', async () => {
      const { gateway, clock, job, add } = bench;
      const key = await take(await add());
      clock.advance(HOUR - 1);
      const last = codeOf(await gateway.graphql(READ, { key }, job));
      clock.advance(1);
      expect([last, codeOf(await gateway.graphql(READ, { key }, job)), codeOf(await renew(key, 3600))]).toEqual([
        'ok',
        'NOT_FOUND',
        'NOT_FOUND',
      ]);
    });

    test('renewals end after 24 hours in all', async () => {
      const { gateway, clock, job, add } = bench;
      const key = await take(await add(), 24 * 3600);
      clock.advance(23 * HOUR);
      const { endsBy, expiresAt } = (await renew(key, 2 * 3600)).data.renewLease;
      clock.advance(HOUR);
      expect([expiresAt, codeOf(await gateway.graphql(READ, { key }, job))]).toEqual([endsBy, 'NOT_FOUND']);
    });

    test('a lease is asked for within bounds, on a connection that is enabled', async () => {
      const { gateway, job, add } = bench;
      const id = await add();
      const ask = async (ttl: number) => codeOf(await gateway.graphql(ACQUIRE, { id, ttl }, job));
      const bounds = [await ask(0), await ask(24 * 3600 + 1), await ask(1), await ask(24 * 3600)];
      await gateway.graphql('mutation ($id: UUID!) { toggleConnectionEnable(connectionId: $id, enable: false) { success } }', { id });
      expect([bounds, await ask(60)]).toEqual([['BAD_REQUEST', 'BAD_REQUEST', 'ok', 'ok'], '503']);
    });

    test("a lease is its taker's: another job with the key is told nothing and ends nothing", async () => {
      const { gateway, job, add } = bench;
      const stranger = await gateway.token('job');
      const key = await take(await add());
      const foreign = [];
      for (const query of [READ, RENEW, RELEASE]) foreign.push(codeOf(await gateway.graphql(query, { key }, stranger)));
      expect([foreign, codeOf(await gateway.graphql(READ, { key }, job))]).toEqual([['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'], 'ok']);
    });

    test.each(['viewer', 'editor', 'admin', 'owner'])('the role %s leases nothing', async (role) => {
      const { gateway, add } = bench;
      expect(codeOf(await gateway.graphql(ACQUIRE, { id: await add() }, await gateway.token(role)))).toBe('FORBIDDEN');
    });
  });
}
