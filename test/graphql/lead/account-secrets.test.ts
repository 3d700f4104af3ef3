import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestToken } from '../../support/gateway/gateway.ts';
import { codeOf, DAY, type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const CREATE =
  'mutation ($n: String!, $s: String!, $v: String!, $d: String, $e: DateTime) { createAccountSecret(name: $n, scope: $s, value: $v, description: $d, expiresAt: $e) { secret { name scope description expiresAt value version createdBy } } }';
const UPDATE =
  'mutation ($n: String!, $s: String!, $v: String, $d: String, $e: DateTime) { updateAccountSecret(name: $n, scope: $s, value: $v, description: $d, expiresAt: $e) { secret { version description value } } }';
const GET =
  'query ($n: String!, $r: Boolean) { getAccountSecret(name: $n, reveal: $r) { name scope description version value updatedBy } }';
const LIST = '{ getAccountSecrets { name value } }';
const DELETE = 'mutation ($n: String!) { deleteAccountSecret(name: $n) { deleted } }';
const CANARY = 'CNRY-a-value-of-an-account-secret';

describeOnEachEngine('account secrets', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());

  const ask = (query: string, variables: object, token?: TestToken, headers: Record<string, string> = {}) =>
    bench.gateway.graphql(query, variables, token, headers);
  const create = (n: string, given: object = {}, token?: TestToken) => ask(CREATE, { n, s: 'global', v: CANARY, ...given }, token);
  const reveal = async (n: string, token?: TestToken) => {
    const answer = await ask(GET, { n, r: true }, token);
    return answer.data?.getAccountSecret?.value ?? codeOf(answer);
  };

  test('a secret is kept under its name, and shown with its value to whoever made it and to owners alone', async () => {
    const [maker, other] = [await bench.gateway.token('admin'), await bench.gateway.token('admin')];
    const made = await create('shown', { d: 'for mail' }, maker);
    const plain = await ask(GET, { n: 'shown' });
    expect({
      made: made.data.createAccountSecret.secret,
      plain: plain.data.getAccountSecret,
      listed: (await ask(LIST, {})).data.getAccountSecrets.find(({ name }: { name: string }) => name === 'shown'),
      maker: await reveal('shown', maker),
      owner: await reveal('shown'),
      other: await reveal('shown', other),
    }).toEqual({
      made: { name: 'shown', scope: 'global', description: 'for mail', expiresAt: null, value: null, version: 1, createdBy: 'test' },
      plain: { name: 'shown', scope: 'global', description: 'for mail', version: 1, value: null, updatedBy: 'test' },
      listed: { name: 'shown', value: null },
      maker: CANARY,
      owner: CANARY,
      other: 'FORBIDDEN',
    });
  });

  test('another value is another version, what is left out stays, and null clears', async () => {
    await create('changed', { d: 'kept', e: '2100-01-01T00:00:00Z' });
    const changed = await ask(UPDATE, { n: 'changed', s: 'notifications', v: 'another value' });
    const cleared = await ask(UPDATE, { n: 'changed', s: 'global', d: null });
    expect({
      changed: changed.data.updateAccountSecret.secret,
      cleared: cleared.data.updateAccountSecret.secret,
      value: await reveal('changed'),
      unknown: codeOf(await ask(UPDATE, { n: 'unknown', s: 'global' })),
    }).toEqual({
      changed: { version: 2, description: 'kept', value: null },
      cleared: { version: 2, description: null, value: null },
      value: 'another value',
      unknown: 'NOT_FOUND',
    });
  });

  test('of two that change one at once none is half of each, and one is told to try again', async () => {
    await create('raced');
    const answers = await Promise.all(['first', 'second'].map((v) => ask(UPDATE, { n: 'raced', s: 'global', v })));
    expect({ outcomes: answers.map(codeOf).toSorted().join(), value: await reveal('raced') }).toEqual({
      outcomes: expect.stringMatching(/^(VERSION_CONFLICT|ok),ok$/),
      value: expect.stringMatching(/^(first|second)$/),
    });
  });

  test('a secret that has ended is given to nobody, and given another end it is', async () => {
    const soon = new Date(bench.clock.now() + DAY).toISOString();
    await create('ended', { e: soon });
    const before = await reveal('ended');
    bench.clock.advance(DAY);
    const after = await reveal('ended');
    await ask(UPDATE, { n: 'ended', s: 'global', e: null });
    expect({ before, after, again: await reveal('ended'), past: codeOf(await create('past', { e: '2001-01-01T00:00:00Z' })) }).toEqual({
      before: CANARY,
      after: 'FORBIDDEN',
      again: CANARY,
      past: 'BAD_REQUEST',
    });
  });

  test('a deleted secret is gone with its value, and its name is free', async () => {
    await create('deleted');
    const [row] = await bench.sql("select id from account_secrets where name = 'deleted'");
    const deleted = (await ask(DELETE, { n: 'deleted' })).data.deleteAccountSecret.deleted;
    const kept = await bench.sql(`select blob from account_secret_versions where secret_id = '${row?.id}'`);
    expect({
      deleted,
      again: (await ask(DELETE, { n: 'deleted' })).data.deleteAccountSecret.deleted,
      kept: kept.map(({ blob }) => blob),
      revealed: await reveal('deleted'),
      free: codeOf(await create('deleted')),
    }).toEqual({ deleted: true, again: false, kept: [null], revealed: 'NOT_FOUND', free: 'ok' });
  });

  test.each([
    { given: { n: 'a b' }, path: 'name' },
    { given: { n: '' }, path: 'name' },
    { given: { n: 'x'.repeat(65) }, path: 'name' },
    { given: { s: 'everywhere' }, path: 'scope' },
    { given: { v: '' }, path: 'value' },
    // Of any text, before it is anybody's argument: the variable is named.
    { given: { v: `${CANARY}\ud800` }, path: 'v' },
    { given: { d: 'd'.repeat(1001) }, path: 'description' },
  ])('what does not fit is refused by name, without a word of the value: $path', async ({ given, path }) => {
    const { errors, text } = await ask(CREATE, { n: 'refused', s: 'global', v: CANARY, ...given });
    const { code, path: named } = errors?.[0]?.extensions ?? { code: 'ok' };
    expect({ code, named, shown: text.includes('CNRY') }).toEqual({ code: 'BAD_REQUEST', named: path, shown: false });
  });

  test('a name is taken once, whoever races for it, and a repeat of the request is given what it made', async () => {
    const codes = (await Promise.all([1, 2, 3].map(() => create('taken')))).map(codeOf);
    const id = { 'x-mcd-idempotent-id': 'create-once' };
    const [first, repeat] = [
      await ask(CREATE, { n: 'once', s: 'global', v: CANARY }, undefined, id),
      await ask(CREATE, { n: 'once', s: 'global', v: CANARY }, undefined, id),
    ];
    expect({ codes: codes.toSorted(), same: first.text === repeat.text, first: codeOf(first) }).toEqual({
      codes: ['NAME_TAKEN', 'NAME_TAKEN', 'ok'],
      same: true,
      first: 'ok',
    });
  });

  test('each reveal is audited, repeats under one idempotency id too, and the value stands nowhere in the store (N5, N9, #107)', async () => {
    await create('audited');
    const id = { 'x-mcd-idempotent-id': 'reveal-once' };
    const answers = [await ask(GET, { n: 'audited', r: true }, undefined, id), await ask(GET, { n: 'audited', r: true }, undefined, id)];
    const [row] = await bench.sql("select id from account_secrets where name = 'audited'");
    const audited = await bench.sql(`select details from audit where entity_id = '${row?.id}' and action = 'account-secret.reveal'`);
    const stored = JSON.stringify([
      await bench.sql('select * from audit'),
      await bench.sql('select * from events'),
      await bench.sql('select * from idempotency'),
      await bench.sql('select * from account_secret_versions'),
    ]);
    expect({
      values: answers.map(({ data }) => data.getAccountSecret.value),
      audited: audited.length,
      stored: stored.includes(CANARY),
    }).toEqual({
      values: [CANARY, CANARY],
      audited: 2,
      stored: false,
    });
  });

  test('a value that was moved to another secret, or emptied, is INTEGRITY, and doctor names it', async () => {
    for (const name of ['moved-from', 'moved-to']) await create(name);
    const [from] = await bench.sql("select id from account_secrets where name = 'moved-from'");
    const [to] = await bench.sql("select id from account_secrets where name = 'moved-to'");
    await bench.sql('create table kept as select * from account_secret_versions');
    await bench.sql(
      `update account_secret_versions set blob = (select blob from account_secret_versions where secret_id = '${from?.id}') where secret_id = '${to?.id}'`,
    );
    const moved = await reveal('moved-to');
    const doctor = async () => (await ask('{ storeExamination { findings { table rowId problem } } }', {})).data.storeExamination.findings;
    const found = await doctor();
    await bench.sql(`update account_secret_versions set blob = null where secret_id = '${to?.id}'`);
    const gone = { code: await reveal('moved-to'), found: await doctor() };
    await bench.sql('delete from account_secret_versions');
    await bench.sql('insert into account_secret_versions select * from kept');
    await bench.sql('drop table kept');
    const named = [{ table: 'account_secret_versions', rowId: `${to?.id}/1`, problem: 'does-not-open' }];
    expect({ moved, found, gone, back: await reveal('moved-to') }).toEqual({
      moved: 'INTEGRITY',
      found: named,
      gone: { code: 'INTEGRITY', found: named },
      back: CANARY,
    });
  });

  test('secrets are sealed anew with the newest data key, and the old one can go then', async () => {
    await create('rotated');
    const { data } = await ask('mutation { rotateDataKey { generation } }', {});
    bench.clock.advance(11 * 60_000);
    const old = data.rotateDataKey.generation - 1;
    const retire = () => ask('mutation ($g: Int!) { retireDataKey(generation: $g) { success } }', { g: old });
    const before = await retire();
    for (let after: string | null = null; ; ) {
      const answer: Awaited<ReturnType<typeof ask>> = await ask(
        'mutation ($a: UUID) { resealConnections(after: $a) { next failures { code } } }',
        { a: after },
      );
      after = answer.data.resealConnections.next;
      if (after === null) break;
    }
    bench.clock.advance(2 * DAY);
    await bench.sql('delete from idempotency');
    expect({
      before: codeOf(before),
      needed: Number(before.errors?.[0]?.extensions.secrets) > 0,
      after: codeOf(await retire()),
      value: await reveal('rotated'),
    }).toEqual({ before: 'BAD_REQUEST', needed: true, after: 'ok', value: CANARY });
  });
});
