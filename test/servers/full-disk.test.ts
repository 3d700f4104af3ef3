import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startReceiver } from '../support/gateway/gateway.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway/gateway-process.ts';
import { eventually } from '../support/outcomes/eventually.ts';

// A disk of its own, of 24 MB.
const disk = mkdtempSync(join(tmpdir(), 'changeover-disk-'));
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]);
const dataDir = join(disk, 'data');
const ballast = join(disk, 'ballast');
mkdirSync(dataDir, { mode: 0o700 });
const receiver = await startReceiver();
let gateway: GatewayProcess | null = null;
afterAll(async () => {
  receiver.close();
  await gateway?.end('SIGKILL');
  execFileSync('umount', [disk]);
});

/** Takes every byte that is left. */
function fillDisk(): void {
  const file = openSync(ballast, 'a');
  try {
    for (let size = 1 << 20; size >= 1; ) {
      try {
        if (writeSync(file, Buffer.alloc(size)) < size) size >>= 1;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
        size >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
}

const SECRET = 'a signing secret of a webhook that nobody calls';
const STAGE =
  'mutation ($d: WebhookConnectionDetails!) { testWebhookCredentialsV2(connectionDetails: $d, validationName: "save_credentials") { key } }';
const ADD = 'mutation ($k: String!) { addConnection(connectionType: "webhook", key: $k, name: "hook") { connection { uuid } } }';
const ACQUIRE = 'mutation ($id: UUID!) { acquireLease(connectionId: $id, job: "nightly") { key credentials } }';
const READ = 'mutation ($key: String!) { readLease(leaseKey: $key) { credentials } }';
const RENEW = 'mutation ($key: String!) { renewLease(leaseKey: $key, ttlSeconds: 900) { live } }';
const RELEASE = 'mutation ($key: String!) { releaseLease(leaseKey: $key) { live } }';

/** What a gateway says of itself: that it is ready, or why it does not start. */
async function startOrLine(): Promise<string> {
  try {
    gateway = await startGatewayProcess({ dataDir });
    return await clientOf(gateway).readiness();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  } finally {
    await gateway?.end();
    gateway = null;
  }
}

interface Answered {
  /** Of a request that was refused as a whole. */
  readonly code?: string;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

const outcomeOf = ({ code, errors }: Answered) => code ?? errors?.[0]?.extensions.code ?? 'ok';

function clientOf({ url, owner }: GatewayProcess) {
  const ask = async (query: string, variables: object = {}, secret = owner.secret) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify({ query, variables }),
    });
    return JSON.parse(await response.text());
  };
  return {
    ask,
    stage: () => ask(STAGE, { d: { url: receiver.url, signingSecret: SECRET } }),
    readiness: async () => await (await fetch(`${url}/readyz`)).text(),
    audited: async () => {
      const { data } = await ask('{ auditLog(first: 100, filter: { actions: ["lease.read"] }) { edges { node { action } } } }');
      return data.auditLog.edges.length;
    },
  };
}

test('on a full disk jobs use their leases and are audited, all else is refused, and room brings it back without a restart', async () => {
  gateway = await startGatewayProcess({ dataDir });
  const { ask, stage, readiness, audited } = clientOf(gateway);
  const staged = await stage();
  const added = await ask(ADD, { k: staged.data.testWebhookCredentialsV2.key });
  const { uuid } = added.data.addConnection.connection;
  const token = await ask('mutation { createToken(name: "nightly", roles: [job]) { secret } }');
  const asJob = (query: string, variables: object) => ask(query, variables, token.data.createToken.secret);
  const acquired = await asJob(ACQUIRE, { id: uuid });
  const { key } = acquired.data.acquireLease;

  fillDisk();
  const reads = [await asJob(READ, { key })];
  await eventually(async () => expect(await readiness()).toBe('{"status":"storage full"}'));
  const refused = [await stage()];
  // The log is used several times over for these.
  for (let count = 0; count < 90; count += 1) reads.push(await asJob(READ, { key }));
  const other = await asJob(ACQUIRE, { id: uuid });
  const lives = [await asJob(RENEW, { key }), other, await asJob(RELEASE, { key: other.data?.acquireLease.key })];
  refused.push(await stage());
  const rows = await audited();

  rmSync(ballast);
  await eventually(async () => expect(await readiness()).toBe('{"status":"ready"}'));
  const again = await stage();
  const { data } = await ask('{ auditVerification { ok } }');
  expect({
    refused: refused.map(outcomeOf),
    reads: [...new Set(reads.map((answer) => answer.data?.readLease?.credentials.signingSecret ?? outcomeOf(answer)))],
    lives: lives.map(outcomeOf),
    rows,
    again: outcomeOf(again),
    verified: data.auditVerification.ok,
  }).toEqual({
    refused: ['STORAGE_FULL', 'STORAGE_FULL'],
    reads: [SECRET],
    lives: ['ok', 'ok', 'ok'],
    rows: reads.length,
    again: 'ok',
    verified: true,
  });
});

test('a gateway that was killed on a full disk starts there again; one that has nothing reserved yet, or a read-only disk, says so', async () => {
  fillDisk();
  await gateway?.end('SIGKILL');
  const afterKill = await startOrLine();
  fillDisk();
  const onFull = await startOrLine();
  rmSync(ballast);
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  const onReadOnly = await startOrLine();
  execFileSync('mount', ['-o', 'remount,rw', disk]);
  expect({ afterKill, onFull, onReadOnly, withRoom: await startOrLine() }).toEqual({
    afterKill: '{"status":"storage full"}',
    onFull: expect.stringMatching(/SQLITE_FULL.*its disk is full.*The store itself is as it was/),
    onReadOnly: expect.stringMatching(/its disk is read-only.*The store itself is as it was/),
    withRoom: '{"status":"ready"}',
  });
});
