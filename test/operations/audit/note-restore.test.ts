import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sealAudit } from '../../../src/operations/audit/seal-audit.ts';
import { appendAnchor } from '../../../src/store/files/anchor-file.ts';
import {
  addWebhook,
  COMMIT,
  type Receiver,
  stageSecret,
  startGateway,
  startReceiver,
  type TestGateway,
} from '../../support/gateway/gateway.ts';
import { type KeptLog, keepLog } from '../../support/gateway/kept-log.ts';

const VERSIONS = 'query ($id: UUID!) { connection(id: $id) { versions { version label } } }';
const DOCTOR = '{ storeExamination { ok restores { headSeq anchorSeq versionGap } findings { problem } } }';
const AUDIT = '{ auditLog(filter: { actions: ["instance.restore"] }) { edges { node { action details } } } }';

let gateway: TestGateway;
let receiver: Receiver;
let anchors: string;
let log: KeptLog;

beforeEach(async () => {
  anchors = join(mkdtempSync(join(tmpdir(), 'changeover-anchor-')), 'anchors');
  log = keepLog();
  receiver = await startReceiver();
  gateway = await startGateway({
    settings: { CHANGEOVER_AUDIT_ANCHOR_FILE: anchors, CHANGEOVER_LOG_LEVEL: 'warn' },
    logStream: log.stream,
  });
});
afterEach(async () => {
  await gateway.close();
  receiver.close();
});

async function anchor(): Promise<void> {
  await sealAudit(gateway.app.services);
  const head = await gateway.app.services.store.read.audit.head();
  await appendAnchor(anchors, gateway.app.instance.id, { seq: head?.seq ?? 0, head: head?.chainHash.toString('hex') ?? '', at: 0 });
}
const save = async (id: string, secret: string) => gateway.graphql(COMMIT, { id, key: await stageSecret(gateway, id, secret) });
const numbers = async (id: string) =>
  (await gateway.graphql(VERSIONS, { id })).data.connection.versions.map(({ version }: { version: number }) => version);

test('a backup that is restored under a newer anchor is told, recorded once, and uses no number of a version twice', async () => {
  const id = await addWebhook(gateway, receiver, 'restored');
  await anchor();
  const file = join(gateway.dataDir, 'changeover.db');
  const backup = join(mkdtempSync(join(tmpdir(), 'changeover-backup-')), 'changeover.db');
  await gateway.restart(() => cpSync(file, backup));
  const untouched = (await gateway.graphql(DOCTOR)).data.storeExamination.restores;
  await save(id, 'a signing secret of the version two');
  await save(id, 'a signing secret of the version three');
  const lost = await numbers(id);
  await anchor();
  await gateway.restart(() => {
    for (const side of ['-wal', '-shm']) rmSync(`${file}${side}`, { force: true });
    cpSync(backup, file);
  });
  await save(id, 'a signing secret after the restore');
  const first = await numbers(id);
  await gateway.restart();
  await save(id, 'another secret after the restore');
  const second = await numbers(id);
  const doctor = (await gateway.graphql(DOCTOR)).data.storeExamination;
  const recorded = (await gateway.graphql(AUDIT)).data.auditLog.edges.length;
  expect({
    untouched,
    told: log.of('store is older than its anchor').length,
    reused: [...first, ...second].filter((version: number) => version > 1 && lost.includes(version)),
    next: second[0] - first[0],
    doctor: { ok: doctor.ok, restores: doctor.restores.length, findings: doctor.findings },
    recorded,
    anchors: readFileSync(anchors, 'utf8').trimEnd().split('\n').length,
  }).toEqual({ untouched: [], told: 1, reused: [], next: 1, doctor: { ok: true, restores: 1, findings: [] }, recorded: 1, anchors: 2 });
});

test('an anchor of another instance says nothing of this store', async () => {
  writeFileSync(anchors, `${JSON.stringify({ seq: 1_000_000, head: 'ab'.repeat(32), at: 0, instance: 'another' })}\n`, { flag: 'a' });
  await gateway.restart();
  expect((await gateway.graphql(AUDIT)).data.auditLog.edges).toEqual([]);
});
