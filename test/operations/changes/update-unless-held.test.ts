import { afterAll, beforeAll, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { updateUnlessHeld } from '../../../src/operations/commits/update-unless-held.ts';
import { acquireLease } from '../../../src/operations/leases/acquire-lease.ts';
import { releaseLease } from '../../../src/operations/leases/release-lease.ts';
import { laterRefusalOf } from '../../support/outcomes/refusal-of.ts';
import { type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

describeOnEachEngine('an update of a protocol that never changes what a job holds', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());

  test.each([
    ['something', { headerName: 'x-other', headerValue: 'other' }, ['2 CURRENT', '1 PREVIOUS']],
    ['nothing', {}, ['1 CURRENT']],
  ] as const)('is kept back by a lease although the policy lets jobs overlap, where it changes %s', async (_what, changes, after) => {
    const { services, projectId } = bench.gateway.app;
    const actor = localActor(projectId, 'test', { id: 'test', ip: null, client: {} });
    const job = { ...actor, permissions: new Set(['lease'] as const) };
    const connectionId = await bench.add();
    const { key } = await acquireLease(services, job, { connectionId, job: 'nightly' });
    const held = await laterRefusalOf(updateUnlessHeld(services, actor, { connectionId, changes }));
    const meanwhile = await bench.labels(connectionId);
    await releaseLease(services, job, key);
    await updateUnlessHeld(services, actor, { connectionId, changes });
    expect({ held, meanwhile, after: await bench.labels(connectionId) }).toEqual({
      held: 'CONNECTION_IN_USE',
      meanwhile: ['1 CURRENT'],
      after,
    });
  });
});
