import { afterAll, beforeAll, expect, test } from 'vitest';
import { defineConnector } from '../../../src/domain/connector/define-connector.ts';
import { secret, setting } from '../../../src/domain/connector/field.ts';
import { text } from '../../../src/domain/connector/field-types.ts';
import { DomainError } from '../../../src/domain/errors/errors.ts';
import type { GivenCluster } from '../../../src/domain/streaming/new-cluster.ts';
import type { Actor } from '../../../src/domain/token/actor.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { stageCreation } from '../../../src/operations/changes/stage-creation.ts';
import { addConnection } from '../../../src/operations/connections/add-connection.ts';
import { setDeletionProtection } from '../../../src/operations/connections/alter/protect-connection.ts';
import { idempotentReplay } from '../../../src/operations/idempotency/idempotent-replay.ts';
import { deleteIntegration } from '../../../src/operations/integrations/delete-integration.ts';
import type { Services } from '../../../src/operations/services.ts';
import { addStreamingSystem } from '../../../src/operations/streaming/add-streaming-system.ts';
import { deleteStreamingSystem } from '../../../src/operations/streaming/delete-streaming-system.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';
import { keptText } from '../../support/store/kept-text.ts';

/** Nothing dials here: the connections are added inactive. */
const [KAFKA, CONNECT] = ['self-hosted-kafka', 'self-hosted-kafka-connect'].map((kind) =>
  defineConnector({
    kind,
    title: kind,
    category: 'streaming',
    fields: { url: setting(text(), { endpoint: true }), authToken: secret(text()) },
    validators: [
      {
        name: 'validate_connection',
        description: 'Of the test.',
        mandatory: true,
        periodic: false,
        comparesLogins: false,
        after: [],
        run: () => Promise.reject(new Error('nobody dials')),
      },
    ],
  }),
);

const SYSTEMS =
  '{ getStreamingSystems(includeClusters: true) { system { uuid name type dcId accountUuid createdBy { email } } clusterConnections { uuid type streamingCluster { uuid name externalClusterId clusterType streamingSystemUuid connections { uuid } } warehouse { uuid } } } }';

