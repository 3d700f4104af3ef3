import { expect, test } from 'vitest';
import { anchoring } from '../../src/jobs/anchoring.ts';
import { startGateway } from '../support/gateway/gateway.ts';

test('an anchor counts as kept once it is: one that could not be written is tried again, though the audit has not moved', async () => {
  const gateway = await startGateway();
  const { services } = gateway.app;
  await services.store.write((tx) => tx.audit.seal(100, services.auditChain.start, services.auditChain.link));
  const tried: number[] = [];
  const kept: number[] = [];
  // The first one is lost on its way to the disk.
  const pass = anchoring(services.store, async ({ seq }) => {
    tried.push(seq);
    if (tried.length === 1) throw new Error('the disk is full');
    kept.push(seq);
  });
  const outcomes = [];
  for (let time = 0; time < 3; time += 1)
    outcomes.push(
      await pass().then(
        () => 'ok',
        () => 'failed',
      ),
    );
  const head = (await services.store.read.audit.head())?.seq ?? 0;
  await gateway.close();
  expect({ outcomes, tried, kept, isMoved: head > 0 }).toEqual({
    outcomes: ['failed', 'ok', 'ok'],
    tried: [head, head],
    kept: [head],
    isMoved: true,
  });
});
