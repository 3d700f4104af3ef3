import type { SecretDestination } from '../../../domain/connection/reference/secret-reference.ts';
import { allowDestination, listDestinations, releaseSecret } from '../../../operations/references/allow-destination.ts';
import { DIALS, LISTS } from '../../plugins/operation-priority.ts';
import type { Builder } from '../builder.ts';
import type { addStaging } from '../changes/stage-change.ts';
import { type PageTypes, pageOf, readPage } from '../page.ts';

/** Where secrets may be sent that leave it to a connection to say so. */
export function addSecretDestinations(builder: Builder, pages: PageTypes, { provider }: ReturnType<typeof addStaging>): void {
  const destination = builder.objectRef<SecretDestination>('SecretDestination').implement({
    fields: (t) => ({
      projectId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.projectId }),
      provider: t.field({ type: provider, nullable: false, resolve: (row) => row.provider }),
      path: t.exposeString('path', { nullable: false }),
      member: t.exposeString('member', { nullable: false, description: 'Where in the secret, as a JSON pointer; empty for the whole.' }),
      destination: t.field({
        type: 'GenericScalar',
        nullable: false,
        description: 'The kind, and what its fields say of the destination.',
        resolve: (row) => row.parts,
      }),
      createdAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      createdBy: t.exposeString('createdBy'),
    }),
  });
  const page = pageOf<SecretDestination>(builder, pages, 'SecretDestination', destination);
  const released = builder
    .objectRef<true>('ReleaseSecret')
    .implement({ fields: (t) => ({ success: t.boolean({ nullable: false, resolve: () => true }) }) });
  builder.queryFields((t) => ({
    secretDestinations: t.field({
      extensions: LISTS,
      type: page,
      nullable: false,
      description:
        'Where secrets of the project may be sent that do not say so themselves, newest first. Of another project for operators alone.',
      args: { projectId: t.arg({ type: 'UUID' }), first: t.arg.int(), after: t.arg.string() },
      resolve: (_, { projectId, ...asked }, context) =>
        readPage(
          context,
          asked,
          (row) => ({ at: row.createdAt, id: row.id }),
          (request) => listDestinations(context.services, context.actor, projectId ?? null, request),
        ),
    }),
  }));
  builder.mutationFields((t) => ({
    allowSecretDestination: t.field({
      extensions: DIALS,
      type: [destination],
      nullable: false,
      description:
        'For operators. Lets the secret that a staged change or a connection refers to be sent to where that would send it, besides where it may go already.',
      args: { changeId: t.arg({ type: 'UUID' }), connectionId: t.arg({ type: 'UUID' }), projectId: t.arg({ type: 'UUID' }) },
      resolve: async (_, input, { services, actor }) => [...(await allowDestination(services, actor, input))],
    }),
    releaseSecret: t.field({
      type: released,
      description: 'For operators. Ends all destinations of a secret; its next use binds it anew.',
      args: {
        provider: t.arg({ type: provider, required: true }),
        path: t.arg.string({ required: true, description: 'As references have it.' }),
        projectId: t.arg({ type: 'UUID' }),
      },
      resolve: async (_, { projectId, ...given }, { services, actor }) => {
        await releaseSecret(services, actor, { ...given, projectId: projectId ?? null });
        return true as const;
      },
    }),
  }));
}
