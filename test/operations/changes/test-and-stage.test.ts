import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../../src/domain/token/actor.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { type TestedStaging, testAndStage, testAndStageReference } from '../../../src/operations/changes/test-and-stage.ts';
import { addConnection } from '../../../src/operations/connections/add-connection.ts';
import { idempotentReplay } from '../../../src/operations/idempotency/idempotent-replay.ts';
import type { Services } from '../../../src/operations/services.ts';
import { type Receiver, SECRET, startReceiver } from '../../support/gateway/gateway.ts';
import { HOUR, type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { createSecretFolder, GRANT } from '../../support/protocol/references.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';
import { keptText } from '../../support/store/kept-text.ts';

describeOnEachEngine('details that are tested and staged in one call', ({ databaseUrl }) => {
  const secrets = createSecretFolder();
  let bench: ProtocolBench;
  let receiver: Receiver;
  let services: Services;
  let actor: Actor;
  let requests = 0;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
    receiver = await startReceiver();
    services = bench.gateway.app.services;
    actor = localActor(bench.gateway.app.projectId, 'tester', { id: 'tester', ip: null, client: {} });
    await bench.gateway.graphql(GRANT, { provider: 'file', prefix: secrets.folder });
  });
  afterAll(async () => {
    receiver.close();
    await bench.close();
  });

  const stored = (bound: Services) =>
    testAndStage(bound, actor, { kind: 'webhook', details: { url: receiver.url, signingSecret: SECRET } });
  const referred = (bound: Services) =>
    testAndStageReference(bound, actor, {
      kind: 'webhook',
      reference: {
        provider: 'file',
        paths: {
          ...Object.fromEntries(Object.keys(services.secrets.providers).map((name) => [name, { value: null, field: name }])),
          file: { value: secrets.write('details.json', { url: receiver.url, signing_secret: SECRET }), field: 'filePath' },
        } as Parameters<typeof testAndStageReference>[2]['reference']['paths'],
        beside: {},
      },
    });
  /** A request that is sent again under its id. Each try is answered by the given status, and broken off if its client gives up. */
  const request = (run: (bound: Services) => Promise<TestedStaging>) => {
    requests += 1;
    const identified = { id: `tested-${requests}`, request: 'test and stage' };
    return async (status: number, gaveUp: boolean): Promise<string | null> => {
      receiver.status = status;
      const answer = await idempotentReplay(services, actor, identified, async (bound) => ({
        ...keptText(JSON.stringify((await run(bound)).key)),
        isCutShort: gaveUp,
      }));
      return JSON.parse(answer.text);
    };
  };
  const isUsable = async (key: string | null) => {
    requests += 1;
    const named = { name: `tested ${requests}` };
    const { version } = await addConnection(services, actor, { key: key ?? '', kind: 'webhook', integration: named });
    return version === 1;
  };

  test.each([
    ['stored here', stored],
    ['kept in an outside manager', referred],
  ])('of details %s, a repeat whose earlier tries failed and were broken off gets a key that works', async (_, run) => {
    const send = request(run);
    const failed = [await send(500, true), await send(500, true)];
    const key = await send(204, false);
    expect({ failed, again: (await send(204, false)) === key, isUsable: await isUsable(key) }).toEqual({
      failed: [null, null],
      again: true,
      isUsable: true,
    });
  });

  test('a repeat whose earlier try was broken off before it was tested, more than an hour ago, gets a key that works', async () => {
    const send = request(async (bound) => {
      const broken = { ...bound, runner: { ...bound.runner, run: () => Promise.reject(new Error('the gateway ended')) } };
      return await stored(receiver.status === 500 ? broken : bound);
    });
    await expect(send(500, true)).rejects.toThrow('the gateway ended');
    bench.clock.advance(2 * HOUR);
    expect(await isUsable(await send(204, false))).toBe(true);
  });

  test('a request that failed ten times under one idempotency id is refused, and not tried for ever', async () => {
    const send = request(stored);
    for (let time = 0; time < 10; time += 1) await send(500, true);
    await expect(send(204, false)).rejects.toMatchObject({ code: 'CHANGE_OUTDATED' });
  });
});
