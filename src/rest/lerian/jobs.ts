import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/json/canonical-json.ts';
import { findToHold } from '../../operations/connections/list-described.ts';
import { readHeldJob, startJob } from '../../operations/leases/held-jobs.ts';
import { type Call, PRIORITIES, type Route, type RouteAnswer } from '../kit/route.ts';
import { readId } from './connections/find.ts';
import { FACET, inWords, type LerianConnection } from './connections/wire-connection.ts';
import { fault } from './faults.ts';
import { readJobBody } from './rules/job-body.ts';
import { ignoredHeader } from './rules/members.ts';
import { KINDS } from './rules/types.ts';
import * as shapes from './shapes/answers.ts';
import * as requests from './shapes/requests.ts';

/** The same body again within this is the same job, milliseconds. */
const REPEATS_MS = 5 * 60 * 1000;

/** We extract no data: a job here is what keeps its connections from being changed. */
export const jobs: readonly Route[] = [
  {
    method: 'POST',
    url: '/v1/fetcher',
    operation: 'createJob',
    summary: 'Starts a job that holds a lease on every connection that it names',
    priority: PRIORITIES.leases,
    shapes: { body: requests.newJob, answers: { 200: shapes.startedJob, 202: shapes.startedJob } },
    run: start,
  },
  {
    method: 'GET',
    url: '/v1/fetcher/:id',
    operation: 'getJob',
    summary: 'How a job stands',
    shapes: { params: requests.byId, answers: { 200: shapes.job } },
    async run({ services, actor, params }) {
      const { id, status, createdAt, completedAt, data } = await readHeldJob(services, actor, FACET, readId(params));
      return {
        body: {
          id,
          status,
          mappedFields: data.mappedFields,
          metadata: data.metadata,
          createdAt: new Date(createdAt).toISOString(),
          ...(completedAt === null ? {} : { completedAt: new Date(completedAt).toISOString() }),
        },
      };
    },
  },
];

async function start(call: Call): Promise<RouteAnswer> {
  const { services, actor, body } = call;
  const { mappedFields, metadata, ignored } = readJobBody(body.object());
  const connectionIds: string[] = [];
  for (const name of Object.keys(mappedFields)) {
    const connection = await connectionNamed(call, name);
    requireProduct(connection, metadata.source);
    connectionIds.push(connection.described.connection.id);
  }
  const { id, createdAt, isNew } = await startJob(services, actor, {
    dialect: FACET,
    name: `${metadata.source}: fetcher job`,
    connectionIds: [...new Set(connectionIds)],
    ttlMs: services.settings.heldJobMs,
    request: createHash('sha256').update(canonicalJson({ mappedFields, metadata })).digest('hex'),
    repeatsMs: REPEATS_MS,
    data: { mappedFields, metadata },
  });
  return {
    status: isNew ? 202 : 200,
    headers: ignoredHeader(ignored),
    body: {
      jobId: id,
      status: 'pending',
      createdAt: new Date(createdAt).toISOString(),
      message: isNew ? 'The job holds its connections.' : 'The same was asked for a moment ago: this is its job.',
    },
  };
}

async function connectionNamed({ services, actor }: Call, name: string): Promise<LerianConnection> {
  const described = await findToHold(services, actor, { name, namespace: FACET, kinds: KINDS });
  const found = described === null ? null : inWords(described);
  if (found === null)
    throw fault('FET-1020', 'A data source of the request is no connection.', {
      'dataRequest.mappedFields': 'names a data source that is not there',
    });
  return found;
}

function requireProduct({ facet: { productName } }: LerianConnection, source: string): void {
  if (productName === undefined) throw fault('FET-1014', 'A connection of the request belongs to no product yet.');
  if (productName !== source.toLowerCase())
    throw fault('FET-1016', 'A connection of the request belongs to another product than metadata.source says.', {
      'metadata.source': 'must be the product of every connection',
    });
}
