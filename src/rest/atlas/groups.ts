import { shortId } from '../../domain/token/service-account.ts';
import { readProject } from '../../operations/access/read-account.ts';
import type { Call, Route } from '../kit/route.ts';
import { mediaOf, pathOf } from './wire/answers.ts';
import { paged, readPage, requireFormat } from './wire/paging.ts';
import * as shapes from './wire/shapes.ts';

/** Which group the credentials are of: clients ask for it, and people have to know its id. */
export function groupRoutes(prefix: string, suffix: string, originOf: (call: Call) => string): readonly Route[] {
  return [
    {
      method: 'GET',
      url: `${prefix}/groups`,
      operation: `listGroups${suffix}`,
      summary: 'The one group of the credentials',
      shapes: { query: shapes.pages, headers: shapes.headersOf(prefix), produces: mediaOf(prefix), answers: { 200: shapes.groups } },
      async run(call) {
        const { services, actor, request, query } = call;
        requireFormat(query);
        const page = readPage(query);
        const { id, name, createdAt } = await readProject(services, actor);
        const group = { clusterCount: 0, created: new Date(createdAt).toISOString(), id: shortId(id), links: [], name, orgId: shortId(id) };
        const self = `${originOf(call)}${pathOf(request)}`;
        return { body: paged([group], page, { self, list: self }) };
      },
    },
  ];
}
