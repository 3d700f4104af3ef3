import { type AwsRoleGrant, trustPolicy } from '../../domain/aws/aws-role.ts';
import { ROLE_ARN } from '../../domain/aws/gateway-aws.ts';
import { badRequest, DomainError, notFound } from '../../domain/errors/errors.ts';
import { type Actor, requireOperator, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import { actorId, type Services } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { externalIdOf } from './external-id.ts';

export interface GivenRole {
  readonly roleArn: string;
  /** Left out: the actor's own project. */
  readonly projectId?: string | null;
}

const MOST_GRANTS = 100;

/** Lets connections of a project use the gateway's own AWS identity to assume a role. A second grant of the same changes nothing. For operators. */
export async function grantAwsRole(services: Services, actor: Actor, input: GivenRole): Promise<AwsRoleGrant> {
  requireOperator(actor);
  const projectId = input.projectId ?? actor.projectId;
  const roleArn = readArn(input);
  return await writeAs(services, actor, async (tx) => {
    if ((await tx.projects.find(projectId)) === null) throw notFound('project', projectId);
    const grants = await tx.awsRoleGrants.of(projectId);
    const known = grants.find((grant) => grant.roleArn === roleArn);
    if (known !== undefined) return known;
    if (grants.length >= MOST_GRANTS) throw new DomainError('LIMIT_EXCEEDED', `A project has at most ${MOST_GRANTS} granted roles.`);
    const grant = { projectId, roleArn, createdAt: await tx.now(), createdBy: actorId(actor) };
    if (!(await tx.awsRoleGrants.insert(grant))) return grant;
    await record(services, tx, actor, { action: 'aws-role.grant', entity: 'project', entityId: projectId, details: { roleArn } });
    return grant;
  });
}

/** Ends a grant: connections that name the role are kept, and nothing assumes it for them any more. Throws NOT_FOUND. For operators. */
export async function revokeAwsRole(services: Services, actor: Actor, input: GivenRole): Promise<void> {
  requireOperator(actor);
  const projectId = input.projectId ?? actor.projectId;
  const roleArn = readArn(input);
  await writeAs(services, actor, async (tx) => {
    if (!(await tx.awsRoleGrants.remove({ projectId, roleArn }))) {
      const isIt = (details: Readonly<Record<string, unknown>>) => details.roleArn === roleArn;
      if (await endedByEarlierRun(services, tx, actor, { action: 'aws-role.revoke', entityId: projectId, isIt })) return;
      throw notFound('grant');
    }
    await record(services, tx, actor, { action: 'aws-role.revoke', entity: 'project', entityId: projectId, details: { roleArn } });
  });
}

function readArn({ roleArn }: GivenRole): string {
  if (roleArn.length > 2048 || !ROLE_ARN.test(roleArn))
    throw badRequest('roleArn', 'A role is named by its whole ARN, as in arn:aws:iam::111122223333:role/reader.');
  return roleArn;
}

export interface AwsRoles {
  readonly projectId: string;
  /** Whether the operator gave the gateway an AWS identity at all. */
  readonly hasIdentity: boolean;
  readonly externalId: string;
  readonly trustPolicy: string;
  readonly grants: readonly AwsRoleGrant[];
}

/** What the gateway's AWS identity may do for a project, and what the owner of a role has to know: for operators, and of their own project for whoever may stage connections. */
export async function listAwsRoles(services: Services, actor: Actor, projectId: string | null): Promise<AwsRoles> {
  if (projectId !== null && projectId !== actor.projectId) requireOperator(actor);
  else if (!actor.operator) requirePermission(actor, 'stage');
  const of = projectId ?? actor.projectId;
  if ((await services.store.read.projects.find(of)) === null) throw notFound('project', of);
  const externalId = externalIdOf(services, of);
  return {
    projectId: of,
    hasIdentity: services.gatewayAws !== null,
    externalId,
    trustPolicy: trustPolicy(services.gatewayAws?.principal ?? null, externalId),
    grants: await services.store.read.awsRoleGrants.shown(of),
  };
}
