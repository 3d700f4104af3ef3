import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../../src/domain/token/actor.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { rollBack } from '../../../src/operations/commits/roll-back.ts';
import { updateConnection, updateIfChanged } from '../../../src/operations/commits/update-connection.ts';
import { createConnection } from '../../../src/operations/connections/create-connection.ts';
import { describeConnection } from '../../../src/operations/connections/describe-connection.ts';
import { findByName, listDescribed } from '../../../src/operations/connections/list-described.ts';
import { removeConnection } from '../../../src/operations/connections/remove-connection.ts';
import type { Services } from '../../../src/operations/services.ts';
import { addWebhook, type Receiver, startGateway, startReceiver, type TestGateway } from '../../support/gateway/gateway.ts';
import { laterRefusalOf } from '../../support/outcomes/refusal-of.ts';
import { countReads } from '../../support/store/count-statements.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

describeOnEachEngine('a connection that is made in one call', ({ databaseUrl }) => {
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

  const create = (name: string, namespace: string, facets = {}) =>
    createConnection(services, actor, {
      kind: 'webhook',
      details: { url: receiver.url, signingSecret: 'a signing secret of a dialect' },
      facets,
      integration: { name, namespace },
      policy: { commitPolicy: 'ADVISORY' },
    });
  const facetsOf = async (id: string) => (await describeConnection(services, actor, id)).current.facets;

  test('has what its dialect keeps with each version, and gets it back with the version', async () => {
    const { connectionId } = await create('first', 'lerian', { lerian: { product: 'billing' } });
    const update = { connectionId, changes: {}, facets: { lerian: { product: 'billing', team: 'a' } } };
    await updateConnection(services, actor, update);
    const changed = await facetsOf(connectionId);
    await updateConnection(services, actor, { connectionId, changes: { signingSecret: 'another signing secret of it' } });
    const kept = await facetsOf(connectionId);
    await rollBack(services, actor, { connectionId, version: 1 });
    const { connection, current, integration } = await describeConnection(services, actor, connectionId);
    expect({ changed, kept, back: current.facets, policy: connection.commitPolicy, namespace: integration.namespace }).toEqual({
      changed: { lerian: { product: 'billing', team: 'a' } },
      kept: { lerian: { product: 'billing', team: 'a' } },
      back: { lerian: { product: 'billing' } },
      policy: 'ADVISORY',
      namespace: 'lerian',
    });
    await removeConnection(services, actor, connectionId);
  });

  test('gets no version where nothing changes, and one for any secret that is given', async () => {
    const { connectionId } = await create('second', 'posit', { posit: { template: 'custom' } });
    const same = await updateIfChanged(services, actor, {
      connectionId,
      changes: { url: receiver.url },
      facets: { posit: { template: 'custom' } },
    });
    const secret = await updateIfChanged(services, actor, { connectionId, changes: { signingSecret: 'a signing secret of a dialect' } });
    const outdated = await laterRefusalOf(updateConnection(services, actor, { connectionId, changes: {}, expectedVersion: 1 }));
    expect({ same, secret: secret?.version, outdated }).toEqual({ same: null, secret: 2, outdated: 'VERSION_CONFLICT' });
    await removeConnection(services, actor, connectionId);
  });

  test('is found by its name, which may be that of another namespace, and others by theirs unless it stands for two', async () => {
    const own = await create('shared', 'matillion');
    const foreign = await create('shared', 'lerian');
    const alone = await addWebhook(gateway, receiver, 'alone');
    const twins = [await create('twin', 'posit'), await create('twin', 'lerian')];
    const find = async (name: string, namespace: string) =>
      (await findByName(services, actor, { name, namespace, kinds: ['webhook'] }))?.connection.id ?? null;
    expect({
      own: await find('shared', 'matillion'),
      foreign: await find('shared', 'lerian'),
      alone: await find('alone', 'matillion'),
      ambiguous: await find('twin', 'matillion'),
      otherKind: await findByName(services, actor, { name: 'alone', namespace: 'matillion', kinds: ['postgres'] }),
      taken: await laterRefusalOf(create('shared', 'matillion')),
    }).toEqual({
      own: own.connectionId,
      foreign: foreign.connectionId,
      alone,
      ambiguous: null,
      otherKind: null,
      taken: 'NAME_TAKEN',
    });
    const ids = (await listDescribed(services, actor, { kinds: ['webhook'] })).map(({ connection }) => connection.id);
    expect(ids).toEqual([own.connectionId, foreign.connectionId, alone, ...twins.map(({ connectionId }) => connectionId)]);
  });
});

test('ten connections are listed with their settings and facets by as many statements as one', async () => {
  const gateway = await startGateway();
  const receiver = await startReceiver();
  const { services, projectId } = gateway.app;
  const actor = localActor(projectId, 'test', { id: 'test', ip: null, client: {} });
  const reads = () => countReads(() => listDescribed(services, actor, { kinds: ['webhook'] }));
  await addWebhook(gateway, receiver, 'only');
  const ofOne = await reads();
  for (let number = 2; number <= 10; number += 1) await addWebhook(gateway, receiver, `number ${number}`);
  expect({ ofOne, ofTen: await reads(), found: (await listDescribed(services, actor, { kinds: ['webhook'] })).length }).toEqual({
    ofOne: 3,
    ofTen: 3,
    found: 10,
  });
  await gateway.close();
  receiver.close();
});
