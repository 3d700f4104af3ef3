import { discardChange } from '../../../operations/changes/discard-change.ts';
import { commitOrWait } from '../../../operations/commits/commit-change.ts';
import { type RolledBack, rollBack } from '../../../operations/commits/roll-back.ts';
import { readConnection } from '../../../operations/connections/read-connection.ts';
import { COMMITS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import type { Refs } from '../refs.ts';
import type { ChangeTypes } from './change.ts';
import { inFlightArgs, readInFlight } from './in-flight-args.ts';

/** The ends of a change: commit and discard, and the way back. */
export function addCommits(builder: Builder, { connection }: Pick<Refs, 'connection'>, { change }: ChangeTypes): void {
  const rolledBack = builder.objectRef<RolledBack>('RollBackConnection').implement({
    fields: (t) => ({
      change: t.field({ type: change, nullable: false, resolve: (row) => row.change }),
      version: t.int({
        description: 'The version that is CURRENT now; null while it waits.',
        resolve: (row) => row.change.committedVersion,
      }),
      repeated: t.exposeBoolean('repeated', {
        nullable: false,
        description: 'It had been made before, or waits already: nothing was changed.',
      }),
      committedAt: t.field({ type: 'DateTime', resolve: (row) => row.change.committedAt }),
      connection: t.field({
        type: connection,
        nullable: false,
        resolve: (row, _, { services, actor }) => readConnection(services, actor, row.change.connectionId),
      }),
    }),
  });
  builder.mutationFields((t) => ({
    commitChange: t.field({
      extensions: COMMITS,
      type: change,
      description:
        'Commits a staged change, as updateCredentialsV2 does. Under the policy WAIT it may answer PENDING: it is carried out when the live leases have ended, and until then no new lease is granted.',
      args: {
        connectionId: t.arg({ type: 'UUID', required: true }),
        tempCredentialsKey: t.arg.string({ required: true }),
        ...inFlightArgs(t),
      },
      resolve: (_, { connectionId, tempCredentialsKey, ...inFlight }, { services, actor }) =>
        commitOrWait(services, actor, { connectionId, key: tempCredentialsKey, ...readInFlight(inFlight) }),
    }),
    rollBackConnection: t.field({
      extensions: COMMITS,
      type: rolledBack,
      description:
        'Makes the content of a PREVIOUS version CURRENT again, as a new version; the newest PREVIOUS one unless another is named. Sent again, it answers with the first outcome and changes nothing; once CURRENT is a roll-back, another one has to name its version.',
      args: {
        connectionId: t.arg({ type: 'UUID', required: true }),
        version: t.arg.int(),
        expectedVersion: t.arg.int({ description: 'The version to leave: VERSION_CONFLICT while another one is CURRENT.' }),
        ...inFlightArgs(t),
      },
      resolve: (_, { connectionId, version, expectedVersion, ...inFlight }, { services, actor }) =>
        rollBack(services, actor, {
          connectionId,
          version: version ?? null,
          expectedVersion: expectedVersion ?? null,
          ...readInFlight(inFlight),
        }),
    }),
    discardChange: t.field({
      type: change,
      args: { id: t.arg({ type: 'UUID', required: true }) },
      resolve: (_, { id }, { services, actor }) => discardChange(services, actor, id),
    }),
  }));
}
