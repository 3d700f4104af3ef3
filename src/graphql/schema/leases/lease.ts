import type { Lease } from '../../../domain/lease/lease.ts';
import { acquireLease } from '../../../operations/leases/acquire-lease.ts';
import type { HeldLease } from '../../../operations/leases/lease-access.ts';
import { isLeaseLive, listLeases } from '../../../operations/leases/list-leases.ts';
import { readLease } from '../../../operations/leases/read-lease.ts';
import { endLease, releaseLease } from '../../../operations/leases/release-lease.ts';
import { renewLease } from '../../../operations/leases/renew-lease.ts';
import { LEASES, LISTS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import { type PageTypes, pageOf, readPage } from '../page.ts';

export type LeaseTypes = ReturnType<typeof createLeaseTypes>;

export function createLeaseTypes(builder: Builder) {
  const lease = builder.objectRef<Lease>('Lease').implement({
    description: "A running job's right to use one version until a time.",
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      connectionId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.connectionId }),
      version: t.exposeInt('version', { nullable: false, description: 'The version that it pins.' }),
      job: t.exposeString('job', { nullable: false }),
      tokenId: t.exposeString('tokenId'),
      acquiredAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.acquiredAt }),
      expiresAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.expiresAt }),
      endsBy: t.field({ type: 'DateTime', nullable: false, description: 'No renewal goes past this.', resolve: (row) => row.endsBy }),
      releasedAt: t.field({ type: 'DateTime', resolve: (row) => row.releasedAt }),
      live: t.boolean({ nullable: false, resolve: (row, _, { services }) => isLeaseLive(services, row) }),
    }),
  });
  return { lease };
}

/** Leases: jobs take, read, renew and release them; administrators see and end them, and never what they hold. */
export function addLeases(builder: Builder, { lease }: LeaseTypes, pages: PageTypes): void {
  const leasePage = pageOf<Lease>(builder, pages, 'Lease', lease);
  const held = builder.objectRef<HeldLease & { readonly key?: string }>('HeldLease').implement({
    fields: (t) => ({
      lease: t.field({ type: lease, nullable: false, resolve: (row) => row.lease }),
      key: t.string({
        description: 'Shown once, where the lease is acquired: it reads, renews and releases it.',
        resolve: (row) => row.key ?? null,
      }),
      kind: t.exposeString('kind', { nullable: false, description: 'Of the pinned version: the kind says what each field is.' }),
      credentials: t.field({
        type: 'GenericScalar',
        nullable: false,
        description: 'Settings and secrets of the pinned version. Audited before it is revealed.',
        resolve: (row) => row.credentials,
      }),
    }),
  });
  builder.queryFields((t) => ({
    leases: t.field({
      extensions: LISTS,
      type: leasePage,
      nullable: false,
      description: 'Newest first, in pages of at most 100.',
      args: { connectionId: t.arg({ type: 'UUID' }), live: t.arg.boolean(), first: t.arg.int(), after: t.arg.string() },
      resolve: (_, { connectionId, live, first, after }, context) => {
        const filter = { ...(connectionId == null ? {} : { connectionId }), live: live === true };
        return readPage(
          context,
          { first, after },
          (row) => ({ at: row.acquiredAt, id: row.id }),
          (page) => listLeases(context.services, context.actor, filter, page),
        );
      },
    }),
  }));
  builder.mutationFields((t) => ({
    acquireLease: t.field({
      extensions: LEASES,
      type: held,
      description: 'Takes a lease on the CURRENT version and reveals its credentials. Needs the role `job`.',
      args: { connectionId: t.arg({ type: 'UUID', required: true }), job: t.arg.string({ required: true }), ttlSeconds: t.arg.int() },
      resolve: (_, { connectionId, job, ttlSeconds }, { services, actor }) =>
        acquireLease(services, actor, { connectionId, job, ...(ttlSeconds == null ? {} : { ttlMs: ttlSeconds * 1000 }) }),
    }),
    readLease: t.field({
      extensions: LEASES,
      type: held,
      description: 'The credentials of the pinned version again, whatever was committed since.',
      args: {
        leaseKey: t.arg.string({ required: true }),
        fresh: t.arg.boolean({
          defaultValue: false,
          description: 'For a job whose login was refused: a secret that stays in an outside manager is read again, whatever is kept.',
        }),
      },
      resolve: (_, { leaseKey, fresh }, { services, actor }) => readLease(services, actor, leaseKey, { fresh: fresh === true }),
    }),
    renewLease: t.field({
      extensions: LEASES,
      type: lease,
      args: { leaseKey: t.arg.string({ required: true }), ttlSeconds: t.arg.int() },
      resolve: (_, { leaseKey, ttlSeconds }, { services, actor }) =>
        renewLease(services, actor, leaseKey, ttlSeconds == null ? undefined : ttlSeconds * 1000),
    }),
    releaseLease: t.field({
      extensions: LEASES,
      type: lease,
      args: { leaseKey: t.arg.string({ required: true }) },
      resolve: (_, { leaseKey }, { services, actor }) => releaseLease(services, actor, leaseKey),
    }),
    endLease: t.field({
      type: lease,
      description: "Ends another's lease. Its job keeps what it has read; nothing more is served to it.",
      args: { leaseId: t.arg({ type: 'UUID', required: true }) },
      resolve: (_, { leaseId }, { services, actor }) => endLease(services, actor, leaseId),
    }),
  }));
}
