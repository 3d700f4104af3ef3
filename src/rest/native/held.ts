import { endHeldJob } from '../../operations/leases/end-held-job.ts';
import { listLiveOf } from '../../operations/leases/list-leases.ts';
import { endLease } from '../../operations/leases/release-lease.ts';
import { readAs } from '../kit/http/read-as.ts';
import { PRIORITIES, type Route } from '../kit/route.ts';
import * as shapes from './shapes.ts';
import { wireLease } from './wire-lease.ts';

/** The one dialect whose clients start jobs. */
const JOBS_OF = 'lerian';

/** What holds a connection, and how an administrator ends that; by ids, since nobody but the job has the key. */
export const held: readonly Route[] = [
  {
    method: 'GET',
    url: '/api/v1/connections/:id/leases',
    operation: 'listLeases',
    summary: 'The live leases on a connection, newest first, at most 100; never their keys',
    priority: PRIORITIES.lists,
    shapes: { params: shapes.byId, answers: { 200: shapes.leases } },
    async run({ services, actor, params }) {
      const { id: connectionId } = readAs(shapes.byId, params, 'path');
      return { body: { leases: (await listLiveOf(services, actor, connectionId)).map(wireLease) } };
    },
  },
  {
    method: 'POST',
    url: '/api/v1/leases/:id/end',
    operation: 'endLease',
    summary: "Ends somebody's lease by its id: the job keeps what it has read, and nothing more is served to it",
    priority: PRIORITIES.leases,
    shapes: { params: shapes.byId, answers: { 200: shapes.lease } },
    async run({ services, actor, params }) {
      return { body: wireLease(await endLease(services, actor, readAs(shapes.byId, params, 'path').id)) };
    },
  },
  {
    method: 'POST',
    url: '/api/v1/jobs/:id/end',
    operation: 'endJob',
    summary: 'Ends all leases of a job that was started at /v1/fetcher, by its jobId: it is completed then',
    priority: PRIORITIES.leases,
    shapes: { params: shapes.byId, answers: { 200: shapes.leases } },
    async run({ services, actor, params }) {
      const ended = await endHeldJob(services, actor, JOBS_OF, readAs(shapes.byId, params, 'path').id);
      return { body: { leases: ended.map(wireLease) } };
    },
  },
];
