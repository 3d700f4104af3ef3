import type { Connection } from '../../../domain/connection/connection.ts';
import { setDeletionProtection } from '../../../operations/connections/alter/protect-connection.ts';
import { renameConnection } from '../../../operations/connections/alter/rename-connection.ts';
import { setConnectionPolicy } from '../../../operations/connections/alter/set-connection-policy.ts';
import { toggleConnection } from '../../../operations/connections/alter/toggle-connection.ts';
import { removeConnection } from '../../../operations/connections/remove-connection.ts';
import { DIALS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import { lossesArg } from '../changes/in-flight-args.ts';
import type { ConnectionTypes } from './connection.ts';

/** Naming, enabling, protecting and removing connections, as the lead API spells it; and our policies. */
export function addManagement(builder: Builder, { connection, inFlight, commitPolicy, parity }: ConnectionTypes): void {
  const payload = (name: string) =>
    builder
      .objectRef<Connection>(name)
      .implement({ fields: (t) => ({ connection: t.field({ type: connection, nullable: false, resolve: (row) => row }) }) });
  const success = (name: string) =>
    builder.objectRef<true>(name).implement({ fields: (t) => ({ success: t.boolean({ resolve: () => true }) }) });
  const renamed = payload('SetConnectionName');
  const withPolicy = payload('SetConnectionPolicy');
  const toggled = success('ToggleConnectionEnable');
  const protectedOne = success('SetConnectionDeletionProtectionMutation');
  const removed = success('RemoveConnectionMutation');
  const policy = builder.inputType('ConnectionPolicyInput', {
    fields: (t) => ({
      inFlight: t.field({ type: inFlight }),
      commitPolicy: t.field({ type: commitPolicy }),
      parity: t.field({ type: parity }),
      overlapSeconds: t.int({ description: 'From 10,800 (three hours) to 7,776,000 (90 days).' }),
    }),
  });

  builder.mutationFields((t) => ({
    setConnectionName: t.field({
      type: renamed,
      args: { connectionId: t.arg({ type: 'UUID', required: true }), name: t.arg.string({ required: true }) },
      resolve: (_, { connectionId, name }, { services, actor }) => renameConnection(services, actor, connectionId, name),
    }),
    toggleConnectionEnable: t.field({
      extensions: DIALS,
      type: toggled,
      args: { connectionId: t.arg({ type: 'UUID', required: true }), enable: t.arg.boolean({ required: true }), ...lossesArg(t) },
      resolve: async (_, { connectionId, enable, acceptPermissionLosses }, { services, actor }) => {
        await toggleConnection(services, actor, { connectionId, active: enable, acceptsLosses: acceptPermissionLosses === true });
        return true as const;
      },
    }),
    setConnectionDeletionProtection: t.field({
      type: protectedOne,
      args: { connectionId: t.arg({ type: 'UUID', required: true }), enableDeletionProtection: t.arg.boolean({ required: true }) },
      resolve: async (_, { connectionId, enableDeletionProtection }, { services, actor }) => {
        await setDeletionProtection(services, actor, connectionId, enableDeletionProtection);
        return true as const;
      },
    }),
    removeConnection: t.field({
      type: removed,
      args: { connectionId: t.arg({ type: 'UUID', required: true }) },
      resolve: async (_, { connectionId }, { services, actor }) => {
        await removeConnection(services, actor, connectionId);
        return true as const;
      },
    }),
    setConnectionPolicy: t.field({
      type: withPolicy,
      description: 'Sets what is given and keeps the rest. Needs an owner.',
      args: { connectionId: t.arg({ type: 'UUID', required: true }), policy: t.arg({ type: policy, required: true }) },
      resolve: (_, { connectionId, policy: given }, { services, actor }) =>
        setConnectionPolicy(services, actor, connectionId, {
          ...(given.inFlight == null ? {} : { inFlight: given.inFlight }),
          ...(given.commitPolicy == null ? {} : { commitPolicy: given.commitPolicy }),
          ...(given.parity == null ? {} : { parity: given.parity }),
          ...(given.overlapSeconds == null ? {} : { overlapMs: given.overlapSeconds * 1000 }),
        }),
    }),
  }));
}
