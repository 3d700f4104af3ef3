import { listToHolder } from '../../../operations/connections/list-described.ts';
import { type Call, PRIORITIES, type Route, type RouteAnswer } from '../../kit/route.ts';
import { type ListFilter, readListFilter } from '../rules/list-filter.ts';
import { readProductName } from '../rules/product-name.ts';
import { KINDS, TYPES } from '../rules/types.ts';
import * as shapes from '../shapes/answers.ts';
import * as requests from '../shapes/requests.ts';
import { answerWith, findConnection, readId } from './find.ts';
import { inWords, type LerianConnection, wireConnection } from './wire-connection.ts';

const C = '/v1/management/connections';
/** Any role reads, so that nobody is refused before the request is looked at. Each list can be asked for what is of one product. */
const list = {
  priority: PRIORITIES.lists,
  shapes: { query: requests.listQuery, headers: requests.productFilter, answers: { 200: shapes.page } },
} as const;

export const reads: readonly Route[] = [
  {
    ...list,
    method: 'GET',
    url: C,
    operation: 'listConnections',
    summary: 'Connections, newest first unless asked otherwise',
    run: (call) => page(call, () => true),
  },
  {
    ...list,
    method: 'GET',
    url: `${C}/unassigned`,
    operation: 'listUnassignedConnections',
    summary: 'Connections that belong to no product',
    run: (call) => page(call, ({ facet }) => facet.productName === undefined),
  },
  {
    method: 'GET',
    url: `${C}/:id`,
    operation: 'getConnection',
    summary: 'One connection',
    shapes: { params: requests.byId, answers: { 200: shapes.connection } },
    run: async (call) => answerWith(await findConnection(call, readId(call.params))),
  },
];

/** `total` counts all that match; nobody's window of time hides old ones. */
async function page(call: Call, isListed: (connection: LerianConnection) => boolean): Promise<RouteAnswer> {
  const { services, actor, query } = call;
  const product = readProductName(call.header('x-product-name'));
  const filter = readListFilter(query);
  const kinds = filter.type === null ? KINDS : [TYPES[filter.type]];
  const all = await listToHolder(services, actor, { kinds });
  const matching = all.flatMap((described) => {
    const connection = inWords(described);
    if (connection === null || !isListed(connection) || !isOf(product, connection)) return [];
    return matches(connection, filter) ? [connection] : [];
  });
  const ordered = filter.sortOrder === 'asc' ? matching : matching.toReversed();
  const start = (filter.page - 1) * filter.limit;
  const items = ordered.slice(start, start + filter.limit).map(wireConnection);
  return { body: { items, page: filter.page, limit: filter.limit, total: matching.length } };
}

function isOf(product: string | null, { facet }: LerianConnection): boolean {
  return product === null || facet.productName === product;
}

function matches({ described, facet, host, databaseName }: LerianConnection, filter: ListFilter): boolean {
  const { createdAt } = described.connection;
  return (
    (filter.from === null || createdAt >= filter.from) &&
    (filter.until === null || createdAt < filter.until) &&
    (filter.host === null || host === filter.host) &&
    (filter.databaseName === null || databaseName === filter.databaseName) &&
    Object.entries(filter.metadata).every(([key, value]) => facet.metadata?.[key] === value)
  );
}
