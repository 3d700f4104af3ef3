import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/domain/token/actor.ts';
import { permissionsOf, type Role } from '../../../src/domain/token/roles.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { findTokenHolders, readProject } from '../../../src/operations/access/read-account.ts';
import { listAuditLog } from '../../../src/operations/audit/list-audit-log.ts';
import { listChanges, readChange } from '../../../src/operations/changes/list-changes.ts';
import { listConnections, listConnectionsOf, listWithIntegrations } from '../../../src/operations/connections/list-connections.ts';
import { currentVersionsOf, listVersions } from '../../../src/operations/connections/list-versions.ts';
import { findConnection, readConnection } from '../../../src/operations/connections/read-connection.ts';
import { findIntegration, findIntegrations, listIntegrations } from '../../../src/operations/integrations/list-integrations.ts';
import { listLeases } from '../../../src/operations/leases/list-leases.ts';
import type { Services } from '../../../src/operations/services.ts';
import { listSites, pingSite } from '../../../src/operations/sites/list-sites.ts';
import { listValidators } from '../../../src/operations/validations/list-validators.ts';
import { ACQUIRE, type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';

const PAGE = { limit: 10, after: null };

/** What is there to be seen: a connection with two versions, an open change and a lease. */
interface Seen {
  readonly connectionId: string;
  readonly integrationId: string;
  readonly changeId: string;
  readonly siteId: string;
}

type Read = (services: Services, actor: Actor, seen: Seen) => Promise<unknown>;

/** Reads of what lies in integrations. */
const SCOPED: Readonly<Record<string, Read>> = {
  listConnections: (services, actor, { connectionId }) => listConnections(services, actor, { ids: [connectionId] }, PAGE),
  listConnectionsOf: (services, actor, { integrationId }) => listConnectionsOf(services, actor, [integrationId], 10),
  listWithIntegrations: (services, actor) => listWithIntegrations(services, actor, PAGE, 'short'),
  findConnection: (services, actor, { connectionId }) => findConnection(services, actor, connectionId),
  readConnection: (services, actor, { connectionId }) => readConnection(services, actor, connectionId),
  listVersions: (services, actor, { connectionId }) => listVersions(services, actor, connectionId, { limit: 10, before: null }),
  currentVersionsOf: (services, actor, { connectionId }) => currentVersionsOf(services, actor, [connectionId]),
  listIntegrations: (services, actor) => listIntegrations(services, actor, 10),
  findIntegrations: (services, actor, { integrationId }) => findIntegrations(services, actor, [integrationId]),
  findIntegration: (services, actor, { integrationId }) => findIntegration(services, actor, integrationId),
  listChanges: (services, actor, { connectionId }) => listChanges(services, actor, { connectionId }, PAGE),
  readChange: (services, actor, { changeId }) => readChange(services, actor, changeId),
  listLeases: (services, actor, { connectionId }) => listLeases(services, actor, { connectionId, live: true }, PAGE),
};

/** Reads of what is the whole project's. */
const UNSCOPED: Readonly<Record<string, Read>> = {
  pingSite: (services, actor, { siteId }) => pingSite(services, actor, siteId),
  listValidators: (services, actor) => listValidators(services, actor, { kind: 'webhook' }),
};

let bench: ProtocolBench;
let seen: Seen;
let other: string;
beforeAll(async () => {
  bench = await startProtocol(null);
  const integrationOf = async (id: string) =>
    String((await bench.sql(`select integration_id as id from connections where id = '${id}'`))[0]?.id);
  const connectionId = await bench.add();
  await bench.save(connectionId, 'a secret of the second version');
  await bench.gateway.graphql(ACQUIRE, { id: connectionId, job: 'nightly' }, await bench.gateway.token('job'));
  await bench.stage(connectionId, 'a secret of the third version');
  const [change] = await bench.sql(`select id from changes where connection_id = '${connectionId}' and state = 'OPEN'`);
  const [site] = await bench.sql('select id from sites');
  seen = { connectionId, integrationId: await integrationOf(connectionId), changeId: String(change?.id), siteId: String(site?.id) };
  other = await integrationOf(await bench.add());
});
afterAll(() => bench.close());

function actorOf(role: Role, integrationIds: readonly string[] | null = null): Actor {
  const actor = localActor(bench.gateway.app.projectId, 'somebody', { id: 'test', ip: null, client: {} });
  return { ...actor, roles: [role], permissions: permissionsOf([role]), operator: false, integrationIds };
}

/** How many rows somebody is given, or the code that they are refused with. */
async function given(read: Read | undefined, actor: Actor): Promise<number | string> {
  try {
    const found = await read?.(bench.gateway.app.services, actor, seen);
    return Array.isArray(found) ? found.length : found === null || found === undefined ? 0 : 1;
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error);
  }
}

describe('a read', () => {
  test.each(Object.keys(SCOPED))('%s is for whoever may read, and sees nothing outside of what a token is limited to', async (name) => {
    const read = SCOPED[name];
    const within = await given(read, actorOf('viewer', [seen.integrationId]));
    const outside = await given(read, actorOf('viewer', [other]));
    const ofItsOwn = name === 'listWithIntegrations' || name === 'listIntegrations';
    const nothing = name.startsWith('read') ? 'NOT_FOUND' : 0;
    expect({ job: await given(read, actorOf('job')), within: Number(within) > 0, outside }).toEqual({
      job: 'FORBIDDEN',
      within: true,
      outside: ofItsOwn ? 1 : nothing,
    });
  });

  test.each(Object.keys(UNSCOPED))('%s is for whoever may read', async (name) => {
    const read = UNSCOPED[name];
    expect({ job: await given(read, actorOf('job')), viewer: Number(await given(read, actorOf('viewer'))) > 0 }).toEqual({
      job: 'FORBIDDEN',
      viewer: true,
    });
  });

  test('listAuditLog is for whoever may read the audit of the whole project', async () => {
    const read: Read = (services, actor) => listAuditLog(services, actor, {}, PAGE);
    expect({
      admin: await given(read, actorOf('admin')),
      owner: await given(read, actorOf('owner')),
      limited: await given(read, actorOf('owner', [seen.integrationId])),
    }).toEqual({ admin: 'FORBIDDEN', owner: 10, limited: 'FORBIDDEN' });
  });

  test('what belongs to the account is for every token', async () => {
    const { services } = bench.gateway.app;
    const job = actorOf('job');
    expect({
      project: (await readProject(services, job)).id,
      sites: (await listSites(services, job)).map(({ id }) => id),
      holders: await findTokenHolders(services, job, [bench.gateway.owner.id]),
    }).toEqual({
      project: job.projectId,
      sites: [seen.siteId],
      holders: [{ id: bench.gateway.owner.id, name: expect.any(String), createdAt: expect.any(Number) }],
    });
  });
});
