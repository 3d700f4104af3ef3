import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DomainError } from '../../src/domain/errors/errors.ts';
import { localActor } from '../../src/operations/access/prepare-instance.ts';
import { commitChange } from '../../src/operations/commits/commit-change.ts';
import type { Services } from '../../src/operations/services.ts';
import { runMaintenance } from '../../src/operations/upkeep/maintenance-pass.ts';
import type { Answer } from '../support/gateway/gateway.ts';
import { eventually } from '../support/outcomes/eventually.ts';
import {
  ACQUIRE,
  codeOf,
  HOUR,
  POLICY,
  type ProtocolBench,
  READ,
  RELEASE,
  RENEW,
  ROLL_BACK,
  startProtocol,
} from '../support/protocol/protocol.ts';

const SECOND = 'a secret of the second version';
const REMOVE = 'mutation ($id: UUID!) { removeConnection(connectionId: $id) { success } }';
const ROUNDS = 8;

/** Callers that meet at one connection, over HTTP, on the given engine. What each round may end with is listed whole. */
export function describeRaces(engine: string, databaseUrl: () => Promise<string | null>): void {
  describe(`races on ${engine}`, () => {
    let bench: ProtocolBench;
    beforeAll(async () => {
      bench = await startProtocol(await databaseUrl());
    });
    afterAll(() => bench.close());
    const acquire = (id: string) => bench.gateway.graphql(ACQUIRE, { id, ttl: 24 * 3600 }, bench.job);
    const versionOf = ({ data }: Answer): number | null => data?.acquireLease?.lease.version ?? null;

    test('200 uses of one key are 200 times the first outcome, and one version (#60, C10)', async () => {
      const { add, stage, commit, labels } = bench;
      const id = await add();
      const key = await stage(id, SECOND);
      const use = async (): Promise<string> => {
        const answer = await commit(id, key);
        // Told to come back, where others wait for the proof: the gateway takes no more than so many of one token at once.
        return answer.status === 429 || answer.status === 503 ? await use() : answer.text;
      };
      const answers: string[] = [];
      // As many at a time as the gateway takes of one token: more would do nothing but ask again and again.
      const client = async () => {
        for (let uses = 0; uses < 4; uses += 1) answers.push(await use());
      };
      await Promise.all(Array.from({ length: 50 }, client));
      // Each that differs is shown, with how many there were of it.
      const counts = Object.fromEntries([...new Set(answers)].map((text) => [text, answers.filter((one) => one === text).length]));
      const [first = ''] = answers.filter((text) => text.includes('"version":2'));
      expect(counts).toEqual({ [first]: 200 });
      expect(await labels(id)).toEqual(['2 CURRENT', '1 PREVIOUS']);
    });

    test('a use of a key whose second look fails, while another use has committed it, gets the first outcome (C10)', async () => {
      const { gateway, add, stage, labels } = bench;
      const { services, projectId } = gateway.app;
      const actor = localActor(projectId, 'race', { id: 'race', ip: null, client: {} });
      const connectionId = await add();
      const input = { connectionId, key: await stage(connectionId, SECOND) };
      const outcomes: unknown[] = [];
      // Whoever shares the run of the proof finds it failed, as a validator may that runs out its time, and the change committed.
      const late: Services = {
        ...services,
        async once() {
          outcomes.push(await commitChange(services, actor, input));
          throw new DomainError('VALIDATION_FAILED', 'The second look has failed.');
        },
      };
      outcomes.push(await commitChange(late, actor, input));
      expect(outcomes[1]).toEqual(outcomes[0]);
      expect(await labels(connectionId)).toEqual(['2 CURRENT', '1 PREVIOUS']);
    });

    test('of eight commits on one base one wins, and each other one is told the current version (#97, C6)', async () => {
      const { add, stage, commit, labels } = bench;
      const id = await add();
      const keys = await Promise.all(Array.from({ length: 8 }, (_, index) => stage(id, `${SECOND} ${index}`)));
      const answers = await Promise.all(keys.map((key) => commit(id, key)));
      const losers = answers.filter(({ errors }) => errors !== undefined).map(({ errors }) => errors?.[0]?.extensions);
      expect({
        losers: losers.length,
        conflicts: losers.filter((loser) => loser?.code === 'VERSION_CONFLICT' && loser.currentVersion === 2).length,
        labels: await labels(id),
      }).toEqual({ losers: 7, conflicts: 7, labels: ['2 CURRENT', '1 PREVIOUS'] });
    });

    test('of a roll-back and a commit on one base one wins, and the other conflicts', async () => {
      const { gateway, receiver, add, save, stage, commit, versions } = bench;
      const id = await add();
      await save(id, SECOND);
      bench.clock.advance(16 * 60_000);
      const key = await stage(id, 'a secret of the third version.');
      let release = () => {};
      receiver.hold = new Promise((resolve) => {
        release = resolve;
      });
      const racing = Promise.all([commit(id, key), gateway.graphql(ROLL_BACK, { id })]);
      // Both have their base by now: neither is proven before both are staged.
      await eventually(async () => expect((await openChanges(id)).length).toBe(2));
      release();
      const codes = (await racing).map(codeOf);
      const [latest, ...older] = await versions(id);
      expect({ codes: codes.toSorted(), winner: latest?.origin === 'roll-back' ? codes[1] : codes[0], older: older.length }).toEqual({
        codes: ['VERSION_CONFLICT', 'ok'],
        winner: 'ok',
        older: 2,
      });
    });

    test('under REFUSE no commit passes a lease: all hold the new version, or one holds the old and the commit is refused', async () => {
      const outcomes = new Set<string>();
      for (let round = 0; round < ROUNDS; round += 1) {
        const id = await bench.add();
        await bench.gateway.graphql(POLICY, { id, policy: { inFlight: 'REFUSE' } });
        const key = await bench.stage(id, SECOND);
        const [saved, ...leases] = await Promise.all([bench.commit(id, key), acquire(id), acquire(id), acquire(id)]);
        outcomes.add(`${codeOf(saved)} ${[...new Set(leases.map(versionOf))].join()}`);
      }
      expect([...outcomes].filter((outcome) => outcome !== 'ok 2' && outcome !== 'CONNECTION_IN_USE 1')).toEqual([]);
    });

    test('a lease taken between validation and commit is seen by the commit, whatever it saw before', async () => {
      const { gateway, add, stage, commit, intrude } = bench;
      const [id, other] = [await add(), await add()];
      await gateway.graphql(POLICY, { id, policy: { inFlight: 'REFUSE' } });
      const lease = (await acquire(other)).data.acquireLease.lease;
      const key = await stage(id, SECOND);
      await gateway.graphql(
        'mutation ($key: String!) { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: $key, validationName: "validate_connection") { validationResult { success } } }',
        { key },
      );
      const answer = await intrude(id, () => commit(id, key), `update leases set connection_id = '${id}' where id = '${lease.id}'`);
      expect(codeOf(answer)).toBe('CONNECTION_IN_USE');
    });

    test('a version that was retired is served to nobody, and one that is served is not retired (C8, N7)', async () => {
      const outcomes = new Set<string>();
      for (let round = 0; round < ROUNDS; round += 1) {
        const { gateway, job, add, save, labels } = bench;
        const id = await add();
        const { key } = (await acquire(id)).data.acquireLease;
        await save(id, SECOND);
        bench.clock.advance(3 * HOUR);
        const maintain = () => runMaintenance(gateway.app.services);
        await Promise.all([
          maintain(),
          gateway.graphql(RENEW, { key, ttl: 3600 }, job),
          round % 2 === 0 ? gateway.graphql(RELEASE, { key }, job) : maintain(),
          maintain(),
        ]);
        const label = (await labels(id))[1];
        outcomes.add(`${label} ${codeOf(await gateway.graphql(READ, { key }, job))}`);
      }
      expect(
        [...outcomes].filter((outcome) => !['1 PREVIOUS ok', '1 PREVIOUS NOT_FOUND', '1 RETIRED NOT_FOUND'].includes(outcome)),
      ).toEqual([]);
    });

    test('of a lease and a removal one wins: no lease is on a connection that is gone (N7)', async () => {
      const outcomes = new Set<string>();
      for (let round = 0; round < ROUNDS; round += 1) {
        const id = await bench.add();
        const racing = [acquire(id), bench.gateway.graphql(REMOVE, { id })];
        const codes = (await Promise.all(round % 2 === 0 ? racing : racing.reverse())).map(codeOf);
        outcomes.add((round % 2 === 0 ? codes : codes.reverse()).join());
      }
      expect([...outcomes].filter((outcome) => outcome !== 'ok,CONNECTION_IN_USE' && outcome !== 'NOT_FOUND,ok')).toEqual([]);
    });

    if (engine === 'PostgreSQL') {
      test('a renewal waits for a retirement that is on its way, so that none is granted on what is being retired (N7)', async () => {
        const { gateway, job, add, save, clock, intrude } = bench;
        const id = await add();
        const { key } = (await acquire(id)).data.acquireLease;
        await save(id, SECOND);
        clock.advance(3 * HOUR);
        const renewed = await intrude(
          id,
          () => gateway.graphql(RENEW, { key }, job),
          `update leases set expires_at = ${clock.now()} where connection_id = '${id}'`,
        );
        expect(codeOf(renewed)).toBe('NOT_FOUND');
      });
    }

    async function openChanges(id: string): Promise<readonly unknown[]> {
      return (
        await bench.gateway.graphql('query ($id: UUID!) { changes(connectionId: $id, state: OPEN) { edges { node { id } } } }', { id })
      ).data.changes.edges;
    }
  });
}
