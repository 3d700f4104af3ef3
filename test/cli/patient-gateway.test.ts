import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { cutAudit } from '../../src/cli/documents/documents.ts';
import { patientGateway } from '../../src/cli/gateway/patient-gateway.ts';
import { remoteGateway } from '../../src/cli/gateway/transport.ts';

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

interface Given {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

const BUSY: Given = { status: 503, headers: { 'retry-after': '7' }, body: { message: 'Busy.', code: 'UNAVAILABLE' } };
const DONE: Given = { status: 200, body: { data: { cutAudit: { finished: true, through: 9 } } } };
const error = (code: string, extensions: object = {}): Given => ({
  status: 200,
  body: { data: null, errors: [{ message: 'No.', extensions: { code, ...extensions } }] },
});

/** What a command gets of a gateway that gives these answers, the last one again and again; and how long it waits between, milliseconds. */
async function asked(...answers: readonly Given[]) {
  let calls = 0;
  const server = createServer((request, response) => {
    request.resume();
    const { status, headers, body } = answers[Math.min(calls, answers.length - 1)] ?? DONE;
    calls += 1;
    response.writeHead(status, headers).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ended.push(() => server.close());
  const waits: number[] = [];
  const gateway = patientGateway(remoteGateway(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'token'), async (ms) => {
    waits.push(ms);
  });
  const outcome = await gateway.run(cutAudit, { through: 9, head: '00' }).then(
    (answer) => answer.cutAudit?.through,
    ({ code }: { code: string }) => code,
  );
  return { outcome, waits };
}

test('a long command that a busy gateway refuses comes back when it is told to, and goes on', async () => {
  expect(await asked(BUSY, error('RATE_LIMITED', { retryAfterSeconds: 3 }), error('UNAVAILABLE'), DONE)).toEqual({
    outcome: 9,
    waits: [7000, 3000, 1000],
  });
});

test('what a gateway refuses for good ends a command at once', async () => {
  expect(await asked(error('FORBIDDEN'), DONE)).toEqual({ outcome: 'FORBIDDEN', waits: [] });
});

test('after a minute of refusals a command ends with the last of them', async () => {
  expect(await asked(BUSY)).toEqual({ outcome: 'UNAVAILABLE', waits: Array(8).fill(7000) });
});

test('an outcome that is unknown is told by its name, whatever its status', async () => {
  const { outcome } = await asked({
    status: 503,
    headers: { 'retry-after': '61' },
    body: { message: 'Perhaps.', code: 'OUTCOME_UNKNOWN' },
  });
  expect(outcome).toBe('OUTCOME_UNKNOWN');
});