describeOnEachEngine('streaming systems and their clusters', ({ databaseUrl }) => {
  let gateway: TestGateway;
  let services: Services;
  let actor: Actor;
  beforeAll(async () => {
    const url = await databaseUrl();
    gateway = await startGateway(url === null ? {} : { databaseUrl: url });
    const { connectors } = gateway.app.services;
    const kafka = [KAFKA, CONNECT].filter((one) => one !== undefined);
    services = {
      ...gateway.app.services,
      connectors: {
        ...connectors,
        find: (kind) => kafka.find((one) => one.kind === kind) ?? connectors.find(kind),
        all: () => [...connectors.all(), ...kafka],
      },
    };
    actor = localActor(gateway.app.projectId, 'streaming', { id: 'streaming', ip: null, client: {} });
  });
  afterAll(() => gateway.close());

  const add = async (cluster: GivenCluster, kind = 'self-hosted-kafka') => {
    const details = { url: 'https://kafka.example', authToken: 'a token of the test' };
    const { key } = await stageCreation(services, actor, { kind, details });
    const { connectionId } = await addConnection(services, actor, { key, kind, integration: { cluster }, isActive: false });
    return connectionId;
  };
  const refusal = async (work: Promise<unknown>) => {
    try {
      await work;
      return 'ok';
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return [error.code, error.details.path].filter((part) => part !== undefined).join(' ');
    }
  };
  const systemNamed = async (name: string) => {
    const { data } = await gateway.graphql(SYSTEMS);
    return data.getStreamingSystems.find((one: { system: { name: string } }) => one.system.name === name);
  };
  const addSystem = async (name: string, type = 'self-hosted') => {
    const { data, errors } = await gateway.graphql(
      'mutation ($n: String!, $t: String!) { addStreamingSystem(streamingSystemName: $n, streamingSystemType: $t) { streamingSystem { uuid } } }',
      { n: name, t: type },
    );
    return errors?.[0]?.extensions.code ?? data.addStreamingSystem.streamingSystem.uuid;
  };

  test('one mutation makes the system, the cluster and the connection, and the API shows all three', async () => {
    const id = await add({ newClusterId: 'c-own', newStreamingSystemName: 'own', newStreamingSystemType: 'self-hosted' });
    const found = await systemNamed('own');
    const [connection] = found.clusterConnections;
    const [site] = await services.store.read.sites.all(actor.projectId);
    expect(found).toEqual({
      system: {
        uuid: connection.streamingCluster.streamingSystemUuid,
        name: 'own',
        type: 'SELF_HOSTED',
        dcId: site?.id,
        accountUuid: actor.projectId,
        createdBy: { email: 'local' },
      },
      clusterConnections: [
        {
          uuid: id,
          // This gateway has no such kind: what is stored is shown all the same.
          type: 'SELF_HOSTED_KAFKA',
          warehouse: null,
          streamingCluster: {
            uuid: connection.streamingCluster.uuid,
            name: 'c-own',
            externalClusterId: 'c-own',
            clusterType: 'SELF_HOSTED_KAFKA',
            streamingSystemUuid: found.system.uuid,
            connections: [{ uuid: id }],
          },
        },
      ],
    });
  });

  test('a cluster that exists takes further connections of its kind, and of no other', async () => {
    await add({ newClusterId: 'c-1', newStreamingSystemName: 'shared', newStreamingSystemType: 'self-hosted' });
    const before = await systemNamed('shared');
    const mcClusterId = before.clusterConnections[0].streamingCluster.uuid;
    await add({ mcClusterId });
    expect({
      connections: (await systemNamed('shared')).clusterConnections.length,
      otherKind: await refusal(add({ mcClusterId }, 'self-hosted-kafka-connect')),
      otherSystem: await refusal(add({ mcClusterId, streamingSystemId: await addSystem('elsewhere') })),
      unknown: await refusal(add({ mcClusterId: services.newId() })),
    }).toEqual({
      connections: 2,
      otherKind: 'BAD_REQUEST connectionType',
      otherSystem: 'BAD_REQUEST streamingSystemId',
      unknown: 'NOT_FOUND',
    });
  });

  test('a cluster is in a system once for each kind, under a name that nobody else has', async () => {
    const streamingSystemId = await addSystem('twice');
    await add({ streamingSystemId, newClusterId: 'same' });
    expect({
      again: await refusal(add({ streamingSystemId, newClusterId: 'same' })),
      connect: await refusal(add({ streamingSystemId, newClusterId: 'same' }, 'self-hosted-kafka-connect')),
      named: await refusal(add({ streamingSystemId, newClusterId: 'other', newClusterName: 'same' })),
      names: (await systemNamed('twice')).clusterConnections.map(
        (one: { streamingCluster: { name: string } }) => one.streamingCluster.name,
      ),
    }).toEqual({
      again: 'NAME_TAKEN newClusterId',
      connect: 'ok',
      named: 'NAME_TAKEN newClusterName',
      names: ['same', 'same 2'],
    });
  });

  test('a system takes clusters of its own type, and its name once', async () => {
    const msk = await addSystem('msk', 'MSK');
    expect({
      other: await refusal(add({ streamingSystemId: msk, newClusterId: 'c' })),
      otherNew: await refusal(add({ newClusterId: 'c', newStreamingSystemName: 'x', newStreamingSystemType: 'msk' })),
      unknown: await refusal(add({ streamingSystemId: services.newId(), newClusterId: 'c' })),
      unknownType: await addSystem('kinesis', 'kinesis'),
      twice: await addSystem('msk', 'msk'),
      twiceWithCluster: await refusal(add({ newClusterId: 'c', newStreamingSystemName: 'msk', newStreamingSystemType: 'self-hosted' })),
    }).toEqual({
      other: 'BAD_REQUEST streamingSystemId',
      otherNew: 'BAD_REQUEST newStreamingSystemType',
      unknown: 'NOT_FOUND',
      unknownType: 'BAD_REQUEST',
      twice: 'NAME_TAKEN',
      twiceWithCluster: 'NAME_TAKEN newStreamingSystemName',
    });
  });

  test('systems and clusters are renamed, and a name that is taken is refused', async () => {
    await add({ newClusterId: 'to name', newStreamingSystemName: 'to rename', newStreamingSystemType: 'self-hosted' });
    await addSystem('taken');
    const { system, clusterConnections } = await systemNamed('to rename');
    const rename = async (mutation: string, variables: object) => {
      const { data, errors } = await gateway.graphql(mutation, variables);
      return errors === undefined ? data : `${errors[0]?.extensions.code} ${errors[0]?.extensions.path}`;
    };
    const SYSTEM =
      'mutation ($id: UUID!, $n: String!) { updateStreamingSystemName(streamingSystemUuid: $id, newName: $n) { streamingSystem { name lastUpdateUser { email } } } }';
    const CLUSTER =
      'mutation ($id: UUID!, $n: String!) { updateStreamingClusterName(streamingClusterUuid: $id, newName: $n) { streamingCluster { name lastUpdateUser { email } } } }';
    const clusterId = clusterConnections[0].streamingCluster.uuid;
    expect({
      system: await rename(SYSTEM, { id: system.uuid, n: ' renamed ' }),
      taken: await rename(SYSTEM, { id: system.uuid, n: 'taken' }),
      empty: await rename(SYSTEM, { id: system.uuid, n: ' ' }),
      cluster: await rename(CLUSTER, { id: clusterId, n: 'orders' }),
      clusterEmpty: await rename(CLUSTER, { id: clusterId, n: '' }),
    }).toEqual({
      system: { updateStreamingSystemName: { streamingSystem: { name: 'renamed', lastUpdateUser: { email: 'first owner' } } } },
      taken: 'NAME_TAKEN newName',
      empty: 'BAD_REQUEST newName',
      cluster: { updateStreamingClusterName: { streamingCluster: { name: 'orders', lastUpdateUser: { email: 'first owner' } } } },
      clusterEmpty: 'BAD_REQUEST newName',
    });
  });

  test('a system goes with its clusters and their connections, or stays whole while one of them is protected', async () => {
    const id = await add({ newClusterId: 'a', newStreamingSystemName: 'to delete', newStreamingSystemType: 'self-hosted' });
    const { system } = await systemNamed('to delete');
    await add({ streamingSystemId: system.uuid, newClusterId: 'b' });
    await setDeletionProtection(services, actor, id, true);
    const kept = await refusal(deleteStreamingSystem(services, actor, system.uuid));
    const left = (await systemNamed('to delete')).clusterConnections.length;
    await setDeletionProtection(services, actor, id, false);
    expect({
      kept,
      left,
      deleted: await refusal(deleteStreamingSystem(services, actor, system.uuid)),
      again: await refusal(deleteStreamingSystem(services, actor, system.uuid)),
      found: await systemNamed('to delete'),
      connection: await services.store.read.connections.find({ projectId: actor.projectId, integrationIds: null }, id),
    }).toEqual({ kept: 'CONNECTION_IN_USE', left: 2, deleted: 'ok', again: 'NOT_FOUND', found: undefined, connection: null });
  });

  test('whoever gave up while a system was added, and repeats the request, is told of the system that there is', async () => {
    const request = () =>
      idempotentReplay(services, actor, { id: 'gave-up', request: 'add' }, async (bound) => {
        const { id } = await addStreamingSystem(bound, actor, { name: 'unheard', type: 'self-hosted', siteId: null });
        return { ...keptText(id), isCutShort: true };
      });
    const first = await request();
    expect({ repeat: (await request()).text, there: (await systemNamed('unheard')).system.uuid }).toEqual({
      repeat: first.text,
      there: first.text,
    });
  });

  test('a cluster goes with its connections, and its system stays', async () => {
    await add({ newClusterId: 'a', newStreamingSystemName: 'stays', newStreamingSystemType: 'self-hosted' });
    const { clusterConnections } = await systemNamed('stays');
    const { uuid } = clusterConnections[0].streamingCluster;
    expect({
      asWarehouse: await refusal(deleteIntegration(services, actor, uuid, ['WAREHOUSE'])),
      deleted: await refusal(deleteIntegration(services, actor, uuid, ['STREAMING'])),
      left: (await systemNamed('stays')).clusterConnections,
    }).toEqual({ asWarehouse: 'NOT_FOUND', deleted: 'ok', left: [] });
  });

  test('a token that may not read sees no system', async () => {
    const { errors } = await gateway.graphql('{ getStreamingSystems { system { name } } }', {}, await gateway.token('job'));
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('a token that is limited to a cluster sees its system, and no other', async () => {
    await add({ newClusterId: 'seen', newStreamingSystemName: 'seen', newStreamingSystemType: 'self-hosted' });
    const { clusterConnections } = await systemNamed('seen');
    const { data } = await gateway.graphql(
      'mutation ($ids: [UUID!]) { createToken(name: "limited", roles: [viewer], integrationIds: $ids) { secret token { id } } }',
      { ids: [clusterConnections[0].streamingCluster.uuid] },
    );
    const token = { id: data.createToken.token.id, secret: data.createToken.secret };
    const answer = await gateway.graphql('{ getStreamingSystems { system { name } clusterConnections { uuid } } }', {}, token);
    expect(answer.data.getStreamingSystems).toEqual([{ system: { name: 'seen' }, clusterConnections: [] }]);
  });
});
