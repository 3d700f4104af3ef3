import type { Connection } from '../../../domain/connection/connection.ts';
import { COMMIT_POLICIES, IN_FLIGHT_POLICIES, type ParityPolicy } from '../../../domain/connection/policy.ts';
import type { Builder } from '../builder.ts';

/** What a connection asks of its commits. */
export function createPolicyTypes(builder: Builder) {
  const inFlight = builder.enumType('InFlightPolicy', {
    values: IN_FLIGHT_POLICIES,
    description:
      'What live leases mean for a commit: OVERLAP keeps the old version valid for them, REFUSE refuses while there are any, WAIT carries it out when they have ended.',
  });
  const commitPolicy = builder.enumType('CommitPolicy', {
    values: COMMIT_POLICIES,
    description: 'Whether a commit needs proof against the real system.',
  });
  const parity = builder.enumType('ParityPolicy', {
    values: {
      REQUIRED: { description: 'It is refused, unless the caller accepts the losses.' },
      WARN: { description: 'It is saved, and the losses are audited.' },
      OFF: { description: 'Nothing is compared.' },
    } satisfies Record<ParityPolicy, { description: string }>,
    description: 'What becomes of a commit whose login may do less than the one in use.',
  });
  const policy = builder.objectRef<Connection>('ConnectionPolicy').implement({
    fields: (t) => ({
      inFlight: t.field({ type: inFlight, nullable: false, resolve: (row) => row.inFlight }),
      commitPolicy: t.field({ type: commitPolicy, nullable: false, resolve: (row) => row.commitPolicy }),
      parity: t.field({ type: parity, nullable: false, resolve: (row) => row.parity }),
      overlapSeconds: t.int({
        nullable: false,
        description: 'How long a replaced version stays valid at least.',
        resolve: (row) => row.overlapMs / 1000,
      }),
    }),
  });
  return { policy, inFlight, commitPolicy, parity };
}
