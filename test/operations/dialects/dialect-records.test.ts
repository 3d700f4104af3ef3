import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../../src/domain/token/actor.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { removeConnection } from '../../../src/operations/connections/remove-connection.ts';
import {
  createRecord,
  deleteRecords,
  findRecord,
  listRecords,
  replaceRecords,
  updateRecord,
} from '../../../src/operations/dialects/dialect-records.ts';
import { entityOfExternalId, externalIdsOf, projectOfExternalId } from '../../../src/operations/dialects/external-ids.ts';
import type { Services } from '../../../src/operations/services.ts';
import { addWebhook, type Receiver, startGateway, startReceiver, type TestGateway } from '../../support/gateway/gateway.ts';
import { laterRefusalOf } from '../../support/outcomes/refusal-of.ts';
import { type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const ENVIRONMENT = { dialect: 'matillion', entity: 'environment', what: 'environment', right: 'create' } as const;
const OVERRIDE = { dialect: 'matillion', entity: 'override', what: 'override', right: 'commit' } as const;
const COUNTED = { dialect: 'posit', entity: 'integration', make: ({ number }: { readonly number: number }) => String(number) };
const HEX = { dialect: 'atlas', entity: 'group', make: ({ seed }: { readonly seed: string }) => seed.slice(0, 24) };

describeOnEachEngine('what dialects keep besides connections', ({ databaseUrl }) => {
  let gateway: TestGateway;
  let receiver: Receiver;
  let services: Services;
  let actor: Actor;
  beforeAll(async () => {
    const url = await databaseUrl();
    gateway = await startGateway(url === null ? {} : { databaseUrl: url });
    receiver = await startReceiver();
    services = gateway.app.services;
    actor = localActor(gateway.app.projectId, 'test', { id: 'test', ip: null, client: {} });
  });
  afterAll(async () => {
    await gateway.close();
    receiver.close();
  });

  test('a record is made once, changed, listed in its order and removed', async () => {
    await createRecord(services, actor, ENVIRONMENT, { key: 'prod', parentId: null, data: { name: 'prod' } });
    await createRecord(services, actor, ENVIRONMENT, { key: 'test', parentId: null, data: { name: 'test' } });
    const taken = await laterRefusalOf(createRecord(services, actor, ENVIRONMENT, { key: 'prod', parentId: null, data: {} }));
    await updateRecord(services, actor, ENVIRONMENT, { key: 'test', data: { name: 'staging' } });
    const listed = await listRecords(services, actor, ENVIRONMENT, { limit: 10 });
    const unknown = await laterRefusalOf(deleteRecords(services, actor, ENVIRONMENT, ['prod', 'nobody']));
    const kept = await findRecord(services, actor, ENVIRONMENT, 'prod');
    await deleteRecords(services, actor, ENVIRONMENT, ['prod']);
    expect({
      taken,
      listed: listed.map(({ key, data }) => [key, data.name]),
      unknown,
      kept: kept?.key,
      left: (await listRecords(services, actor, ENVIRONMENT, { limit: 10 })).map(({ key }) => key),
    }).toEqual({
      taken: 'NAME_TAKEN',
      listed: [
        ['prod', 'prod'],
        ['test', 'staging'],
      ],
      unknown: 'NOT_FOUND',
      kept: 'prod',
      left: ['test'],
    });
  });

  test('those of a parent are replaced as a whole, and what stays keeps its time', async () => {
    const parentId = await addWebhook(gateway, receiver, 'parent');
    const [first] = await replaceRecords(services, actor, OVERRIDE, { parentId, items: [item('a'), item('b')] });
    const after = await replaceRecords(services, actor, OVERRIDE, { parentId, items: [item('a'), item('c')] });
    expect({ keys: after.map(({ key }) => key), kept: after[0]?.createdAt === first?.createdAt }).toEqual({ keys: ['a', 'c'], kept: true });
    await removeConnection(services, actor, parentId);
    expect(await listRecords(services, actor, OVERRIDE, { parentId, limit: 10 })).toEqual([]);
  });

  test('are written by whoever has the right, for the whole project', async () => {
    const given = { key: 'x', parentId: null, data: {} };
    const reader = { ...actor, permissions: new Set(['read'] as const) };
    const limited = { ...actor, integrationIds: ['some'] };
    expect([
      await laterRefusalOf(createRecord(services, reader, ENVIRONMENT, given)),
      await laterRefusalOf(createRecord(services, limited, ENVIRONMENT, given)),
    ]).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });

  test('a thing keeps the id that it has in another form, also when two ask for it at once', async () => {
    const project = { projectId: gateway.app.projectId };
    const [one, other] = await Promise.all([
      externalIdsOf(services, project, COUNTED, ['c-1', 'c-2']),
      externalIdsOf(services, project, COUNTED, ['c-2', 'c-3']),
    ]);
    const all = await externalIdsOf(services, project, COUNTED, ['c-1', 'c-2', 'c-3']);
    expect({
      same: one.get('c-2') === other.get('c-2') && all.get('c-2') === one.get('c-2'),
      values: [...all.values()].sort(),
      found: await entityOfExternalId(services, project, COUNTED, all.get('c-3') ?? ''),
      unknown: await entityOfExternalId(services, project, COUNTED, '99'),
      elsewhere: await entityOfExternalId(services, { projectId: '00000000-0000-7000-8000-000000000000' }, COUNTED, all.get('c-3') ?? ''),
    }).toEqual({ same: true, values: ['1', '2', '3'], found: 'c-3', unknown: null, elsewhere: null });
  });

  test('a project is found by its own id in another form', async () => {
    const { projectId } = gateway.app;
    const value = (await externalIdsOf(services, { projectId }, HEX, [projectId])).get(projectId) ?? '';
    expect({ form: /^[0-9a-f]{24}$/.test(value), found: await projectOfExternalId(services, HEX, value) }).toEqual({
      form: true,
      found: projectId,
    });
  });
});

describeOnEachEngine('a record of a dialect that somebody altered in the database', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());

  test('is not believed where it is looked for, and a list is told without it', async () => {
    const { services, projectId } = bench.gateway.app;
    const actor = localActor(projectId, 'test', { id: 'test', ip: null, client: {} });
    for (const name of ['prod', 'test']) await createRecord(services, actor, ENVIRONMENT, { key: name, parentId: null, data: { name } });
    await bench.sql(`update dialect_records set data = '{"name":"mine"}' where key = 'prod'`);
    expect({
      found: await laterRefusalOf(findRecord(services, actor, ENVIRONMENT, 'prod')),
      listed: (await listRecords(services, actor, ENVIRONMENT, { limit: 10 })).map(({ key }) => key),
    }).toEqual({ found: 'INTEGRITY', listed: ['test'] });
  });
});

function item(key: string) {
  return { key, data: {} };
}
