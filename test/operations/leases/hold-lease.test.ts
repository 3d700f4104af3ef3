import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACQUIRE, codeOf, HOUR, type ProtocolBench, READ, RELEASE, RENEW, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const DISABLE = 'mutation ($id: UUID!) { toggleConnectionEnable(connectionId: $id, enable: false) { success } }';
const REMOVE = 'mutation ($id: UUID!) { removeConnection(connectionId: $id) { success } }';

/** A lease's life, whose it is, and who may take one, over HTTP. */
describeOnEachEngine('leases', ({ engine, databaseUrl }) => {
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
    expect({ last, read: codeOf(await gateway.graphql(READ, { key }, job)), renewed: codeOf(await renew(key, 3600)) }).toEqual({
      last: 'ok',
      read: 'NOT_FOUND',
      renewed: 'NOT_FOUND',
    });
  });

  test('renewals end after 24 hours in all', async () => {
    const { gateway, clock, job, add } = bench;
    const key = await take(await add(), 24 * 3600);
    clock.advance(23 * HOUR);
    const { endsBy, expiresAt } = (await renew(key, 2 * 3600)).data.renewLease;
    clock.advance(HOUR);
    expect({ expiresAt, afterwards: codeOf(await gateway.graphql(READ, { key }, job)) }).toEqual({
      expiresAt: endsBy,
      afterwards: 'NOT_FOUND',
    });
  });

  test('a lease is asked for within bounds, on a connection that is enabled', async () => {
    const { gateway, job, add } = bench;
    const id = await add();
    const ask = async (ttl: number) => codeOf(await gateway.graphql(ACQUIRE, { id, ttl }, job));
    const bounds = [await ask(0), await ask(24 * 3600 + 1), await ask(1), await ask(24 * 3600)];
    await gateway.graphql('mutation ($id: UUID!) { toggleConnectionEnable(connectionId: $id, enable: false) { success } }', { id });
    expect({ bounds, disabled: await ask(60) }).toEqual({ bounds: ['BAD_REQUEST', 'BAD_REQUEST', 'ok', 'ok'], disabled: '503' });
  });

  test("a lease is its taker's: another job with the key is told nothing and ends nothing", async () => {
    const { gateway, job, add } = bench;
    const stranger = await gateway.token('job');
    const key = await take(await add());
    const foreign = [];
    for (const query of [READ, RENEW, RELEASE]) foreign.push(codeOf(await gateway.graphql(query, { key }, stranger)));
    expect({ foreign, own: codeOf(await gateway.graphql(READ, { key }, job)) }).toEqual({
      foreign: ['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'],
      own: 'ok',
    });
  });

  describe('a repeat under the idempotency id', () => {
    const once = (id: string, token = bench.job, query = ACQUIRE) =>
      bench.gateway.graphql(query, { id }, token, { 'x-mcd-idempotent-id': `lease-${id}` });
    const rowsOf = async (id: string) =>
      (await bench.sql(`select action from audit where entity_id = '${id}' and action like 'lease.%' order by at, id`)).map(
        ({ action }) => action,
      );
    const after: readonly (readonly [string, (id: string, key: string) => Promise<unknown>, string])[] = [
      ['the lease was released', (_, key) => bench.gateway.graphql(RELEASE, { key }, bench.job), 'NOT_FOUND'],
      [
        'the lease was ended by an administrator',
        async (id) => {
          const { data } = await bench.gateway.graphql('query ($id: UUID) { leases(connectionId: $id) { edges { node { id } } } }', {
            id,
          });
          await bench.gateway.graphql('mutation ($id: UUID!) { endLease(leaseId: $id) { live } }', { id: data.leases.edges[0].node.id });
        },
        'NOT_FOUND',
      ],
      ['the lease ran out', async () => bench.clock.advance(2 * HOUR), 'NOT_FOUND'],
      ['the connection was disabled', (id) => bench.gateway.graphql(DISABLE, { id }), '503'],
      [
        'the connection was removed',
        async (id, key) => {
          await bench.gateway.graphql(RELEASE, { key }, bench.job);
          await bench.gateway.graphql(REMOVE, { id });
        },
        'NOT_FOUND',
      ],
    ];

    test('gives the same body while the lease lives, whatever was committed since, and each time is audited', async () => {
      const id = await bench.add();
      const first = await once(id);
      await bench.save(id, 'the secret of the second version');
      const again = [await once(id), await once(id)];
      expect({ same: again.map(({ text }) => text === first.text), code: codeOf(first), rows: await rowsOf(id) }).toEqual({
        same: [true, true],
        code: 'ok',
        rows: ['lease.acquire', 'lease.read', 'lease.read'],
      });
    });

    test.each(after)('reveals nothing once %s', async (_, end, expected) => {
      const id = await bench.add();
      const first = await once(id);
      await end(id, first.data.acquireLease.key);
      const before = (await rowsOf(id)).filter((action) => action === 'lease.read').length;
      const again = await once(id);
      const secret = first.data.acquireLease.credentials.signingSecret as string;
      const reads = (await rowsOf(id)).filter((action) => action === 'lease.read').length;
      expect({
        again: codeOf(again),
        hasSecret: secret.length > 0,
        showsSecret: again.text.includes(secret),
        reads: reads - before,
      }).toEqual({ again: expected, hasSecret: true, showsSecret: false, reads: 0 });
    });

    test('of a reading is checked and audited like the reading', async () => {
      const id = await bench.add();
      const { key } = (await bench.gateway.graphql(ACQUIRE, { id }, bench.job)).data.acquireLease;
      const read = () => bench.gateway.graphql(READ, { key }, bench.job, { 'x-mcd-idempotent-id': `read-${id}` });
      const [first, again] = [await read(), await read()];
      await bench.gateway.graphql(RELEASE, { key }, bench.job);
      expect({ isSame: again.text === first.text, afterRelease: codeOf(await read()), rows: await rowsOf(id) }).toEqual({
        isSame: true,
        afterRelease: 'NOT_FOUND',
        rows: ['lease.acquire', 'lease.read', 'lease.read', 'lease.release'],
      });
    });

    test('under other names, and two in one document, gives each its own', async () => {
      const [one, two] = [await bench.add(), await bench.add()];
      const query = `mutation ($id: UUID!) { x: acquireLease(connectionId: $id, job: "a") { c: credentials k: key } y: acquireLease(connectionId: "${two}", job: "b") { credentials } }`;
      const [first, again] = [await once(one, bench.job, query), await once(one, bench.job, query)];
      await bench.gateway.graphql(DISABLE, { id: two });
      const disabled = await once(one, bench.job, query);
      expect({ first: codeOf(first), isSame: again.text === first.text, disabled: codeOf(disabled) }).toEqual({
        first: 'ok',
        isSame: true,
        disabled: '503',
      });
    });

    test('shows the secret of a token that was made while that token lives, audited each time', async () => {
      const { gateway, sql } = bench;
      const create = () =>
        gateway.graphql('mutation { createToken(name: "repeated", roles: [viewer]) { secret token { id } } }', {}, gateway.owner, {
          'x-mcd-idempotent-id': `token-on-${engine}`,
        });
      const [first, again] = [await create(), await create()];
      const { id } = first.data.createToken.token;
      await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id });
      const rows = await sql(`select action from audit where entity_id = '${id}' order by at, id`);
      expect({
        isSame: again.text === first.text,
        afterRevocation: codeOf(await create()),
        actions: rows.map(({ action }) => action),
      }).toEqual({ isSame: true, afterRevocation: 'NOT_FOUND', actions: ['token.create', 'token.reveal', 'token.revoke'] });
    });
  });

  test.each(['viewer', 'editor', 'admin', 'owner'])('the role %s leases nothing', async (role) => {
    const { gateway, add } = bench;
    expect(codeOf(await gateway.graphql(ACQUIRE, { id: await add() }, await gateway.token(role)))).toBe('FORBIDDEN');
  });
});
