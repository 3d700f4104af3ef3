import type { AwsRoleGrant } from '../../../domain/aws/aws-role.ts';
import { type AwsRoles, grantAwsRole, listAwsRoles, revokeAwsRole } from '../../../operations/aws/grant-role.ts';
import type { Builder } from '../builder.ts';

/** Which roles the gateway's own AWS identity assumes for which project. */
export function addAwsRoles(builder: Builder): void {
  const grant = builder.objectRef<AwsRoleGrant>('AwsRoleGrant').implement({
    fields: (t) => ({
      projectId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.projectId }),
      roleArn: t.exposeString('roleArn', { nullable: false }),
      createdAt: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.createdAt }),
      createdBy: t.exposeString('createdBy'),
    }),
  });
  const roles = builder.objectRef<AwsRoles>('AwsRoles').implement({
    fields: (t) => ({
      projectId: t.field({ type: 'UUID', nullable: false, resolve: (row) => row.projectId }),
      hasIdentity: t.exposeBoolean('hasIdentity', {
        nullable: false,
        description: 'Whether the operator gave the gateway an AWS identity of its own.',
      }),
      externalId: t.exposeString('externalId', {
        nullable: false,
        description: 'What the gateway says with each role that it assumes for this project, and for no other.',
      }),
      trustPolicy: t.exposeString('trustPolicy', {
        nullable: false,
        description: 'JSON: what the trust policy of such a role has to say.',
      }),
      grants: t.field({ type: [grant], nullable: false, description: 'At most 100.', resolve: (row) => [...row.grants] }),
    }),
  });
  const revoked = builder
    .objectRef<true>('RevokeAwsRole')
    .implement({ fields: (t) => ({ success: t.boolean({ nullable: false, resolve: () => true }) }) });
  builder.queryFields((t) => ({
    awsRoles: t.field({
      type: roles,
      nullable: false,
      description: "What the gateway's own AWS identity does for the project. Of another project for operators alone.",
      args: { projectId: t.arg({ type: 'UUID' }) },
      resolve: (_, { projectId }, { services, actor }) => listAwsRoles(services, actor, projectId ?? null),
    }),
  }));
  builder.mutationFields((t) => {
    const args = {
      roleArn: t.arg.string({ required: true, description: 'The whole ARN: a grant is for this role alone.' }),
      projectId: t.arg({ type: 'UUID' }),
    };
    return {
      grantAwsRole: t.field({
        type: grant,
        nullable: false,
        description: "For operators. Lets connections of a project name a role that the gateway's own AWS identity assumes.",
        args,
        resolve: (_, { projectId, roleArn }, { services, actor }) =>
          grantAwsRole(services, actor, { roleArn, projectId: projectId ?? null }),
      }),
      revokeAwsRole: t.field({
        type: revoked,
        description: 'For operators. The role is not assumed for the project any more.',
        args,
        resolve: async (_, { projectId, roleArn }, { services, actor }) => {
          await revokeAwsRole(services, actor, { roleArn, projectId: projectId ?? null });
          return true as const;
        },
      }),
    };
  });
}
