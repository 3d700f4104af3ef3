import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEPT_ANSWERS } from '../../src/admission/replay-quota.ts';
import { DomainError } from '../../src/domain/errors/errors.ts';
import type { Actor } from '../../src/domain/token/actor.ts';
import { authenticate } from '../../src/operations/access/authenticate.ts';
import { createToken } from '../../src/operations/access/create-token.ts';
import { discardChange } from '../../src/operations/changes/discard-change.ts';
import { stageUpdate } from '../../src/operations/changes/stage-update.ts';
import { rollBack } from '../../src/operations/commits/roll-back.ts';
import { updateConnection } from '../../src/operations/commits/update-connection.ts';
import { removeConnection } from '../../src/operations/connections/remove-connection.ts';
import { idempotentReplay } from '../../src/operations/idempotency/idempotent-replay.ts';
import { acquireLease } from '../../src/operations/leases/acquire-lease.ts';
import type { Services } from '../../src/operations/services.ts';
import { runMaintenance } from '../../src/operations/upkeep/maintenance-pass.ts';
import { COMMIT, type Receiver, SECRET, stageSecret, startReceiver, type TestGateway, type TestToken } from '../support/gateway/gateway.ts';
import { ACQUIRE, HOUR, type ProtocolBench, READ, startProtocol } from '../support/protocol/protocol.ts';
import { keptText } from '../support/store/kept-text.ts';
import type { TestClock } from '../support/store/services.ts';

const VERSIONS = 'query ($id: UUID!) { connection(id: $id) { currentVersion { version } versions { version label origin restoredFrom } } }';

/** Answered with some 500 KB, and the tokens that there are. */
const LARGE =
  '{ tokens { id } __schema { types { name kind description fields { name description args { name description type { name kind ofType { name kind ofType { name kind } } } } type { name kind ofType { name kind ofType { name kind ofType { name } } } } } inputFields { name description type { name kind ofType { name } } } enumValues { name description } } } }';

