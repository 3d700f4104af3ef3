import { afterAll, beforeAll, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { listAccountAudit } from '../../../src/operations/audit/list-account-audit.ts';
import { codeOf, type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const LOGS =
  'query ($first: Int, $after: String, $last: Int, $before: String, $from: DateTime!, $user: String, $refs: [ApiCallReference], $types: [AuditLogEventType!], $role: AuditLogActorRole, $queries: Boolean) { getAccountAuditLogs(first: $first, after: $after, last: $last, before: $before, startTime: $from, userEmail: $user, apiCallReferences: $refs, eventTypes: $types, actorRole: $role, includeApiQueries: $queries) { records { timestamp apiName accountName email apiCallSource apiCallReferences } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }';
const LONG_AGO = '2000-01-01T00:00:00Z';

describeOnEachEngine('the audit log of the lead API', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  let id = '';
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
    id = await bench.add();
    await bench.save(id, 'a secret of the second version');
    await bench.gateway.graphql('{ testTcpOpenConnection(host: "127.0.0.1", port: 1) { success } }');
  });
  afterAll(() => bench.close());

  const ask = async (given: object, headers: Record<string, string> = {}) =>
    (await bench.gateway.graphql(LOGS, { from: LONG_AGO, ...given }, undefined, headers)).data.getAccountAuditLogs;
  const namesOf = ({ records }: { records: readonly { apiName: string }[] }) => records.map(({ apiName }) => apiName);

  test('pages forward and backward show the same rows, each once', async () => {
    const whole = namesOf(await ask({ first: 100 }));
    const forward: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: Awaited<ReturnType<typeof ask>> = await ask({ first: 2, after });
      forward.push(...namesOf(page));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    const backward: string[] = [];
    for (let before: string | null = null; ; ) {
      const page: Awaited<ReturnType<typeof ask>> = await ask({ last: 2, before });
      backward.unshift(...namesOf(page));
      if (!page.pageInfo.hasPreviousPage) break;
      before = page.pageInfo.startCursor;
    }
    expect({ some: whole.length > 5, forward, backward }).toEqual({ some: true, forward: whole, backward: whole });
  });

  test('it is filtered by what it is about, by who did it, and by type', async () => {
    const about = await ask({ refs: [{ parameterName: 'connectionId', parameterValue: id }], first: 100 });
    expect({
      about: new Set(namesOf(about)).has('connection.update') && !namesOf(about).includes('token.create'),
      byNobody: namesOf(await ask({ user: 'nobody' })),
      byOwner: namesOf(await ask({ user: 'first owner', first: 100 })).includes('connection.update'),
      byAgents: namesOf(await ask({ role: 'AGENT' })),
      views: namesOf(await ask({ types: ['PII_INVENTORY_VIEWED'] })),
      probes: namesOf(await ask({ first: 100 })).includes('network.probe'),
      withQueries: namesOf(await ask({ first: 100, queries: true })).includes('network.probe'),
      later: namesOf(await ask({ from: '2100-01-01T00:00:00Z' })),
    }).toEqual({ about: true, byNobody: [], byOwner: true, byAgents: [], views: [], probes: false, withQueries: true, later: [] });
  });

  test('what agents did is answered without looking for it, since there are none', async () => {
    const { services, projectId } = bench.gateway.app;
    const unread = () => Promise.reject(new Error('a page was read'));
    const audit = { ...services.store.read.audit, page: unread, pageFromOldest: unread };
    const store = { ...services.store, read: { ...services.store.read, audit } };
    const actor = localActor(projectId, 'audit', { id: 'audit', ip: null, client: {} });
    const filter = { includesQueries: true, references: [], actor: null, role: 'AGENT', eventTypes: null } as const;
    const page = { from: 0, to: null, limit: 1, direction: 'older', place: null } as const;
    expect(await listAccountAudit({ ...services, store }, actor, filter, page)).toEqual({ rows: [], next: null });
  });

  test('a row says who did it, with which command of the client', async () => {
    const headers = { 'x-mcd-telemetry-reason': 'cli', 'x-mcd-telemetry-command': 'integrations remove' };
    await bench.gateway.graphql(
      'mutation ($id: UUID!) { setConnectionName(connectionId: $id, name: "n") { connection { uuid } } }',
      { id },
      undefined,
      headers,
    );
    const [record] = (await ask({ first: 1 })).records;
    expect(record).toEqual({
      timestamp: expect.any(String),
      apiName: 'connection.rename',
      accountName: 'default',
      email: 'first owner',
      apiCallSource: 'cli integrations remove',
      apiCallReferences: JSON.stringify({ connectionId: id }),
    });
  });

  test.each([
    { given: { first: 0 }, path: 'first' },
    { given: { first: 101 }, path: 'first' },
    { given: { last: -1 }, path: 'last' },
    { given: { first: 1, last: 1 }, path: 'first' },
    { given: { last: 1, after: 'x' }, path: 'after' },
    { given: { after: 'x' }, path: 'after' },
    { given: { before: 'x' }, path: 'before' },
  ])('$given is refused by name: $path', async ({ given, path }) => {
    const answer = await bench.gateway.graphql(LOGS, { from: LONG_AGO, ...given });
    expect({ code: codeOf(answer), path: answer.errors?.[0]?.extensions.path }).toEqual({ code: 'BAD_REQUEST', path });
  });
});
