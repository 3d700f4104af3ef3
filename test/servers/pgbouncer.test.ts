import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { actorOfToken } from '../../src/operations/access/authenticate.ts';
import { sealAudit } from '../../src/operations/audit/seal-audit.ts';
import { verifyAudit } from '../../src/operations/audit/verify-audit.ts';
import { followEvents } from '../../src/operations/events/follow-events.ts';
import { openStore } from '../../src/store/open-store.ts';
import { describeProtocol } from '../contracts/protocol.ts';
import { describeRaces } from '../contracts/races.ts';
import { describeStore } from '../contracts/store.ts';
import { type Answer, startGateway, type TestGateway } from '../support/gateway/gateway.ts';
import { startPostgres } from '../support/servers/embedded-postgres.ts';
import { startPgbouncer, type TestPgbouncer } from '../support/servers/pgbouncer.ts';
import { signed, verifyTestInstance } from '../support/store/services.ts';

const server = await startPostgres();
const poolers = { session: await startPgbouncer(server, 'session'), transaction: await startPgbouncer(server, 'transaction') };
afterAll(async () => {
  for (const pooler of Object.values(poolers)) await pooler.close();
  await server.close();
});

describe.each<[string, TestPgbouncer]>(Object.entries(poolers))('behind pgbouncer in %s mode', (mode, pooler) => {
  let url = '';
  const database = async (name: string) => pooler.through(await server.createDatabase(`${mode}_${name}`));

  describe('a gateway', () => {
    let gateway: TestGateway;
    beforeAll(async () => {
      url = await database('gateway');
      gateway = await startGateway({ databaseUrl: url });
    });
    afterAll(() => gateway.close());

    test('serves more at once than there are connections to the server, each request as if it were alone', async () => {
      // On a busy machine some wait too long for a connection, before or after what they do, and are told to come again: each under its id.
      const ask = async (query: string, id: string, variables: object = {}): Promise<Answer> => {
        const answer = await gateway.graphql(query, variables, gateway.owner, { 'x-mcd-idempotent-id': id });
        const isToRepeat = answer.status === 503 || answer.errors?.[0]?.extensions.code === 'REQUEST_IN_PROGRESS';
        return isToRepeat ? await ask(query, id, variables) : answer;
      };
      const made = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          ask('mutation ($n: String!) { createToken(name: $n, roles: [viewer]) { token { name } } }', `made-${index}`, {
            n: `token ${index}`,
          }),
        ),
      );
      const listed = await Promise.all(Array.from({ length: 40 }, (_, index) => ask('{ tokens { name } }', `listed-${index}`)));
      expect(made.map(({ data }) => data.createToken.token.name).toSorted()).toEqual(
        Array.from({ length: 40 }, (_, index) => `token ${index}`).toSorted(),
      );
      expect(new Set(listed.map(({ data }) => data.tokens.length))).toEqual(new Set([41]));
    });

    test('what one gateway does is told to whoever follows the events of another', async () => {
      const other = await createApp(gateway.app.config);
      const { services } = other;
      const owner = await actorOfToken(services, gateway.owner.id, { id: 'test', ip: null, client: {} });
      const left = new AbortController();
      const events = await followEvents(services, owner, { types: ['token.create'], connectionId: null, after: null }, left.signal);
      const next = events.next();
      const { id } = await gateway.token('viewer');
      const { value } = await next;
      left.abort();
      await other.close();
      expect({ type: value?.type, entityId: value?.entityId }).toEqual({ type: 'token.create', entityId: id });
    });

    test('two gateways seal the audit at once, each row once, and it holds', async () => {
      const other = await createApp(gateway.app.config);
      const one = gateway.app.services;
      const owner = await actorOfToken(one, gateway.owner.id, { id: 'test', ip: null, client: {} });
      for (let round = 0; round < 5; round += 1) {
        await Promise.all(Array.from({ length: 10 }, () => gateway.token('viewer')));
        await Promise.all([sealAudit(one), sealAudit(other.services), sealAudit(one)]);
      }
      await sealAudit(one);
      const { ok, rows, sealed, findings } = await verifyAudit(other.services, owner, []);
      await other.close();
      expect({ ok, findings, isWhole: rows === sealed && rows > 50 }).toEqual({ ok: true, findings: [], isWhole: true });
    });

    test("leaves nothing of its settings on the server's connections, which others get", async () => {
      await Promise.all(Array.from({ length: 10 }, () => gateway.graphql('{ tokens { name } }')));
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query("select current_setting('statement_timeout') as timeout, current_setting('search_path') as path");
      await client.end();
      expect(rows).toEqual([{ timeout: '0', path: '"$user", public' }]);
    });
  });

  describeStore(`PostgreSQL behind pgbouncer in ${mode} mode`, async (clock) =>
    signed((await openStore({ databaseUrl: await database('store') }, { clock, verifyInstance: verifyTestInstance })).store),
  );
  // A pooler looks the same in both modes, and a gateway does the same behind it: what one shows whole need not be shown twice.
  if (mode === 'transaction') {
    describeProtocol(`PostgreSQL behind pgbouncer in ${mode} mode`, () => database('protocol'));
    describeRaces(`PostgreSQL behind pgbouncer in ${mode} mode`, () => database('races'));
  }
});