/** The change protocol's promises, over HTTP, on the given engine. */
export function describeProtocol(engine: string, databaseUrl: () => Promise<string | null>): void {
  describe(`the change protocol on ${engine}`, () => {
    let bench: ProtocolBench;
    let clock: TestClock;
    let gateway: TestGateway;
    let receiver: Receiver;
    let job: TestToken;
    beforeAll(async () => {
      bench = await startProtocol(await databaseUrl());
      ({ clock, gateway, receiver, job } = bench);
    });
    afterAll(() => bench.close());
    const add = () => bench.add();
    const commit = (id: string, key: string) => bench.commit(id, key);
    const versions = async (id: string) => (await gateway.graphql(VERSIONS, { id })).data.connection;

    test('a bad credential is refused with its reason, and nothing is saved (N2)', async () => {
      const id = await add();
      const key = await stageSecret(gateway, id, 'a secret that the receiver refuses');
      receiver.status = 401;
      const refused = await commit(id, key);
      receiver.status = 204;
      expect({
        status: refused.status,
        code: refused.errors?.[0]?.extensions.code,
        problems: refused.errors?.[0]?.extensions.problems,
        version: (await versions(id)).currentVersion.version,
      }).toEqual({
        status: 200,
        code: 'VALIDATION_FAILED',
        problems: [expect.objectContaining({ code: 'CREDENTIALS_REJECTED', validator: 'validate_connection' })],
        version: 1,
      });
    });

    test('a stranger with a committed key learns nothing (#59)', async () => {
      const id = await add();
      const key = await stageSecret(gateway, id, 'a secret that somebody else saw');
      await commit(id, key);
      const admin = await gateway.token('admin');
      const other = await add();
      const answers = [
        await gateway.graphql(COMMIT, { id, key }, admin),
        await gateway.graphql(COMMIT, { id: other, key }),
        await gateway.graphql(COMMIT, { id, key: key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A') }),
        await gateway.graphql(
          'mutation ($k: String!) { addConnection(connectionType: "webhook", key: $k, name: "another purpose") { connection { uuid } } }',
          { k: await stageSecret(gateway, id, 'a secret for an update alone...') },
        ),
      ];
      expect(answers.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual(Array(4).fill('NOT_FOUND'));
    });

    test('a lease pins its version through commits, roll-back and time (C8, #62)', async () => {
      const id = await add();
      const lease = (await gateway.graphql(ACQUIRE, { id, ttl: 86_400 }, job)).data.acquireLease;
      await commit(id, await stageSecret(gateway, id, 'a secret of the second version'));
      await commit(id, await stageSecret(gateway, id, 'a secret of the third version.'));
      await gateway.graphql('mutation ($id: UUID!) { rollBackConnection(connectionId: $id) { version } }', { id });
      clock.advance(4 * HOUR);
      await runMaintenance(gateway.app.services);
      const labels = (await versions(id)).versions.map(({ version, label }: { version: number; label: string }) => `${version} ${label}`);
      const read = (await gateway.graphql(READ, { key: lease.key }, job)).data.readLease;
      expect({ labels, version: read.lease.version, signingSecret: read.credentials.signingSecret }).toEqual({
        labels: ['4 CURRENT', '3 RETIRED', '2 RETIRED', '1 PREVIOUS'],
        version: 1,
        signingSecret: SECRET,
      });
    });

    test('after the overlap and the last lease a version retires, and nobody gets it any more', async () => {
      const id = await add();
      const lease = (await gateway.graphql(ACQUIRE, { id, ttl: 3600 }, job)).data.acquireLease;
      await commit(id, await stageSecret(gateway, id, 'a secret of the second version'));
      clock.advance(2 * HOUR);
      const ended = await gateway.graphql(READ, { key: lease.key }, job);
      await runMaintenance(gateway.app.services);
      const within = (await versions(id)).versions[1].label;
      clock.advance(2 * HOUR);
      await runMaintenance(gateway.app.services);
      expect({ code: ended.errors?.[0]?.extensions.code, within, label: (await versions(id)).versions[1].label }).toEqual({
        code: 'NOT_FOUND',
        within: 'PREVIOUS',
        label: 'RETIRED',
      });
    });

    test('a lease that races a commit pins one of the two versions, and reads it byte for byte (C5)', async () => {
      const id = await add();
      const key = await stageSecret(gateway, id, 'a secret of the second version');
      const [, ...leases] = await Promise.all([commit(id, key), ...Array.from({ length: 8 }, () => gateway.graphql(ACQUIRE, { id }, job))]);
      const given = leases.map(({ data, errors }) => {
        if (errors !== undefined) return errors.map(({ extensions, message }) => `${extensions.code}: ${message}`).join();
        const { lease, credentials } = data.acquireLease;
        return `${lease.version}: ${credentials.signingSecret}`;
      });
      const torn = given.filter((one) => ![`1: ${SECRET}`, '2: a secret of the second version'].includes(one));
      expect(torn).toEqual([]);
    });

    test('under REFUSE a live lease refuses the commit by name, and its end lets it through', async () => {
      const id = await add();
      await gateway.graphql(
        'mutation ($id: UUID!) { setConnectionPolicy(connectionId: $id, policy: { inFlight: REFUSE }) { connection { policy { inFlight } } } }',
        { id },
      );
      const lease = (await gateway.graphql(ACQUIRE, { id }, job)).data.acquireLease;
      const key = await stageSecret(gateway, id, 'a secret of the second version');
      const refused = await commit(id, key);
      await gateway.graphql('mutation ($key: String!) { releaseLease(leaseKey: $key) { live } }', { key: lease.key }, job);
      expect({
        code: refused.errors?.[0]?.extensions.code,
        jobs: refused.errors?.[0]?.extensions.jobs,
        saysWhen: refused.headers.get('retry-after') !== null,
        version: (await commit(id, key)).data?.updateCredentialsV2.version,
      }).toEqual({
        code: 'CONNECTION_IN_USE',
        jobs: [expect.objectContaining({ job: 'nightly', leaseId: lease.lease.id })],
        saysWhen: true,
        version: 2,
      });
    });

    test('under REFUSE a lease taken between validate and commit is seen', async () => {
      const id = await add();
      await gateway.graphql(
        'mutation ($id: UUID!) { setConnectionPolicy(connectionId: $id, policy: { inFlight: REFUSE }) { connection { uuid } } }',
        { id },
      );
      const key = await stageSecret(gateway, id, 'a secret of the second version');
      let release = () => {};
      receiver.hold = new Promise((resolve) => {
        release = resolve;
      });
      const before = receiver.calls;
      const committing = commit(id, key);
      while (receiver.calls === before) await new Promise((resolve) => setImmediate(resolve));
      await gateway.graphql(ACQUIRE, { id }, job);
      release();
      expect((await committing).errors?.[0]?.extensions.code).toBe('CONNECTION_IN_USE');
    });

    test('a roll-back is a new version with the old content (C9)', async () => {
      const id = await add();
      await commit(id, await stageSecret(gateway, id, 'a secret of the second version'));
      await gateway.graphql('mutation ($id: UUID!) { rollBackConnection(connectionId: $id) { version } }', { id });
      const [latest] = (await versions(id)).versions;
      const lease = (await gateway.graphql(ACQUIRE, { id }, job)).data.acquireLease;
      expect({ latest, signingSecret: lease.credentials.signingSecret }).toEqual({
        latest: { version: 3, label: 'CURRENT', origin: 'roll-back', restoredFrom: 1 },
        signingSecret: SECRET,
      });
    });

    test('stored secrets go nowhere else: a new origin wants them again, and nothing is dialled (#56, N6)', async () => {
      const id = await add();
      const other = await startReceiver();
      const moved = await gateway.graphql(
        'mutation ($c: WebhookUpdateConnectionDetails!, $id: UUID!) { updateWebhookCredentialsV2(changes: $c, connectionId: $id) { result { key } } }',
        { c: { url: other.url }, id },
      );
      other.close();
      expect({ code: moved.errors?.[0]?.extensions.code, fields: moved.errors?.[0]?.extensions.fields, calls: other.calls }).toEqual({
        code: 'SECRET_REENTRY_REQUIRED',
        fields: ['signingSecret'],
        calls: 0,
      });
    });

    test('the mask is never stored (#44)', async () => {
      const id = await add();
      const masked = await gateway.graphql(
        'mutation ($c: WebhookUpdateConnectionDetails!, $id: UUID!) { updateWebhookCredentialsV2(changes: $c, connectionId: $id) { result { key } } }',
        { c: { signingSecret: '********' }, id },
      );
      expect(masked.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_REQUEST', path: 'signingSecret' });
    });

    test('proof is for exactly one candidate, and ages (#98)', async () => {
      const id = await add();
      const key = await stageSecret(gateway, id, 'a secret of the second version');
      const validate =
        'mutation ($key: String!) { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: $key, validationName: "validate_connection") { validationResult { success } } }';
      await gateway.graphql(validate, { key });
      const preview =
        'query ($key: String!, $id: UUID!) { commitPreview(connectionId: $id, tempCredentialsKey: $key) { nextVersion changedFields missingValidators obstacles liveLeases { job } } }';
      const proven = (await gateway.graphql(preview, { key, id })).data.commitPreview;
      const other = await stageSecret(gateway, id, 'another secret of that version');
      const unproven = (await gateway.graphql(preview, { key: other, id })).data.commitPreview;
      clock.advance(16 * 60_000);
      const aged = (await gateway.graphql(preview, { key, id })).data.commitPreview;
      expect({ proven, unproven: unproven.missingValidators, aged: aged.missingValidators }).toEqual({
        proven: { nextVersion: 2, changedFields: ['signingSecret'], missingValidators: [], obstacles: [], liveLeases: [] },
        unproven: ['validate_connection'],
        aged: ['validate_connection'],
      });
    });

    test("a key expires by the store's clock, and is discarded for good", async () => {
      const id = await add();
      const expired = await stageSecret(gateway, id, 'a secret of the second version');
      clock.advance(2 * HOUR);
      const late = await commit(id, expired);
      const key = await stageSecret(gateway, id, 'a secret of the second version');
      const [open] = (
        await gateway.graphql('query ($id: UUID!) { changes(connectionId: $id, state: OPEN, first: 1) { edges { node { id } } } }', { id })
      ).data.changes.edges;
      await gateway.graphql('mutation ($id: UUID!) { discardChange(id: $id) { state } }', { id: open.node.id });
      expect({ late: late.errors?.[0]?.extensions.code, outdated: (await commit(id, key)).errors?.[0]?.extensions.code }).toEqual({
        late: 'CHANGE_EXPIRED',
        outdated: 'CHANGE_OUTDATED',
      });
    });

    test('an inactive connection commits without proof, and enabling it obtains it', async () => {
      const id = await add();
      const enable = 'mutation ($id: UUID!, $on: Boolean!) { toggleConnectionEnable(connectionId: $id, enable: $on) { success } }';
      await gateway.graphql(enable, { id, on: false });
      receiver.status = 500;
      const saved = await commit(id, await stageSecret(gateway, id, 'a secret of the second version'));
      const refused = await gateway.graphql(enable, { id, on: true });
      receiver.status = 204;
      const enabled = await gateway.graphql(enable, { id, on: true });
      expect({
        version: saved.data?.updateCredentialsV2.version,
        code: refused.errors?.[0]?.extensions.code,
        success: enabled.data?.toggleConnectionEnable.success,
      }).toEqual({ version: 2, code: 'VALIDATION_FAILED', success: true });
    });

    test('only an owner skips proof on a VALIDATED connection; it is saved as unproven', async () => {
      const id = await add();
      const admin = await gateway.token('admin');
      const save =
        'mutation ($id: UUID!, $c: JSONString!) { updateCredentials(connectionId: $id, changes: $c, shouldValidate: false) { success version } }';
      const c = JSON.stringify({ signing_secret: 'a secret that nobody has checked' });
      const refused = await gateway.graphql(save, { id, c }, admin);
      receiver.status = 500;
      const saved = await gateway.graphql(save, { id, c });
      const proven = (await gateway.graphql('query ($id: UUID!) { connection(id: $id) { currentVersion { proven } } }', { id })).data
        .connection.currentVersion.proven;
      receiver.status = 204;
      expect({ refused: refused.errors?.[0]?.extensions, version: saved.data?.updateCredentials.version, proven }).toEqual({
        refused: expect.objectContaining({ code: 'VALIDATION_FAILED', policy: 'VALIDATED' }),
        version: 2,
        proven: false,
      });
    });

    test('protection and live leases keep a connection from being removed', async () => {
      const id = await add();
      const remove = async () =>
        (await gateway.graphql('mutation ($id: UUID!) { removeConnection(connectionId: $id) { success } }', { id })).errors?.[0]?.extensions
          .code ?? 'removed';
      const protect = (on: boolean) =>
        gateway.graphql(
          'mutation ($id: UUID!, $on: Boolean!) { setConnectionDeletionProtection(connectionId: $id, enableDeletionProtection: $on) { success } }',
          { id, on },
        );
      await protect(true);
      const first = await remove();
      await protect(false);
      const lease = (await gateway.graphql(ACQUIRE, { id }, job)).data.acquireLease;
      const second = await remove();
      await gateway.graphql('mutation ($id: UUID!) { endLease(leaseId: $id) { live } }', { id: lease.lease.id });
      expect({ held: first, isProtected: second, removed: await remove(), again: await remove() }).toEqual({
        held: 'CONNECTION_IN_USE',
        isProtected: 'CONNECTION_IN_USE',
        removed: 'removed',
        again: 'NOT_FOUND',
      });
    });

    test('roles: a job leases and does nothing else, an administrator does everything but lease', async () => {
      const id = await add();
      const admin = await gateway.token('admin');
      const viewer = await gateway.token('viewer');
      const code = async (query: string, token: TestToken) =>
        (await gateway.graphql(query, { id }, token)).errors?.[0]?.extensions.code ?? 'ok';
      const staging = 'mutation ($id: UUID!) { stageChange(connectionId: $id, changes: "{}") { key } }';
      expect({
        adminLeases: await code(ACQUIRE.replace(', $ttl: Int', '').replace(', ttlSeconds: $ttl', ''), admin),
        jobReads: await code('query ($id: UUID!) { connection(id: $id) { uuid } }', job),
        viewerStages: await code(staging, viewer),
        adminStages: await code(staging, admin),
        adminMakesTokens: await code('mutation { createToken(name: "x", roles: [viewer]) { secret } }', admin),
      }).toEqual({
        adminLeases: 'FORBIDDEN',
        jobReads: 'FORBIDDEN',
        viewerStages: 'FORBIDDEN',
        adminStages: 'ok',
        adminMakesTokens: 'FORBIDDEN',
      });
    });

    test('the same idempotency id answers once, and another request under it is refused (#64, C11)', async () => {
      const id = await add();
      const query =
        'mutation ($id: UUID!) { stageChange(connectionId: $id, changes: "{\\"signing_secret\\":\\"a secret of the second version\\"}") { key } }';
      const headers = { 'x-mcd-idempotent-id': `once-${id}` };
      const first = await gateway.graphql(query, { id }, gateway.owner, headers);
      const again = await gateway.graphql(query, { id }, gateway.owner, headers);
      const other = await gateway.graphql('{ getUser { email } }', {}, gateway.owner, headers);
      expect({
        isSame: again.text === first.text,
        hasKey: first.data.stageChange.key.length > 0,
        other: other.errors?.[0]?.extensions.code,
      }).toEqual({ isSame: true, hasKey: true, other: 'IDEMPOTENCY_MISMATCH' });
    });

    test('a token that may read fills no disk with ids: answers to its queries are kept up to a size, those of mutations always', async () => {
      const mine = await gateway.token('owner');
      const ask = async (query: string, id: string) => (await gateway.graphql(query, {}, mine, { 'x-mcd-idempotent-id': id })).text;
      const CREATE = 'mutation { createToken(name: "kept", roles: [viewer]) { secret } }';
      const twice = async (id: string) => {
        const first = await ask(LARGE, id);
        await gateway.token('viewer');
        return (await ask(LARGE, id)) === first;
      };
      const early = await twice('early');
      for (let bytes = 0; bytes < KEPT_ANSWERS.burst; ) bytes += (await ask(LARGE, `large-${bytes}`)).length;
      const late = await twice('late');
      const made = await ask(CREATE, 'create');
      expect({ early, late, isKept: (await ask(CREATE, 'create')) === made }).toEqual({ early: true, late: false, isKept: true });
    });

    test('a request that took effect and whose answer was lost gives its first outcome when it is sent again (N3, #101)', async () => {
      const id = await add();
      await commit(id, await stageSecret(gateway, id, 'a secret of the second version'));
      const { services } = gateway.app;
      const request = { id: 'test', ip: null, client: {} };
      const owner = await authenticate(services, gateway.owner, request);
      const worker = await authenticate(services, job, request);
      /** Runs twice under one id: the first time all is done, and nobody is told. */
      const twice = async <T>(actor: Actor, key: string, run: (bound: Services) => Promise<T>): Promise<[T, T]> => {
        const outcomes: T[] = [];
        const once = (error: DomainError | null) =>
          idempotentReplay(services, actor, { id: `${key}-${id}`, request: key }, async (bound) => {
            outcomes.push(await run(bound));
            if (error !== null) throw error;
            return keptText('');
          });
        await once(new DomainError('OUTCOME_UNKNOWN', 'lost')).catch(() => {});
        await once(null);
        const [first, second] = outcomes;
        if (first === undefined || second === undefined) throw new Error('it did not run twice');
        return [first, second];
      };
      const changes = { signingSecret: 'a secret of the fourth version' };
      const unused = await add();
      const stageOne = async () => (await stageUpdate(services, owner, { connectionId: id, changes })).change.id;
      const [dropped, another] = [await stageOne(), await stageOne()];
      const pairs = [
        await twice(owner, 'roll-back', (bound) => rollBack(bound, owner, { connectionId: id })),
        await twice(owner, 'update', (bound) => updateConnection(bound, owner, { connectionId: id, changes })),
        await twice(owner, 'stage', (bound) => stageUpdate(bound, owner, { connectionId: id, changes })),
        await twice(worker, 'lease', (bound) => acquireLease(bound, worker, { connectionId: id, job: 'nightly' })),
        await twice(owner, 'token', (bound) => createToken(bound, owner, { name: 'made once', roles: ['viewer'] })),
        await twice(owner, 'discard', (bound) => discardChange(bound, owner, dropped).then(({ state }) => ({ state }))),
        await twice(owner, 'remove', (bound) => removeConnection(bound, owner, unused).then(() => ({}))),
      ];
      const other = await idempotentReplay(services, owner, { id: `other-${id}`, request: 'stage' }, async (bound) =>
        keptText((await stageUpdate(bound, owner, { connectionId: id, changes })).key),
      );
      const admin = await authenticate(services, await gateway.token('admin'), request);
      await discardChange(services, admin, another);
      // What another discarded was not discarded by this request, nor was that which it discarded itself.
      const taken = await idempotentReplay(services, owner, { id: `taken-${id}`, request: 'discard' }, async (bound) => {
        const { state } = await discardChange(bound, owner, another);
        return keptText(state);
      }).catch((error: unknown) => (error instanceof DomainError ? error.code : String(error)));
      expect({
        areSame: pairs.map(([first, second]) => isDeepStrictEqual(first, second)),
        version: (await versions(id)).currentVersion.version,
        isMixedUp: pairs.some(([first]) => 'key' in first && first.key === other),
        taken,
      }).toEqual({ areSame: [true, true, true, true, true, true, true], version: 4, isMixedUp: false, taken: 'CHANGE_OUTDATED' });
    });

    test('afterwards the audit is whole and every version opens', async () => {
      const { data } = await gateway.graphql('{ auditVerification { ok findings { kind } } storeExamination { ok findings { problem } } }');
      expect({
        findings: data.auditVerification.findings.filter(({ kind }: { kind: string }) => kind !== 'unsealed'),
        whole: data.storeExamination,
      }).toEqual({ findings: [], whole: { ok: true, findings: [] } });
    });
  });
}
