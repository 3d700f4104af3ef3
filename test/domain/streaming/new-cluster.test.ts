import { describe, expect, test } from 'vitest';
import { type GivenCluster, readClusterChoice } from '../../../src/domain/streaming/new-cluster.ts';
import { readSystemType, requireOfSystem, systemTypeOf } from '../../../src/domain/streaming/streaming-system.ts';
import { pathOf } from '../../support/outcomes/path-of.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

const KAFKA = { kind: 'confluent-kafka', category: 'streaming' } as const;
const NEW = { newClusterId: 'lkc-1', newStreamingSystemName: 'cloud', newStreamingSystemType: 'CONFLUENT_CLOUD' };

describe('where a streaming connection goes', () => {
  test.each([
    { given: { mcClusterId: 'c' }, is: { clusterId: 'c', systemId: null } },
    { given: { mcClusterId: 'c', streamingSystemId: 's' }, is: { clusterId: 'c', systemId: 's' } },
    {
      given: { newClusterId: ' lkc-1 ', streamingSystemId: 's' },
      is: { cluster: { externalId: 'lkc-1', name: null }, system: { id: 's' } },
    },
    { given: NEW, is: { cluster: { externalId: 'lkc-1', name: null }, system: { name: 'cloud', type: 'confluent-cloud' } } },
    {
      given: { ...NEW, newClusterName: 'orders', newClusterType: 'kafka-cluster' },
      is: { cluster: { externalId: 'lkc-1', name: 'orders' }, system: { name: 'cloud', type: 'confluent-cloud' } },
    },
  ] satisfies { readonly given: GivenCluster; readonly is: object }[])('by $given', ({ given, is }) => {
    expect(readClusterChoice(KAFKA, given)).toEqual(is);
  });

  test.each([
    { given: {}, path: 'newClusterId' },
    { given: { newClusterId: ' ' }, path: 'newClusterId' },
    { given: { ...NEW, newClusterId: 'a\nb' }, path: 'newClusterId' },
    { given: { ...NEW, newClusterId: 'x'.repeat(1025) }, path: 'newClusterId' },
    { given: { mcClusterId: 'c', newClusterName: 'x' }, path: 'newClusterName' },
    { given: { mcClusterId: 'c', newStreamingSystemType: 'msk' }, path: 'newStreamingSystemType' },
    { given: { newClusterId: 'lkc-1' }, path: 'newStreamingSystemName' },
    { given: { newClusterId: 'lkc-1', newStreamingSystemName: 'cloud' }, path: 'newStreamingSystemType' },
    { given: { newClusterId: 'lkc-1', streamingSystemId: 's', newStreamingSystemName: 'cloud' }, path: 'newStreamingSystemName' },
    { given: { ...NEW, newClusterType: 'confluent-kafka-connect' }, path: 'newClusterType' },
    { given: { ...NEW, newClusterType: 'kafka-connect-cluster' }, path: 'newClusterType' },
    { given: { ...NEW, newStreamingSystemType: 'azure' }, path: 'newStreamingSystemType' },
  ])('$given is refused by its path $path', ({ given, path }) => {
    expect(pathOf(() => readClusterChoice(KAFKA, given))).toBe(path);
  });

  test('a kind without clusters is sent elsewhere', () => {
    expect(pathOf(() => readClusterChoice({ kind: 'postgres', category: 'database' }, NEW))).toBe('connectionType');
  });
});

test.each([
  ['confluent-kafka-connect', 'confluent-cloud'],
  ['msk-kafka', 'msk'],
  ['self-hosted-kafka', 'self-hosted'],
  ['redpanda', 'self-hosted'],
])('clusters of kind %s are in a system of type %s', (kind, type) => {
  expect(systemTypeOf({ kind })).toBe(type);
});

test('a cluster is refused by the system of another vendor, and a type that nobody has', () => {
  expect({
    own: refusalOf(() => requireOfSystem({ kind: 'msk-kafka' }, { type: 'msk' }, 'streamingSystemId')),
    other: refusalOf(() => requireOfSystem({ kind: 'msk-kafka' }, { type: 'self-hosted' }, 'streamingSystemId')),
    folded: readSystemType('Self_Hosted', 'streamingSystemType'),
    unknown: refusalOf(() => readSystemType('kinesis', 'streamingSystemType')),
  }).toEqual({ own: 'ok', other: 'BAD_REQUEST', folded: 'self-hosted', unknown: 'BAD_REQUEST' });
});
