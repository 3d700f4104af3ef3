import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Writers } from '../../../src/domain/ports/store.ts';
import { applyRetention, forgetAnswers } from '../../../src/operations/upkeep/apply-retention.ts';
import { runMaintenance } from '../../../src/operations/upkeep/maintenance-pass.ts';
import { ACQUIRE, codeOf, DAY, HOUR, type ProtocolBench, RELEASE, RENEW, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const STAGE =
  'mutation ($c: WebhookUpdateConnectionDetails!, $id: UUID!) { updateWebhookCredentialsV2(changes: $c, connectionId: $id) { result { key } } }';
const DISCARD = 'mutation ($id: UUID!) { discardChange(id: $id) { state } }';

/** What is bounded, what goes when its time is over, and what stays. */
describeOnEachEngine('upkeep', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl(), undefined, { CHANGEOVER_OPEN_CHANGES: '3' });
  });
  afterAll(() => bench.close());
  const count = async (from: string) => Number((await bench.sql(`select count(*) as n from ${from}`))[0]?.n);
  test('a connection has as many open changes as it may have; one that is discarded, or was overtaken by a commit, no longer counts', async () => {
    const { gateway, add, stage, commit, sql } = bench;
    const id = await add();
    const keys = [
      await stage(id, 'a signing secret, number one'),
      await stage(id, 'a signing secret, number two'),
      await stage(id, 'a signing secret, number three'),
    ];
    const fourth = codeOf(await gateway.graphql(STAGE, { c: { signingSecret: 'a signing secret, number four' }, id }));
    const [open] = await sql(`select id from changes where connection_id = '${id}' and state = 'OPEN'`);
    const discarded = codeOf(await gateway.graphql(DISCARD, { id: open?.id }));
    const fifth = await gateway.graphql(STAGE, { c: { signingSecret: 'a signing secret, number five' }, id });
    if (fifth.errors !== undefined) throw new Error(`${discarded} ${fifth.text}`);
    const key = fifth.data.updateWebhookCredentialsV2.result.key;
    const committed = codeOf(await commit(id, key));
    // The others were staged on the version before.
    const next = [
      await stage(id, 'a signing secret, number six'),
      await stage(id, 'a signing secret, number seven'),
      await stage(id, 'a signing secret, number eight'),
    ];
    expect({
      keys: keys.length,
      fourth,
      discarded,
      committed,
      next: next.length,
      open: await count(`changes where connection_id = '${id}' and state = 'OPEN'`),
    }).toEqual({
      keys: 3,
      fourth: 'LIMIT_EXCEEDED',
      discarded: 'ok',
      committed: 'ok',
      next: 3,
      open: 3,
    });
  });

  test('refused mutations under fresh ids keep no more rows than their token has a quota for; one within it is repeated', async () => {
    const { gateway } = bench;
    const id = randomUUID();
    const toggle = 'mutation ($id: UUID!) { toggleConnectionEnable(connectionId: $id, enable: true) { success } }';
    // Each answer says this name twice.
    const name = `n${'x'.repeat(60_000)}`;
    const document = `mutation ($id: UUID!) { ${name}: toggleConnectionEnable(connectionId: $id, enable: true) { success } }`;
    const headers = (key: string) => ({ 'x-mcd-idempotent-id': key });
    const first = await gateway.graphql(toggle, { id }, undefined, headers('refused-once'));
    const repeated = await gateway.graphql(toggle, { id }, undefined, headers('refused-once'));
    const other = await gateway.graphql(toggle, { id: randomUUID() }, undefined, headers('refused-once'));
    const before = await count('idempotency');
    for (let round = 0; round < 10; round += 1)
      await Promise.all(
        Array.from({ length: 10 }, (_, at) => gateway.graphql(document, { id }, undefined, headers(`refused-${round}-${at}`))),
      );
    const kept = (await count('idempotency')) - before;
    expect({ first: codeOf(first), isSame: repeated.text === first.text, other: codeOf(other), isBounded: kept < 90 }).toEqual({
      first: 'NOT_FOUND',
      isSame: true,
      other: 'IDEMPOTENCY_MISMATCH',
      isBounded: true,
    });
  });

  test('a renewal whose first answer was lost extends the lease no second time, and gives the first outcome', async () => {
    const { gateway, job, add, clock } = bench;
    const { key, lease } = (await gateway.graphql(ACQUIRE, { id: await add(), ttl: 600 }, job)).data.acquireLease;
    const headers = { 'x-mcd-idempotent-id': 'renewal-in-doubt' };
    const renew = () => gateway.graphql(RENEW, { key, ttl: 900 }, job, headers);
    // As a crash leaves it that comes behind the commit of the renewal and before that of its answer.
    const { store } = gateway.app.services;
    const write = store.write.bind(store);
    const losing = vi.spyOn(store, 'write').mockImplementation((work) => write((tx) => work(withoutAnswers(tx))));
    const lost = await renew();
    losing.mockRestore();
    const { expiresAt } = (await gateway.graphql('{ leases(first: 1) { edges { node { expiresAt } } } }')).data.leases.edges[0].node;
    clock.advance(300_000);
    const second = await renew();
    const later = await gateway.graphql(RENEW, { key, ttl: 900 }, job, { 'x-mcd-idempotent-id': 'another-renewal' });
    const renewals = await count(`audit where action = 'lease.renew' and details like '%${lease.id}%'`);
    expect({
      lost: codeOf(lost),
      same: second.data.renewLease.expiresAt === expiresAt,
      later: Date.parse(later.data.renewLease.expiresAt) - Date.parse(expiresAt),
      renewals,
    }).toEqual({ lost: '503', same: true, later: 300_000, renewals: 2 });
  });

  test('what has ended goes when its time is over; what is alive, and what proves a version, stays', async () => {
    const { gateway, job, add, save, stage, clock } = bench;
    await bench.add();
    const id = await add();
    await save(id, 'a secret of the second version');
    const ended = (await gateway.graphql(ACQUIRE, { id, ttl: 600 }, job)).data.acquireLease;
    await gateway.graphql(RELEASE, { key: ended.key }, job);
    await gateway.graphql('{ getUser { email } }', {}, undefined, { 'x-mcd-idempotent-id': 'of-long-ago' });
    clock.advance(60 * DAY);
    await runMaintenance(gateway.app.services);
    const live = (await gateway.graphql(ACQUIRE, { id, ttl: 600 }, job)).data.acquireLease;
    const open = await stage(id, 'a secret that is still open');
    await applyRetention(gateway.app.services);
    const forgotten = await forgetAnswers(gateway.app.services);
    const left = {
      leases: await count(`leases where connection_id = '${id}'`),
      live: (await gateway.graphql(RENEW, { key: live.key }, job)).data.renewLease.live,
      closed: await count("changes where state in ('COMMITTED', 'DISCARDED')"),
      open: codeOf(await bench.commit(id, open)),
      emptyContents: await count(
        'sealed_contents where blob is null and id not in (select content_id from versions where content_id is not null)',
      ),
      proofs: await count(`validations where connection_id = '${id}' and candidate_hash in (select candidate_hash from versions)`),
      answers: await count("idempotency where key = 'of-long-ago'"),
      doctor: (await gateway.graphql('{ storeExamination { ok } }')).data.storeExamination.ok,
    };
    expect({ forgotten: forgotten > 0, ...left, proofs: left.proofs >= 2 }).toEqual({
      forgotten: true,
      leases: 1,
      live: true,
      closed: 0,
      open: 'ok',
      emptyContents: 0,
      proofs: true,
      answers: 0,
      doctor: true,
    });
  });

  test('one maintenance pass drops all that was abandoned, however much that is', async () => {
    const { gateway, add, stage, clock } = bench;
    const id = await add();
    await stage(id, 'a secret of an abandoned change');
    // Copies of it without a content, as a reference would be.
    const { store, newId } = gateway.app.services;
    const [open] = await store.read.changes.openOf(id);
    if (open === undefined) throw new Error('nothing was staged');
    const reference = { provider: 'env', path: 'MCD_ABANDONED', key: null } as const;
    await store.write(async (tx) => {
      for (let copy = 0; copy < 450; copy += 1)
        await tx.changes.insert({ ...open, id: newId(), keyHash: randomBytes(32), contentId: null, cipherHash: null, reference });
    });
    clock.advance(2 * HOUR);
    const { expiredChanges } = await runMaintenance(gateway.app.services);
    expect({ areDropped: expiredChanges >= 451, left: await count(`changes where connection_id = '${id}' and state = 'OPEN'`) }).toEqual({
      areDropped: true,
      left: 0,
    });
  });
});

/** A transaction that keeps all but answers. */
function withoutAnswers(tx: Writers): Writers {
  const lose = async () => {
    throw new Error('lost');
  };
  return new Proxy(tx, {
    get(target, name) {
      if (name === 'idempotency') return { ...target.idempotency, finish: lose };
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
