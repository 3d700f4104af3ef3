import { type Resealing, resealConnections } from '../../../operations/keys/reseal-connections.ts';
import { type DataKeyRow, listDataKeys, retireDataKey, rotateDataKey } from '../../../operations/keys/rotate-data-key.ts';
import { type RotationProgress, rotateMasterKey } from '../../../operations/keys/rotate-master-key.ts';
import { DIALS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';

/** The keys that seal the store: for whoever runs the instance, on its machine. */
export function addKeys(builder: Builder): void {
  const state = builder.enumType('RotationState', { values: ['ROTATING', 'FINISHED'] as const });
  const progress = builder.objectRef<RotationProgress>('RotateMasterKey').implement({
    fields: (t) => ({
      state: t.field({ type: state, nullable: false, resolve: (row) => row.state }),
      toKid: t.exposeString('toKid', { nullable: false, description: 'Id of the new master key; it tells nothing of the key.' }),
      remaining: t.exposeInt('remaining', { nullable: false, description: 'Keys that are still wrapped for the old one.' }),
    }),
  });
  const dataKey = builder.objectRef<DataKeyRow>('DataKey').implement({
    description: 'A generation of the key that seals the credentials of a project.',
    fields: (t) => ({
      generation: t.exposeInt('generation', { nullable: false }),
      createdAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
    }),
  });
  const failure = builder.objectRef<Resealing['failures'][number]>('ResealFailure').implement({
    fields: (t) => ({
      connectionId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.connectionId }),
      code: t.exposeString('code', { nullable: false }),
    }),
  });
  const resealing = builder.objectRef<Resealing>('ResealConnections').implement({
    fields: (t) => ({
      resealed: t.exposeInt('resealed', { nullable: false, description: 'Connections of which all is sealed with the newest key now.' }),
      remains: t.exposeInt('remains', {
        nullable: false,
        description: 'The same of what is left of removed connections, and of changes that create one.',
      }),
      failures: t.field({ type: [failure], nullable: false, resolve: (row) => [...row.failures] }),
      next: t.field({ type: 'UUID', description: 'Where to go on; null at the end.', resolve: (row) => row.next }),
    }),
  });
  const retired = builder
    .objectRef<true>('RetireDataKey')
    .implement({ fields: (t) => ({ success: t.boolean({ nullable: false, resolve: () => true }) }) });
  builder.queryFields((t) => ({
    dataKeys: t.field({
      type: [dataKey],
      nullable: false,
      description: 'The data keys of the project, oldest first; the last seals. Needs an operator.',
      resolve: async (_, __, { services, actor }) => [...(await listDataKeys(services, actor))],
    }),
  }));
  builder.mutationFields((t) => ({
    rotateDataKey: t.field({
      type: dataKey,
      description: "Makes the next generation of the project's data key. Needs an operator.",
      resolve: (_, __, { services, actor }) => rotateDataKey(services, actor),
    }),
    resealConnections: t.field({
      extensions: DIALS,
      type: resealing,
      description:
        'Seals with the newest data key what older ones have sealed, some connections at a time; call it until `next` is null. Needs an operator.',
      args: { after: t.arg({ type: 'UUID' }) },
      resolve: (_, { after }, { services, actor }) => resealConnections(services, actor, after ?? null),
    }),
    retireDataKey: t.field({
      type: retired,
      description: 'Destroys an old data key. Refused while a row needs it. Needs an operator.',
      args: { generation: t.arg.int({ required: true }) },
      resolve: async (_, { generation }, { services, actor }) => {
        await retireDataKey(services, actor, generation);
        return true as const;
      },
    }),
    rotateMasterKey: t.field({
      type: progress,
      description:
        'Takes the next step of a rotation to the master key in a file of the gateway; call it until FINISHED. Needs an operator, by the control socket.',
      args: { newKeyFile: t.arg.string({ required: true }) },
      resolve: (_, { newKeyFile }, { services, actor }) => rotateMasterKey(services, actor, newKeyFile),
    }),
  }));
}
