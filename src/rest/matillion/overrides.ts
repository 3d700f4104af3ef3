import type { EnvironmentOverride } from '../../domain/matillion/environment-override.ts';
import { requireEnvironment } from '../../operations/matillion/environments.ts';
import { findMatillion } from '../../operations/matillion/find-connections.ts';
import { deleteOverrides, listOverrides, type OverriddenConnection, writeOverride } from '../../operations/matillion/overrides.ts';
import { readAs } from '../kit/http/read-as.ts';
import { type Call, PRIORITIES, type Route } from '../kit/route.ts';
import { headOf, originOf, readProperties } from './connection-details.ts';
import { CONNECTIONS } from './connections.ts';
import { requireProject } from './project.ts';
import { pageOf, readList, readOnce, readPage, requireOnce } from './query.ts';
import * as shapes from './shapes.ts';
import { refuse, violation } from './violation.ts';

const OVERRIDES = `${CONNECTIONS}/environment-overrides`;

/** Connections whose overrides are removed with one request: all of it is one transaction. */
const MOST_AT_ONCE = 100;

/** What environments have in place of a connection's own details. */
export const overrides: readonly Route[] = [
  {
    method: 'GET',
    url: OVERRIDES,
    operation: 'listOverrides',
    summary: 'Overrides of a project',
    priority: PRIORITIES.lists,
    right: 'read',
    shapes: { params: shapes.project, query: shapes.overridesQuery, answers: { 200: shapes.pageOf(shapes.override) } },
    async run(call) {
      requireProject(call);
      const page = readPage(call);
      const found = await listOverrides(call.services, call.actor, readOnce(call, 'environmentName'));
      return { body: pageOf(found.map(wireOverride), page) };
    },
  },
  {
    method: 'POST',
    url: OVERRIDES,
    operation: 'createOverride',
    summary: 'Overrides a connection in an environment',
    priority: PRIORITIES.commits,
    right: 'commit',
    shapes: { params: shapes.project, body: shapes.writeOverride, answers: { 201: shapes.override } },
    run: async (call) => ({ status: 201, body: wireOverride(await write(call, { replaces: false })) }),
  },
  {
    method: 'PUT',
    url: OVERRIDES,
    operation: 'updateOverride',
    summary: 'Replaces the override of a connection in an environment',
    priority: PRIORITIES.commits,
    right: 'commit',
    shapes: { params: shapes.project, body: shapes.writeOverride, answers: { 200: shapes.override } },
    run: async (call) => ({ body: wireOverride(await write(call, { replaces: true })) }),
  },
  {
    method: 'DELETE',
    url: OVERRIDES,
    operation: 'deleteOverrides',
    summary: 'Removes the overrides of connections in an environment, all of them or none',
    right: 'commit',
    shapes: { params: shapes.project, query: shapes.deleteOverridesQuery, answers: { 204: null } },
    async run(call) {
      requireProject(call);
      const environment = requireOnce(call, 'environmentName');
      const names = readList(call, 'connectionNames', MOST_AT_ONCE);
      if (names === null)
        throw violation([{ path: 'connectionNames', message: 'is required' }], 'The query parameter connectionNames is required.');
      await deleteOverrides(call.services, call.actor, environment, names);
      return { status: 204 };
    },
  },
];

async function write(call: Call, { replaces }: { readonly replaces: boolean }): Promise<OverriddenConnection> {
  requireProject(call);
  const { services, actor } = call;
  const given = readAs(shapes.writeOverride, call.body.object(), 'body');
  const connection = await findMatillion(services, actor, given.connectionName);
  await requireEnvironment(services, actor, given.environmentName);
  const { type, settings } = connection;
  if (given.authType !== settings.authType)
    refuse([{ path: 'authType', message: `must be ${settings.authType}, as that of the connection` }], NOT_SAVED);
  const { secretsLocation, connectionProperties } = given.connectionOverrides ?? {};
  const { properties, violations } =
    connectionProperties === undefined || connectionProperties === null
      ? { properties: undefined, violations: [] }
      : readProperties(connectionProperties, { type, authType: settings.authType, at: 'connectionOverrides' });
  refuse(violations, NOT_SAVED);
  const override: EnvironmentOverride = {
    ...(secretsLocation === undefined || secretsLocation === null ? {} : { secretsLocation }),
    ...(properties === undefined ? {} : { connectionProperties: properties }),
  };
  return await writeOverride(services, actor, connection, { environment: given.environmentName, override, replaces });
}

const NOT_SAVED = 'The override was not saved.';

function wireOverride({ environment, connection, override }: OverriddenConnection) {
  return { ...headOf(connection), environmentName: environment, connectionOverrides: override, ...originOf(connection) };
}
