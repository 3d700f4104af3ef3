import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/sqlite/sqlite-driver.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway/gateway-process.ts';
import { makeLargeStore } from './large-store.ts';
import { createLoad } from './load.ts';
import { probing } from './probing.ts';

const SIZES = { auditRows: 200_000, answers: 300_000, leases: 60_000, versions: 12_000 };
/** Longest that anybody waits for another's maintenance, milliseconds. */
const STALL = 250;
const LONG = 20 * 60_000;

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGatewayProcess({
    shedsLoad: true,
    dataDir: await makeLargeStore(SIZES),
    settings: { CHANGEOVER_CONNECTIONS_PER_ADDRESS: '2000', CHANGEOVER_LOG_LEVEL: 'silent' },
  });
}, LONG);
afterAll(() => gateway.end('SIGKILL'));

describe('while the store of a running gateway is kept up, nobody waits long for it', { timeout: LONG }, () => {
  test('as expired answers and old leases are dropped', async () => {
    const stall = await probing(gateway, async () => {
      await until('idempotency', 0);
      await until('leases', SIZES.leases / 2 + 1);
    });
    expect(stall).toBeLessThan(STALL);
  });

  test('as the audit is verified', async () => {
    let verified: object = {};
    const stall = await probing(gateway, async () => {
      verified = await callUntilDone('auditVerification', 'query ($after: String) { auditVerification(after: $after) { ok next } }');
    });
    expect({ verified, isShort: stall < STALL, stall }).toEqual({ verified: { ok: true, next: null }, isShort: true, stall });
  });

  test('as pages of it are asked for by a rare action, from anywhere', async () => {
    const load = createLoad(gateway);
    const stall = await probing(gateway, async () => {
      for (const filter of [
        { actions: ['token.create'] },
        { actions: ['token.create', 'data-key.rotate'] },
        { to: '2026-01-05T00:00:10Z' },
      ])
        await load.askPatiently(gateway.owner, 'query ($f: AuditFilter) { auditLog(first: 100, filter: $f) { edges { cursor } } }', {
          f: filter,
        });
    });
    expect(stall).toBeLessThan(STALL);
  });

  test('as every version is sealed anew under a new data key', async () => {
    const load = createLoad(gateway);
    await load.askPatiently(gateway.owner, 'mutation { rotateDataKey { generation } }');
    let failures = 0;
    const stall = await probing(gateway, async () => {
      const last = await callUntilDone(
        'resealConnections',
        'mutation ($after: UUID) { resealConnections(after: $after) { next failures { code } } }',
      );
      failures = last.failures.length;
    });
    expect({ failures, isShort: stall < STALL, stall }).toEqual({ failures: 0, isShort: true, stall });
  });

  test('as doctor examines the store', async () => {
    let examined: object = {};
    const stall = await probing(gateway, async () => {
      examined = await callUntilDone(
        'storeExamination',
        'query ($after: String) { storeExamination(after: $after) { ok next findings { problem } } }',
      );
    });
    expect({ examined, isShort: stall < STALL, stall }).toEqual({ examined: { ok: true, next: null, findings: [] }, isShort: true, stall });
  });

  test('as the audit is archived and cut', async () => {
    const to = mkdtempSync(join(tmpdir(), 'changeover-archive-'));
    const command = ['dist/cli/main.js', 'audit', 'archive', '--to', to, '--older-than', '2', '--cut', '--json'];
    let archived = { archived: 0, cutThrough: 0 };
    const stall = await probing(gateway, async () => {
      const env = { ...process.env, CHANGEOVER_DATA_DIR: gateway.dataDir };
      archived = JSON.parse((await promisify(execFile)(process.execPath, command, { env })).stdout);
    });
    expect({ all: archived.archived >= SIZES.auditRows && archived.cutThrough >= SIZES.auditRows, isShort: stall < STALL, stall }).toEqual({
      all: true,
      isShort: true,
      stall,
    });
  });
});

/** Goes on until there is no `next`, and returns the last answer. */
async function callUntilDone(field: string, document: string) {
  for (let after: string | null = ''; ; ) {
    const { text } = await createLoad(gateway).askPatiently(gateway.owner, document, {
      after: after === '' && field === 'resealConnections' ? null : after,
    });
    const answer = JSON.parse(text).data?.[field];
    if (answer == null) throw new Error(text);
    if (answer.ok === false || answer.next === null) return answer;
    after = answer.next;
  }
}

/** Looks at the file itself: what is counted there costs the gateway nothing. */
async function until(table: string, rows: number): Promise<void> {
  for (;;) {
    const handle = openDatabase(join(gateway.dataDir, 'changeover.db'), { readonly: true });
    const count = Number(Object.values(handle.prepare(`select count(*) from ${table}`).get() as object)[0]);
    handle.close();
    if (count <= rows) return;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}
