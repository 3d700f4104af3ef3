import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localActor } from '../../src/operations/access/prepare-instance.ts';
import { record } from '../../src/operations/audit/record.ts';
import { sealAudit } from '../../src/operations/audit/seal-audit.ts';
import { growChain } from '../support/protocol/long-chain.ts';
import { ACQUIRE, type ProtocolBench, startProtocol } from '../support/protocol/protocol.ts';

const BATCH = 1000;

interface Sizes {
  readonly auditRows: number;
  readonly answers: number;
  readonly leases: number;
  readonly versions: number;
}

/** The folder of a store that has worked for long: its rows are months old, so that all of them may be archived, cut and dropped. */
export async function makeLargeStore(sizes: Sizes): Promise<string> {
  const bench = await startProtocol(null);
  const { gateway, clock } = bench;
  const id = await bench.add();
  await growChain(gateway, id, sizes.versions, clock);
  await addAuditRows(bench, id, sizes.auditRows);
  await addAnswers(bench, sizes.answers);
  await addLeases(bench, id, sizes.leases);
  writeFileSync(join(gateway.dataDir, 'owner-token'), JSON.stringify(gateway.owner), { mode: 0o600 });
  await bench.close();
  return gateway.dataDir;
}

async function addAuditRows({ gateway: { app }, clock }: ProtocolBench, id: string, count: number): Promise<void> {
  const { services, projectId } = app;
  const actor = localActor(projectId, 'test', { id: 'seed', ip: null, client: {} });
  const entry = { action: 'lease.read', entity: 'connection', entityId: id, details: { job: 'nightly', version: 1 } } as const;
  for (let done = 0; done < count; done += BATCH) {
    clock.advance(1000);
    await services.store.write(async (tx) => {
      for (let row = 0; row < BATCH; row += 1) await record(services, tx, actor, entry);
    });
    await sealAudit(services);
  }
}

async function addAnswers({ gateway: { app } }: ProtocolBench, count: number): Promise<void> {
  const row = { requestHash: randomBytes(32), answer: randomBytes(400), keyGeneration: 1, startedAt: 1, takenUntil: 2 };
  for (let done = 0; done < count; done += BATCH)
    await app.services.store.write(async (tx) => {
      for (let key = done; key < done + BATCH; key += 1)
        await tx.idempotency.take({ ...row, tokenId: app.projectId, key: `answer ${key}`, expiresAt: 3 + key }, 1);
    });
}

/** Half of them are to be dropped when the gateway starts, and the others began within a day of those. */
async function addLeases({ gateway, clock, job }: ProtocolBench, id: string, count: number): Promise<void> {
  const { services, projectId } = gateway.app;
  const { lease } = (await gateway.graphql(ACQUIRE, { id }, job)).data.acquireLease;
  const one = await services.store.read.leases.find({ projectId, integrationIds: null }, lease.id);
  if (one === null) throw new Error('there is no lease');
  const { leaseMaxMs, retention } = services.settings;
  const edge = Date.now() - retention.leasesMs - leaseMaxMs;
  for (let done = 0; done < count; done += BATCH)
    await services.store.write(async (tx) => {
      for (let at = done; at < done + BATCH; at += 1) {
        const acquiredAt = edge + Math.round((at / count - 0.5) * leaseMaxMs);
        const ends = { expiresAt: acquiredAt + 1000, endsBy: acquiredAt + leaseMaxMs, releasedAt: acquiredAt + 1000 };
        await tx.leases.insert({ ...one, id: services.newId(), keyHash: randomBytes(32), acquiredAt, ...ends });
      }
    });
  clock.advance(1);
}
