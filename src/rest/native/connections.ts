import { displayName, nameKey } from '../../domain/connection/names.ts';
import { type DescribedConnection, describeConnection } from '../../operations/connections/describe-connection.ts';
import { listDescribed } from '../../operations/connections/list-described.ts';
import { etagOf } from '../kit/http/etag.ts';
import { readAs } from '../kit/http/read-as.ts';
import { PRIORITIES, type Route } from '../kit/route.ts';
import * as shapes from './shapes.ts';
import { timeOf } from './times.ts';

/** What scripts look at before they change something. */
export const connections: readonly Route[] = [
  {
    method: 'GET',
    url: '/api/v1/connections',
    operation: 'findConnections',
    summary: 'The connections of a name, in the order they were made',
    priority: PRIORITIES.lists,
    shapes: { query: shapes.byName, answers: { 200: shapes.connections } },
    async run({ services, actor, query }) {
      const { name } = readAs(shapes.byName, query, 'query');
      const found = await listDescribed(services, actor, { name: nameKey(name) });
      return { body: { connections: found.map(wireConnection) } };
    },
  },
  {
    method: 'GET',
    url: '/api/v1/connections/:id',
    operation: 'readConnection',
    summary: 'A connection with the settings of its CURRENT version',
    shapes: { params: shapes.byId, answers: { 200: shapes.connection } },
    async run({ services, actor, params }) {
      const { id } = readAs(shapes.byId, params, 'path');
      const found = await describeConnection(services, actor, id);
      return { headers: { etag: etagOf(found.current.version) }, body: wireConnection(found) };
    },
  },
];

function wireConnection({ connection, current, integration }: DescribedConnection) {
  const { id, labels, isActive, createdAt, updatedAt } = connection;
  return {
    id,
    name: displayName(connection, integration),
    kind: current.kind,
    integration: { id: integration.id, name: integration.name, category: integration.category },
    labels,
    isActive,
    version: current.version,
    settings: current.settings,
    createdAt: timeOf(createdAt),
    updatedAt: timeOf(updatedAt),
  };
}
