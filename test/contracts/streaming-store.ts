import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Integration } from '../../src/domain/connection/connection.ts';
import { DomainError } from '../../src/domain/errors/errors.ts';
import type { Store } from '../../src/domain/ports/store.ts';
import type { StreamingSystem } from '../../src/domain/streaming/streaming-system.ts';
import { createTestClock } from '../support/store/services.ts';

/** What a store owes of streaming systems and their clusters, on any engine. */
export function describeStreamingStore(engine: string, open: (clock: ReturnType<typeof createTestClock>) => Promise<Store>): void {
  describe(`streaming systems on ${engine}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open(createTestClock());
    });
    afterAll(() => store.close());
    const insert = (row: StreamingSystem) => store.write((tx) => tx.streamingSystems.insert(row));
    const insertCluster = (row: Integration) =>
      store.write((tx) => tx.integrations.insert(row)).catch((error: unknown) => (error instanceof DomainError ? error.code : 'failed'));

    test('a system is found and listed by its project alone, as it was written', async () => {
      const system = systemOf(uuidv7(), 'cloud');
      await insert(system);
      const { streamingSystems } = store.read;
      expect({
        found: await streamingSystems.find(system.projectId, system.id),
        listed: await streamingSystems.all({ projectId: system.projectId, integrationIds: null }, 10),
        elsewhere: await streamingSystems.find(uuidv7(), system.id),
      }).toEqual({ found: expect.objectContaining(system), listed: [expect.objectContaining(system)], elsewhere: null });
    });

    test('a list in the scope of some integrations has the systems that hold one of them, and counts no other towards its limit', async () => {
      const projectId = uuidv7();
      const systems = ['first', 'second', 'third', 'fourth'].map((name) => systemOf(projectId, name));
      const clusters = systems.map((system) => clusterOf(system, system.name));
      for (const system of systems) await insert(system);
      for (const cluster of clusters) await insertCluster(cluster);
      const [, second, third, fourth] = clusters.map(({ id }) => id);
      const gone = { projectId, integrationIds: null };
      await store.write((tx) => tx.integrations.removeIfEmpty(gone, fourth ?? '', 2));
      const listed = async (integrationIds: readonly (string | undefined)[], limit: number) =>
        (await store.read.streamingSystems.all({ projectId, integrationIds: integrationIds.map(String) }, limit)).map(({ name }) => name);
      expect({
        two: await listed([third, second], 2),
        one: await listed([third, second], 1),
        last: await listed([third], 1),
        removed: await listed([fourth], 10),
        none: await listed([], 10),
        foreign: await store.read.streamingSystems.all({ projectId: uuidv7(), integrationIds: [String(third)] }, 10),
      }).toEqual({ two: ['second', 'third'], one: ['second'], last: ['third'], removed: [], none: [], foreign: [] });
    });

    test('of racing systems of one name one is inserted, compared trimmed and as NFC', async () => {
      const projectId = uuidv7();
      const names = ['Cafe\u0301', 'Caf\u00e9 ', 'Caf\u00e9'];
      expect((await Promise.all(names.map((name) => insert(systemOf(projectId, name))))).filter(Boolean)).toHaveLength(1);
    });

    test('of two systems renamed to one name at once one gets it', async () => {
      const projectId = uuidv7();
      const [a, b] = [systemOf(projectId, 'a'), systemOf(projectId, 'b')];
      await insert(a);
      await insert(b);
      const rename = ({ id }: StreamingSystem) =>
        store
          .write((tx) => tx.streamingSystems.rename(projectId, id, 'same', { by: 'somebody', now: 2 }))
          .catch((error: unknown) => (error instanceof DomainError && error.code === 'NAME_TAKEN' ? 'taken' : 'failed'));
      const outcomes = await Promise.all([rename(a), rename(b)]);
      const same = (await store.read.streamingSystems.all({ projectId, integrationIds: null }, 10)).filter(({ name }) => name === 'same');
      expect({ outcomes: outcomes.sort(), same: same.map(({ updatedBy, updatedAt }) => ({ updatedBy, updatedAt })) }).toEqual({
        outcomes: ['renamed', 'taken'],
        same: [{ updatedBy: 'somebody', updatedAt: 2 }],
      });
    });

    test('a system of another project is neither renamed nor removed', async () => {
      const system = systemOf(uuidv7(), 'cloud');
      await insert(system);
      expect(
        await store.write(async (tx) => ({
          renamed: await tx.streamingSystems.rename(uuidv7(), system.id, 'other', { by: null, now: 2 }),
          removed: await tx.streamingSystems.removeIfEmpty(uuidv7(), system.id, null, 2),
        })),
      ).toEqual({ renamed: 'gone', removed: false });
    });

    test('a system with a cluster stays, and one without goes, which frees its name', async () => {
      const system = systemOf(uuidv7(), 'cloud');
      await insert(system);
      const cluster = clusterOf(system, 'lkc-1');
      await insertCluster(cluster);
      const scope = { projectId: system.projectId, integrationIds: null };
      const remove = () => store.write((tx) => tx.streamingSystems.removeIfEmpty(system.projectId, system.id, null, 2));
      const full = await remove();
      await store.write((tx) => tx.integrations.removeIfEmpty(scope, cluster.id, 2));
      expect({
        full,
        empty: await remove(),
        again: await remove(),
        found: await store.read.streamingSystems.find(system.projectId, system.id),
        freed: await insert(systemOf(system.projectId, 'cloud')),
        late: await insertCluster(clusterOf(system, 'lkc-2')),
      }).toEqual({ full: false, empty: true, again: false, found: null, freed: true, late: 'NOT_FOUND' });
    });

    test('of a cluster that is added and a system that is removed at once one fails', async () => {
      const left = [];
      for (let round = 0; round < 10; round += 1) {
        const system = systemOf(uuidv7(), 'cloud');
        await insert(system);
        const [added, removed] = await Promise.all([
          insertCluster(clusterOf(system, 'lkc-1')),
          store.write((tx) => tx.streamingSystems.removeIfEmpty(system.projectId, system.id, null, 2)),
        ]);
        if ((added === true) === removed) left.push({ added, removed });
      }
      expect(left).toEqual([]);
    });

    test('a cluster is found by what its system calls it, and its system has one such of a type', async () => {
      const system = systemOf(uuidv7(), 'cloud');
      await insert(system);
      const scope = { projectId: system.projectId, integrationIds: null };
      const cluster = clusterOf(system, 'lkc-1');
      const outcomes = [
        await insertCluster(cluster),
        await insertCluster({ ...clusterOf(system, 'lkc-1'), name: 'another name' }),
        await insertCluster({ ...clusterOf(system, 'lkc-1'), name: 'of another type', type: 'confluent-kafka-connect' }),
      ];
      const { integrations } = store.read;
      expect({
        outcomes,
        found: (await integrations.findCluster(scope, system.id, 'lkc-1', cluster.type))?.id,
        other: await integrations.findCluster(scope, system.id, 'lkc-2', cluster.type),
        limited: await integrations.findCluster({ ...scope, integrationIds: [] }, system.id, 'lkc-1', cluster.type),
        clusters: (await integrations.ofSystem(scope, system.id, 10)).map(({ type }) => type),
      }).toEqual({
        outcomes: [true, false, true],
        found: cluster.id,
        other: null,
        limited: null,
        clusters: ['confluent-kafka', 'confluent-kafka-connect'],
      });
    });
  });
}

function systemOf(projectId: string, name: string): StreamingSystem {
  return {
    id: uuidv7(),
    projectId,
    siteId: uuidv7(),
    name,
    type: 'confluent-cloud',
    createdAt: 1,
    createdBy: 'a',
    updatedAt: 1,
    updatedBy: 'a',
  };
}

function clusterOf(system: StreamingSystem, externalClusterId: string): Integration {
  return {
    id: uuidv7(),
    projectId: system.projectId,
    siteId: system.siteId,
    namespace: 'changeover',
    name: externalClusterId,
    category: 'STREAMING',
    type: 'confluent-kafka',
    streamingSystemId: system.id,
    externalClusterId,
    createdAt: 1,
    createdBy: null,
    updatedAt: 1,
    updatedBy: null,
  };
}
