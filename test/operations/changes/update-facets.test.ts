import { afterAll, beforeAll, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { commitOrWait } from '../../../src/operations/commits/commit-change.ts';
import { updateFacets } from '../../../src/operations/commits/update-facets.ts';
import { describeConnection } from '../../../src/operations/connections/describe-connection.ts';
import { laterRefusalOf } from '../../support/outcomes/refusal-of.ts';
import { ACQUIRE, POLICY, type ProtocolBench, READ, startProtocol } from '../../support/protocol/protocol.ts';
import { addReferring, createSecretFolder, GRANT } from '../../support/protocol/references.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

describeOnEachEngine('what a dialect keeps with a connection', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());

  const local = () => {
    const { services, projectId } = bench.gateway.app;
    const actor = localActor(projectId, 'test', { id: 'test', ip: null, client: {} });
    return { services, actor };
  };
  const facets = { lerian: { productName: 'billing' } };
  const held = async (inFlight: string) => {
    const connectionId = await bench.add();
    await bench.gateway.graphql(POLICY, { id: connectionId, policy: { inFlight } });
    const { data } = await bench.gateway.graphql(ACQUIRE, { id: connectionId }, bench.job);
    return { connectionId, key: data.acquireLease.key };
  };

  test.each(['OVERLAP', 'REFUSE', 'WAIT'])(
    'is changed under %s while a job holds it, which goes on with what it was given',
    async (policy) => {
      const { services, actor } = local();
      const { connectionId, key } = await held(policy);
      await updateFacets(services, actor, { connectionId, facets, expectedVersion: 1 });
      const { current } = await describeConnection(services, actor, connectionId);
      const read = await bench.gateway.graphql(READ, { key }, bench.job);
      const overtaken = await laterRefusalOf(updateFacets(services, actor, { connectionId, facets, expectedVersion: 1 }));
      expect({ facets: current.facets, labels: await bench.labels(connectionId), read: read.data.readLease.lease, overtaken }).toEqual({
        facets,
        labels: ['2 CURRENT', '1 PREVIOUS'],
        read: { version: 1 },
        overtaken: 'VERSION_CONFLICT',
      });
    },
  );

  test('is not changed under a change that waits for jobs, which would not fit any more', async () => {
    const { services, actor } = local();
    const { connectionId } = await held('WAIT');
    const key = await bench.stage(connectionId, 'a secret that waits for the job');
    const { state } = await commitOrWait(services, actor, { key, connectionId });
    const refused = await laterRefusalOf(updateFacets(services, actor, { connectionId, facets, expectedVersion: 1 }));
    expect({ state, refused, labels: await bench.labels(connectionId) }).toEqual({
      state: 'PENDING',
      refused: 'CONNECTION_IN_USE',
      labels: ['1 CURRENT'],
    });
  });

  test('is changed where the credentials stay in an outside manager, and leaves the reference as it is', async () => {
    const { services, actor } = local();
    const secrets = createSecretFolder();
    const path = secrets.write('facets.json', { url: bench.receiver.url });
    await bench.gateway.graphql(GRANT, { provider: 'file', prefix: secrets.folder });
    const connectionId = await addReferring(bench.gateway, path, false);
    const before = await describeConnection(services, actor, connectionId);
    await updateFacets(services, actor, { connectionId, facets, expectedVersion: 1 });
    const { current } = await describeConnection(services, actor, connectionId);
    expect({ version: current.version, facets: current.facets, reference: current.reference }).toEqual({
      version: 2,
      facets,
      reference: before.current.reference,
    });
  });
});
