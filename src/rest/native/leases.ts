import { acquireLease } from '../../operations/leases/acquire-lease.ts';
import { readLease } from '../../operations/leases/read-lease.ts';
import { releaseLease } from '../../operations/leases/release-lease.ts';
import { renewLease } from '../../operations/leases/renew-lease.ts';
import { readAs } from '../kit/http/read-as.ts';
import { PRIORITIES, type Route } from '../kit/route.ts';
import * as shapes from './shapes.ts';
import { wireLease } from './wire-lease.ts';

/** What jobs ask for. A key stands in a body: what is in an address ends in logs. */
export const leases: readonly Route[] = [
  {
    method: 'POST',
    url: '/api/v1/connections/:id/leases',
    operation: 'acquireLease',
    summary: 'Takes a lease on the CURRENT version and gives its credentials',
    priority: PRIORITIES.leases,
    shapes: { params: shapes.byId, body: shapes.acquireLease, answers: { 201: shapes.acquiredLease } },
    async run({ services, actor, params, body }) {
      const { id: connectionId } = readAs(shapes.byId, params, 'path');
      const { job, ttlSeconds } = readAs(shapes.acquireLease, body.object(), 'body');
      const { lease, key, kind, credentials } = await acquireLease(services, actor, { connectionId, job, ...ttlOf(ttlSeconds) });
      return { status: 201, body: { lease: wireLease(lease), key, kind, credentials } };
    },
  },
  {
    method: 'POST',
    url: '/api/v1/leases/read',
    operation: 'readLease',
    summary: 'The credentials of the pinned version again, whatever was committed since',
    priority: PRIORITIES.leases,
    shapes: { body: shapes.readLease, answers: { 200: shapes.heldLease } },
    async run({ services, actor, body }) {
      const { key, fresh = false } = readAs(shapes.readLease, body.object(), 'body');
      const { lease, kind, credentials } = await readLease(services, actor, key, { fresh });
      return { body: { lease: wireLease(lease), kind, credentials } };
    },
  },
  {
    method: 'POST',
    url: '/api/v1/leases/renew',
    operation: 'renewLease',
    summary: 'Extends a lease from now on',
    priority: PRIORITIES.leases,
    shapes: { body: shapes.renewLease, answers: { 200: shapes.lease } },
    async run({ services, actor, body }) {
      const { key, ttlSeconds } = readAs(shapes.renewLease, body.object(), 'body');
      return { body: wireLease(await renewLease(services, actor, key, ttlOf(ttlSeconds).ttlMs)) };
    },
  },
  {
    method: 'POST',
    url: '/api/v1/leases/release',
    operation: 'releaseLease',
    summary: 'Ends a lease; once more it answers the same',
    priority: PRIORITIES.leases,
    shapes: { body: shapes.leaseKey, answers: { 200: shapes.lease } },
    async run({ services, actor, body }) {
      const { key } = readAs(shapes.leaseKey, body.object(), 'body');
      return { body: wireLease(await releaseLease(services, actor, key)) };
    },
  },
];

function ttlOf(seconds: number | undefined): { readonly ttlMs?: number } {
  return seconds === undefined ? {} : { ttlMs: seconds * 1000 };
}
