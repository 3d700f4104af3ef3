import { displayName } from '../../domain/connection/names.ts';
import { describeConnection } from '../../operations/connections/describe-connection.ts';
import { etagOf } from '../kit/http/etag.ts';
import { readAs } from '../kit/http/read-as.ts';
import type { Route } from '../kit/route.ts';
import * as shapes from './shapes.ts';
import { timeOf } from './times.ts';

/** What scripts look at before they change something. */
export const connections: readonly Route[] = [
  {
    method: 'GET',
    url: '/api/v1/connections/:id',
    operation: 'readConnection',
    summary: 'A connection with the settings of its CURRENT version',
    shapes: { params: shapes.byId, answers: { 200: shapes.connection } },
    async run({ services, actor, params }) {
      const { id } = readAs(shapes.byId, params, 'path');
      const { connection, current, integration } = await describeConnection(services, actor, id);
      const { labels, isActive, createdAt, updatedAt } = connection;
      return {
        headers: { etag: etagOf(current.version) },
        body: {
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
        },
      };
    },
  },
];
