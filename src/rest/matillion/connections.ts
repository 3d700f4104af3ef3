import { PLATFORM_TYPES } from '../../domain/matillion/platform-types.ts';
import { unfitAuth } from '../../domain/matillion/unfit-connection.ts';
import { findMatillion, listMatillion } from '../../operations/matillion/find-connections.ts';
import { createMatillion, removeMatillion } from '../../operations/matillion/write-connection.ts';
import { readAs } from '../kit/http/read-as.ts';
import { PRIORITIES, type Route } from '../kit/route.ts';
import { etagOfConnection, readProperties, wireConnection } from './connection-details.ts';
import { requireProject } from './project.ts';
import { pageOf, readList, readOnce, readPage, requireOnce } from './query.ts';
import { replaceConnection } from './replace-connection.ts';
import * as shapes from './shapes.ts';
import { refuse, violation } from './violation.ts';

export const CONNECTIONS = '/dpc/v1/projects/:projectId/connections';

/** Connections are addressed by their names; none of them ever holds a secret. */
export const connections: readonly Route[] = [
  {
    method: 'GET',
    url: CONNECTIONS,
    operation: 'listConnections',
    summary: 'Connections of a project, by name',
    priority: PRIORITIES.lists,
    right: 'read',
    shapes: { params: shapes.project, query: shapes.connectionsQuery, answers: { 200: shapes.pageOf(shapes.connection) } },
    async run(call) {
      requireProject(call);
      const page = readPage(call);
      const [names, providers] = [readList(call, 'connectionNames'), readList(call, 'authProvider')];
      const type = readOnce(call, 'platformConnectionType');
      if (type !== undefined && !PLATFORM_TYPES.some((known) => known === type))
        throw violation(
          [{ path: 'platformConnectionType', message: `must be one of ${PLATFORM_TYPES.join(', ')}` }],
          'The filter is not valid.',
        );
      const found = (await listMatillion(call.services, call.actor)).filter(
        (one) =>
          (names === null || names.includes(one.name)) &&
          (providers === null || providers.includes(one.settings.authProvider)) &&
          (type === undefined || one.type === type),
      );
      const [only, ...others] = found;
      // Who asks for one is told its version, which a PUT with If-Match then expects.
      const headers = only !== undefined && others.length === 0 && names !== null ? etagOfConnection(only) : {};
      return { headers, body: pageOf(found.map(wireConnection), page) };
    },
  },
  {
    method: 'POST',
    url: CONNECTIONS,
    operation: 'createConnection',
    summary: 'Adds a connection',
    priority: PRIORITIES.commits,
    right: 'create',
    shapes: { params: shapes.project, body: shapes.postConnection, answers: { 201: shapes.created } },
    async run(call) {
      requireProject(call);
      const {
        name,
        platformConnectionType: type,
        authProvider,
        authType,
        connectionDetails,
      } = readAs(shapes.postConnection, call.body.object(), 'body');
      const { description, secretsLocation } = connectionDetails;
      refuse(unfitAuth(type, authProvider, authType), NOT_CREATED);
      const { properties, violations } = readProperties(connectionDetails.connectionProperties, {
        type,
        authType,
        at: 'connectionDetails',
      });
      refuse(violations, NOT_CREATED);
      const details = { authProvider, authType, description, secretsLocation, connectionProperties: properties };
      const made = await createMatillion(call.services, call.actor, { name, type, details });
      return { status: 201, headers: etagOfConnection(made), body: { id: made.described.connection.id, ...wireConnection(made) } };
    },
  },
  {
    method: 'PUT',
    url: CONNECTIONS,
    operation: 'updateConnection',
    summary: 'Replaces the details of a connection that the query names',
    priority: PRIORITIES.commits,
    right: 'commit',
    shapes: { params: shapes.project, query: shapes.named, body: shapes.putConnection, answers: { 200: shapes.connection } },
    async run(call) {
      requireProject(call);
      const changed = await replaceConnection(call, requireOnce(call, 'connectionName'));
      return { headers: etagOfConnection(changed), body: wireConnection(changed) };
    },
  },
  {
    method: 'DELETE',
    url: CONNECTIONS,
    operation: 'deleteConnection',
    summary: 'Removes a connection with its overrides',
    right: 'delete',
    shapes: { params: shapes.project, query: shapes.named, answers: { 204: null } },
    async run(call) {
      requireProject(call);
      const connection = await findMatillion(call.services, call.actor, requireOnce(call, 'connectionName'));
      await removeMatillion(call.services, call.actor, connection);
      return { status: 204 };
    },
  },
];

const NOT_CREATED = 'The connection was not created.';
