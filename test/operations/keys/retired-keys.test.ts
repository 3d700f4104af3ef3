import { afterEach, beforeEach, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { idempotentReplay } from '../../../src/operations/idempotency/idempotent-replay.ts';
import { codeOf, type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';
import { keptText } from '../../support/store/kept-text.ts';

const MINUTE = 60_000;
const ROTATE = 'mutation { rotateDataKey { generation } }';
const RESEAL = 'mutation ($after: UUID) { resealConnections(after: $after) { next } }';
const RETIRE = 'mutation ($generation: Int!) { retireDataKey(generation: $generation) { success } }';

/** When a data key may go, and what is sealed with one that has gone meanwhile. */
describeOnEachEngine('data keys that are retired', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeEach(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterEach(() => bench.close());
  /** A further key, and everything sealed with it. Returns the one before. */
  const rotate = async (): Promise<number> => {
    const { generation } = (await bench.gateway.graphql(ROTATE)).data.rotateDataKey;
    for (let after: string | null = null; ; ) {
      after = (await bench.gateway.graphql(RESEAL, { after })).data.resealConnections.next;
      if (after === null) return generation - 1;
    }
  };
  const retire = (generation: number) => bench.gateway.graphql(RETIRE, { generation });

  test('an old one stays for ten minutes after the newest was made, to the second and to the millisecond', async () => {
    await bench.add();
    const generation = await rotate();
    const told = [];
    for (const ms of [0, 1001, 10 * MINUTE - 1002, 1]) {
      bench.clock.advance(ms);
      const { errors, data } = await retire(generation);
      told.push(errors?.[0]?.extensions.retryAfterSeconds ?? data?.retireDataKey?.success);
    }
    expect(told).toEqual([600, 599, 1, true]);
  });

  test('an answer that was sealed with one that was retired meanwhile is not kept, and its repeat is answered', async () => {
    const { gateway, clock } = bench;
    const { services, projectId } = gateway.app;
    const actor = localActor(projectId, 'test', { id: 'answer', ip: null, client: {} });
    let runs = 0;
    const ask = (retires: boolean) =>
      idempotentReplay(services, actor, { id: 'meanwhile', request: 'a request' }, async () => {
        runs += 1;
        if (retires) {
          const generation = await rotate();
          clock.advance(10 * MINUTE);
          expect(codeOf(await retire(generation))).toBe('ok');
        }
        return keptText(`answer ${runs}`);
      }).then(
        ({ text }) => text,
        ({ code }: { code: string }) => code,
      );
    const first = await ask(true);
    const repeated = [await ask(false), await ask(false)];
    expect({ first, repeated }).toEqual({ first: 'OUTCOME_UNKNOWN', repeated: ['answer 2', 'answer 2'] });
  });
});
