import type { ProviderGrant, SecretProviderName } from '../../domain/connection/reference/secret-reference.ts';
import { badRequest, DomainError, notFound } from '../../domain/errors/errors.ts';
import { type Actor, requireOperator, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import { actorId, type Services } from '../services.ts';
import { writeAs } from '../write-as.ts';

export interface GrantSecrets {
  readonly provider: SecretProviderName;
  /** The beginning of names of variables, or a folder. */
  readonly prefix: string;
  /** Left out: the actor's own project. */
  readonly projectId?: string | null;
}

const MOST_GRANTS = 100;

/** Lets a project name secrets of a provider that lie within a prefix. A second grant of the same changes nothing. For operators. */
export async function grantSecrets(services: Services, actor: Actor, input: GrantSecrets): Promise<ProviderGrant> {
  requireOperator(actor);
  const projectId = input.projectId ?? actor.projectId;
  const prefix = readPrefix(services, input);
  return await writeAs(services, actor, async (tx) => {
    if ((await tx.projects.find(projectId)) === null) throw notFound('project', projectId);
    const grants = await tx.providerGrants.of(projectId);
    const known = grants.find((grant) => grant.provider === input.provider && grant.prefix === prefix);
    if (known !== undefined) return known;
    if (grants.length >= MOST_GRANTS) throw new DomainError('LIMIT_EXCEEDED', `A project has at most ${MOST_GRANTS} grants.`);
    const grant = { projectId, provider: input.provider, prefix, createdAt: await tx.now(), createdBy: actorId(actor) };
    if (!(await tx.providerGrants.insert(grant))) return grant;
    await record(services, tx, actor, {
      action: 'secret-provider.grant',
      entity: 'project',
      entityId: projectId,
      details: { provider: input.provider, prefix },
    });
    return grant;
  });
}

/** Ends a grant. References within it are kept, and lead nowhere until they are granted again. Throws NOT_FOUND. For operators. */
export async function revokeSecrets(services: Services, actor: Actor, input: GrantSecrets): Promise<void> {
  requireOperator(actor);
  const projectId = input.projectId ?? actor.projectId;
  const grant = { projectId, provider: input.provider, prefix: readPrefix(services, input) };
  await writeAs(services, actor, async (tx) => {
    if (!(await tx.providerGrants.remove(grant))) {
      const isIt = ({ provider, prefix }: Readonly<Record<string, unknown>>) => provider === grant.provider && prefix === grant.prefix;
      if (await endedByEarlierRun(services, tx, actor, { action: 'secret-provider.revoke', entityId: projectId, isIt })) return;
      throw notFound('grant');
    }
    await record(services, tx, actor, {
      action: 'secret-provider.revoke',
      entity: 'project',
      entityId: projectId,
      details: { provider: grant.provider, prefix: grant.prefix },
    });
  });
}

function readPrefix({ secrets }: Services, { provider, prefix }: GrantSecrets): string {
  const { readPrefix: read, prefixForm } = secrets.providers[provider];
  const stored = read(prefix);
  if (stored === null) throw badRequest('prefix', prefixForm);
  return stored;
}

/** What a project may refer to: for operators, and of their own project for whoever may make references. */
export async function listSecretGrants(services: Services, actor: Actor, projectId: string | null): Promise<readonly ProviderGrant[]> {
  if (projectId !== null && projectId !== actor.projectId) requireOperator(actor);
  else if (!actor.operator) requirePermission(actor, 'reference');
  return await services.store.read.providerGrants.shown(projectId ?? actor.projectId);
}
